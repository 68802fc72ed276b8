// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitevalue.h>

#include <memory>
#include <span>

struct sqlite3;
struct sqlite3_stmt;

namespace Tideline {

// The row on which a statement stands.
class SqliteRow
{
public:
    explicit SqliteRow(sqlite3_stmt *statement)
        : m_statement(statement)
    {
    }

    bool isNull(int column) const;
    qint64 integer(int column) const; // 0 for NULL
    QString text(int column) const;   // null for NULL
    QByteArray utf8(int column) const;
    QVariant value(int column) const; // qlonglong, double, QString, QByteArray; invalid for NULL

private:
    sqlite3_stmt *m_statement;
};

// A prepared statement, to be run many times. Results are SQLite's codes.
class SqliteStatement
{
public:
    // Leaves an invalid one where it fails; the connection knows why.
    SqliteStatement(sqlite3 *connection, const QString &sql);

    bool isValid() const { return m_statement != nullptr; }

    // The values must outlive reset(): they are not copied.
    int bind(std::span<const SqliteValue> values);
    int step();
    void reset();
    SqliteRow row() const { return SqliteRow(m_statement.get()); }

private:
    struct Finalizer
    {
        void operator()(sqlite3_stmt *statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_statement;
};

// Ends what the statement does when the scope ends. A statement that stays active holds a read transaction, and with it
// the checkpoints, back.
class SqliteRun
{
public:
    explicit SqliteRun(SqliteStatement *statement)
        : m_statement(statement)
    {
    }
    ~SqliteRun() { m_statement->reset(); }
    Q_DISABLE_COPY_MOVE(SqliteRun)

private:
    SqliteStatement *m_statement;
};

} // namespace Tideline
