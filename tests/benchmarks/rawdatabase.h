// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>

#include <memory>

struct sqlite3;
struct sqlite3_stmt;

// What somebody would write who knows SQLite's C functions and nothing else: statements that are prepared once, and
// values that are ready to be bound. The yardstick of the write benchmarks.
class RawDatabase
{
public:
    class Write
    {
    public:
        QByteArray recordId;
        QList<QByteArray> values; // of the columns
        QByteArray entryId;
        QByteArray payload;
    };

    // The file has our tables and the table tasks with these columns beside id.
    RawDatabase(const QString &path, const QByteArray &synchronous, const QList<QByteArray> &columns);
    ~RawDatabase();
    Q_DISABLE_COPY_MOVE(RawDatabase)

    // In one transaction.
    bool write(const QList<Write> &writes);

private:
    struct Closer
    {
        void operator()(sqlite3 *database) const;
        void operator()(sqlite3_stmt *statement) const;
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Closer>;
    Statement prepare(const QByteArray &sql);
    bool insert(const Write &write);

    std::unique_ptr<sqlite3, Closer> m_database; // the statements are finalized first
    Statement m_begin;
    Statement m_row;
    Statement m_entry;
    Statement m_commit;
};
