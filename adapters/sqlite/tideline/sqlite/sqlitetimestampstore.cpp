// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitetimestampstore.h>

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqliteencoding.h>

namespace Tideline {

using namespace SqliteEncoding;

namespace {

SyncCursor cursorOf(const SqliteRow &row)
{
    SyncCursor cursor;
    cursor.table = row.text(0);
    cursor.value = row.text(1);
    cursor.pulledAt = toTime(row, 2);
    cursor.reconciledAt = toTime(row, 3);
    return cursor;
}

} // namespace

SqliteTimestampStore::SqliteTimestampStore(SqliteConnection &connection)
    : m_connection(connection)
{
}

Result<SyncCursor> SqliteTimestampStore::cursor(const QString &table)
{
    SyncCursor cursor;
    cursor.table = table;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT table_name, value, pulled_at, reconciled_at FROM tideline_cursor WHERE table_name = ?"),
        {table}, [&](const SqliteRow &row) { cursor = cursorOf(row); });
    if (!selected)
        return selected.failure();
    return cursor;
}

Result<QList<SyncCursor>> SqliteTimestampStore::cursors()
{
    QList<SyncCursor> cursors;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT table_name, value, pulled_at, reconciled_at FROM tideline_cursor ORDER BY table_name"),
        {}, [&](const SqliteRow &row) { cursors.append(cursorOf(row)); });
    if (!selected)
        return selected.failure();
    return cursors;
}

Result<void> SqliteTimestampStore::setCursor(StoreTransaction &transaction, const SyncCursor &cursor)
{
    return write(transaction,
                 QStringLiteral("INSERT INTO tideline_cursor (table_name, value, pulled_at, reconciled_at)"
                                " VALUES (?, ?, ?, ?) ON CONFLICT (table_name) DO UPDATE SET value = excluded.value,"
                                " pulled_at = excluded.pulled_at, reconciled_at = excluded.reconciled_at"),
                 {cursor.table, cursor.value, fromTime(cursor.pulledAt), fromTime(cursor.reconciledAt)});
}

Result<void> SqliteTimestampStore::removeCursor(StoreTransaction &transaction, const QString &table)
{
    return write(transaction, QStringLiteral("DELETE FROM tideline_cursor WHERE table_name = ?"), {table});
}

Result<void> SqliteTimestampStore::clear(StoreTransaction &transaction)
{
    return write(transaction, QStringLiteral("DELETE FROM tideline_cursor"));
}

Result<void> SqliteTimestampStore::write(const StoreTransaction &transaction, const QString &sql,
                                         std::initializer_list<SqliteValue> values)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    const auto written = m_connection.execute(sql, values);
    return written ? Result<void>() : written.failure();
}

} // namespace Tideline
