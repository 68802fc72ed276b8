// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>

#include <memory>

struct sqlite3;
struct sqlite3_stmt;

// The least that a program can do to have rows of a server in a table: simdjson's values bound to one prepared
// statement, one transaction a page, nothing checked or compared.
class RawPull
{
public:
    // The file has the table tasks.
    explicit RawPull(const QString &path);
    ~RawPull();
    Q_DISABLE_COPY_MOVE(RawPull)

    // Answers how many rows there were.
    int insertPage(const QString &file);

private:
    struct Closer
    {
        void operator()(sqlite3 *database) const;
        void operator()(sqlite3_stmt *statement) const;
    };
    void execute(const char *sql);

    std::unique_ptr<sqlite3, Closer> m_database; // the statement is finalized first
    std::unique_ptr<sqlite3_stmt, Closer> m_insert;
};
