// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitesessionstore.h>

#include <tideline/core/json.h>
#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqliteencoding.h>

namespace Tideline {

using namespace SqliteEncoding;

SqliteSessionStore::SqliteSessionStore(SqliteConnection &connection)
    : m_connection(connection)
{
}

Result<QVariant> SqliteSessionStore::value(const QString &name)
{
    const auto stored =
        m_connection.selectValue(QStringLiteral("SELECT value FROM tideline_session WHERE name = ?"), {name});
    if (!stored || !stored->isValid())
        return stored;
    return Json::parse(stored->toString().toUtf8());
}

Result<QStringList> SqliteSessionStore::enrolledTables()
{
    QStringList tables;
    const auto selected = m_connection.select(QStringLiteral("SELECT name FROM tideline_table ORDER BY name"), {},
                                              [&](const SqliteRow &row) { tables.append(row.text(0)); });
    if (!selected)
        return selected.failure();
    return tables;
}

Result<QString> SqliteSessionStore::leaseHolder(const QDateTime &now)
{
    const auto holder =
        m_connection.selectValue(QStringLiteral("SELECT holder FROM tideline_lease WHERE until > ?"), {fromTime(now)});
    if (!holder)
        return holder.failure();
    return holder->toString();
}

Result<void> SqliteSessionStore::setValue(StoreTransaction &transaction, const QString &name, const QVariant &value)
{
    if (!value.isValid()) {
        const auto removed = write(transaction, QStringLiteral("DELETE FROM tideline_session WHERE name = ?"), {name});
        return removed ? Result<void>() : removed.failure();
    }
    const Result<QByteArray> json = Json::serialize(value);
    if (!json)
        return json.failure();
    const auto stored = write(transaction,
                              QStringLiteral("INSERT INTO tideline_session (name, value) VALUES (?, ?)"
                                             " ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
                              {name, SqliteValue::ofUtf8(*json)});
    return stored ? Result<void>() : stored.failure();
}

Result<void> SqliteSessionStore::enrol(StoreTransaction &transaction, const QString &table)
{
    const auto enrolled =
        write(transaction, QStringLiteral("INSERT INTO tideline_table (name) VALUES (?) ON CONFLICT (name) DO NOTHING"),
              {table});
    return enrolled ? Result<void>() : enrolled.failure();
}

Result<bool> SqliteSessionStore::acquireLease(StoreTransaction &transaction, const QString &holder,
                                              const QDateTime &now, const QDateTime &until)
{
    const auto taken =
        write(transaction,
              QStringLiteral("INSERT INTO tideline_lease (only, holder, until) VALUES (1, ?, ?)"
                             " ON CONFLICT (only) DO UPDATE SET holder = excluded.holder,"
                             " until = excluded.until"
                             " WHERE tideline_lease.holder = excluded.holder OR tideline_lease.until <= ?"
                             // later than anybody's lease can be: the clock was set back
                             " OR tideline_lease.until > excluded.until"),
              {holder, fromTime(until), fromTime(now)});
    if (!taken)
        return taken.failure();
    return *taken > 0;
}

Result<bool> SqliteSessionStore::renewLease(StoreTransaction &transaction, const QString &holder,
                                            const QDateTime &until)
{
    const auto renewed = write(transaction, QStringLiteral("UPDATE tideline_lease SET until = ? WHERE holder = ?"),
                               {fromTime(until), holder});
    if (!renewed)
        return renewed.failure();
    return *renewed > 0;
}

Result<void> SqliteSessionStore::releaseLease(StoreTransaction &transaction, const QString &holder)
{
    const auto released = write(transaction, QStringLiteral("DELETE FROM tideline_lease WHERE holder = ?"), {holder});
    return released ? Result<void>() : released.failure();
}

Result<void> SqliteSessionStore::clear(StoreTransaction &transaction)
{
    for (const QString &sql :
         {QStringLiteral("DELETE FROM tideline_session"), QStringLiteral("DELETE FROM tideline_table"),
          QStringLiteral("DELETE FROM tideline_lease")}) {
        if (const auto cleared = write(transaction, sql); !cleared)
            return cleared.failure();
    }
    return {};
}

Result<qint64> SqliteSessionStore::write(const StoreTransaction &transaction, const QString &sql,
                                         std::initializer_list<SqliteValue> values)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    return m_connection.execute(sql, values);
}

} // namespace Tideline
