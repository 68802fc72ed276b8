// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteinventory.h>

#include <tideline/core/json.h>
#include <tideline/sqlite/sqliteconnection.h>

namespace Tideline {

namespace {

QString join(const QStringList &parts)
{
    return parts.join(QStringLiteral(", "));
}

} // namespace

SqliteInventory::SqliteInventory(SqliteConnection &connection, const TableConfig &config,
                                 const QList<SqliteColumn> &key, const SqliteColumn *version)
    : m_connection(connection)
    , m_config(config)
    , m_key(key)
    , m_version(version == nullptr ? std::nullopt : std::optional(*version))
    , m_name(QStringLiteral("temp.") + quoted(SqliteConnection::uniqueName()))
{
    QStringList names;
    QStringList terms;
    for (qsizetype i = 0; i < m_key.size(); ++i) {
        names.append(QStringLiteral("k%1").arg(i));
        terms.append(names.constLast() + QStringLiteral(" = ?"));
    }
    m_keyNames = join(names);
    m_places = join(QStringList(names.size(), QStringLiteral("?")));
    m_strike =
        QStringLiteral("DELETE FROM %1 WHERE %2 RETURNING version").arg(m_name, terms.join(QStringLiteral(" AND ")));
}

SqliteInventory::~SqliteInventory()
{
    // Where this fails the table goes with the connection.
    (void)m_connection.execute(QStringLiteral("DROP TABLE IF EXISTS ") + m_name);
}

Result<void> SqliteInventory::fill()
{
    // Columns without a type hold values as they are, and NULL is no key.
    const auto created = m_connection.execute(
        QStringLiteral("CREATE TABLE %1 (%2, version, PRIMARY KEY (%2)) WITHOUT ROWID").arg(m_name, m_keyNames));
    if (!created)
        return created.failure();
    QStringList columns;
    for (const SqliteColumn &column : m_key)
        columns.append(column.quotedName);
    const QString key = join(columns);
    const auto filled = m_connection.execute(
        QStringLiteral("INSERT OR IGNORE INTO %1 SELECT %2, %3 FROM %4 ORDER BY %2")
            .arg(m_name, key, m_version ? m_version->quotedName : QStringLiteral("NULL"), quoted(m_config.name)));
    return filled ? Result<void>() : filled.failure();
}

Result<QHash<QString, QString>> SqliteInventory::strike(const QStringList &recordIds)
{
    // One transaction, which locks nothing but the temporary table.
    if (const auto begun = m_connection.execute(QStringLiteral("BEGIN")); !begun)
        return begun.failure();
    QHash<QString, QString> struck;
    std::optional<Failure> failure;
    for (const QString &recordId : recordIds) {
        const auto version = strikeOne(recordId);
        if (!version) {
            failure = version.failure();
            break;
        }
        if (*version)
            struck.insert(recordId, **version);
    }
    if (!failure) {
        const auto committed = m_connection.execute(QStringLiteral("COMMIT"));
        if (committed)
            return struck;
        failure = committed.failure();
    }
    // SQLite may have done it already.
    if (m_connection.isInTransaction())
        (void)m_connection.execute(QStringLiteral("ROLLBACK"));
    return *failure;
}

Result<std::optional<QString>> SqliteInventory::strikeOne(const QString &recordId)
{
    const auto parts = m_config.keyParts(recordId);
    if (!parts)
        return std::optional<QString>();
    QList<SqliteValue> values;
    for (qsizetype i = 0; i < m_key.size(); ++i) {
        const auto value = m_key.at(i).boundKey(m_config.name, parts->at(i));
        if (!value)
            return std::optional<QString>(); // no row here can have that id
        values.append(*value);
    }
    std::optional<QString> version;
    const auto struck =
        m_connection.select(m_strike, values, [&](const SqliteRow &row) { version = versionText(row.value(0)); });
    if (!struck)
        return struck.failure();
    return version;
}

QString SqliteInventory::versionText(const QVariant &stored) const
{
    const QVariant value = m_version ? m_version->decode(stored) : QVariant();
    if (!value.isValid())
        return {};
    return value.typeId() == QMetaType::QString ? value.toString() : QString::fromUtf8(Json::toText(value));
}

Result<QStringList> SqliteInventory::next(qsizetype limit)
{
    QString sql = QStringLiteral("SELECT %1 FROM %2").arg(m_keyNames, m_name);
    if (!m_lastKey.isEmpty())
        sql += QStringLiteral(" WHERE (%1) > (%2)").arg(m_keyNames, m_places);
    sql += QStringLiteral(" ORDER BY %1 LIMIT %2").arg(m_keyNames).arg(limit);
    const QList<SqliteValue> after = m_lastKey;
    QStringList recordIds;
    const auto selected = m_connection.select(sql, after, [&](const SqliteRow &row) {
        QVariantMap key;
        m_lastKey.clear();
        for (int i = 0; i < m_key.size(); ++i) {
            const QVariant stored = row.value(i);
            m_lastKey.append(SqliteValue(stored));
            key.insert(m_key.at(i).name, m_key.at(i).decode(stored));
        }
        recordIds.append(m_config.recordIdOf(key));
    });
    if (!selected)
        return selected.failure();
    return recordIds;
}

} // namespace Tideline
