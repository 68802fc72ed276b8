// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitelocalstore.h>

#include <tideline/core/json.h>
#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>

namespace Tideline {

namespace {

QVariantList valuesOf(const SqliteRow &row, qsizetype count)
{
    QVariantList values;
    values.reserve(count);
    for (int i = 0; i < count; ++i)
        values.append(row.value(i));
    return values;
}

QString orderBy(const TableConfig &config)
{
    QStringList columns;
    for (const QString &key : config.key)
        columns.append(quoted(key));
    return QStringLiteral(" ORDER BY ") + columns.join(QStringLiteral(", "));
}

QString versionText(const QVariant &value)
{
    if (!value.isValid())
        return {};
    return value.typeId() == QMetaType::QString ? value.toString() : QString::fromUtf8(Json::toText(value));
}

} // namespace

SqliteLocalStore::SqliteLocalStore(SqliteConnection &connection)
    : m_connection(connection)
{
}

Result<SqliteTable> SqliteLocalStore::table(const QString &name)
{
    const auto version = m_connection.selectValue(QStringLiteral("PRAGMA schema_version"));
    if (!version)
        return version.failure();
    if (version->toLongLong() != m_schemaVersion) {
        m_tables.clear();
        m_schemaVersion = version->toLongLong();
    }
    if (const auto known = m_tables.constFind(name); known != m_tables.constEnd())
        return *known;
    auto read = SqliteTable::read(m_connection, name);
    if (read)
        m_tables.insert(name, *read);
    return read;
}

Result<SqliteLocalStore::KeyCondition> SqliteLocalStore::condition(const SqliteTable &table, const TableConfig &config,
                                                                   const QString &recordId)
{
    const auto columns = table.keyColumns(config);
    if (!columns)
        return columns.failure();
    const auto parts = config.keyParts(recordId);
    if (!parts)
        return parts.failure();
    KeyCondition key;
    QStringList terms;
    for (qsizetype i = 0; i < columns->size(); ++i) {
        const auto value = columns->at(i).encodeKey(table.name, parts->at(i));
        if (!value)
            return value.failure();
        key.values.append(SqliteValue(*value));
        key.columns.append(quoted(columns->at(i).name));
        terms.append(key.columns.constLast() + QStringLiteral(" = ?"));
    }
    key.sql = terms.join(QStringLiteral(" AND "));
    return key;
}

Result<TableSchema> SqliteLocalStore::schema(const QString &name)
{
    const auto described = table(name);
    if (!described)
        return described.failure();
    TableSchema schema;
    schema.name = name;
    for (const SqliteColumn &column : described->columns)
        schema.columns.append({column.name, column.type, column.isKey, column.isRequired});
    return schema;
}

Result<std::optional<QVariantMap>> SqliteLocalStore::row(const TableConfig &config, const QString &recordId)
{
    const auto described = table(config.name);
    if (!described)
        return described.failure();
    const auto key = condition(*described, config, recordId);
    if (!key)
        return key.failure();
    std::optional<QVariantMap> row;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT %1 FROM %2 WHERE %3").arg(described->columnList(), quoted(config.name), key->sql),
        key->values,
        [&](const SqliteRow &found) { row = described->rowOf(valuesOf(found, described->columns.size())); });
    if (!selected)
        return selected.failure();
    return row;
}

Result<QList<QVariantMap>> SqliteLocalStore::rows(const TableConfig &config, qint64 limit)
{
    const auto described = table(config.name);
    if (!described)
        return described.failure();
    if (const auto keys = described->keyColumns(config); !keys)
        return keys.failure();
    QList<QVariantMap> rows;
    const auto selected =
        m_connection.select(QStringLiteral("SELECT %1 FROM %2").arg(described->columnList(), quoted(config.name))
                                + orderBy(config) + QStringLiteral(" LIMIT ?"),
                            {limit}, [&](const SqliteRow &found) {
                                rows.append(described->rowOf(valuesOf(found, described->columns.size())));
                            });
    if (!selected)
        return selected.failure();
    return rows;
}

Result<qint64> SqliteLocalStore::rowCount(const QString &name)
{
    if (const auto described = table(name); !described)
        return described.failure();
    const auto count = m_connection.selectValue(QStringLiteral("SELECT count(*) FROM ") + quoted(name));
    if (!count)
        return count.failure();
    return count->toLongLong();
}

Result<QList<RecordVersion>> SqliteLocalStore::versions(const TableConfig &config)
{
    const auto described = table(config.name);
    if (!described)
        return described.failure();
    auto columns = described->keyColumns(config);
    if (!columns)
        return columns.failure();
    const qsizetype keyCount = columns->size();
    const SqliteColumn *version = described->column(config.updatedAt);
    if (version != nullptr)
        columns->append(*version);
    QStringList names;
    for (const SqliteColumn &column : std::as_const(*columns))
        names.append(quoted(column.name));

    QList<RecordVersion> versions;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT %1 FROM %2").arg(names.join(QStringLiteral(", ")), quoted(config.name))
            + orderBy(config),
        {}, [&](const SqliteRow &found) {
            QVariantMap key;
            for (int i = 0; i < keyCount; ++i)
                key.insert(columns->at(i).name, columns->at(i).decode(found.value(i)));
            RecordVersion record;
            record.recordId = config.recordIdOf(key);
            if (version != nullptr)
                record.version = versionText(version->decode(found.value(static_cast<int>(keyCount))));
            versions.append(record);
        });
    if (!selected)
        return selected.failure();
    return versions;
}

Result<void> SqliteLocalStore::upsertRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId, const QVariantMap &values)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked;
    const auto described = table(config.name);
    if (!described)
        return described.failure();
    const auto key = condition(*described, config, recordId);
    if (!key)
        return key.failure();
    if (!described->isUnique(config.key)) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("The local table %1 has no primary key or unique index on (%2), so that its records "
                           "cannot be told apart. Add one.")
                .arg(config.name, config.key.join(QStringLiteral(", "))));
    }
    QStringList columns;
    QList<SqliteValue> encoded;
    for (auto it = values.cbegin(); it != values.cend(); ++it) {
        const SqliteColumn *column = described->column(it.key());
        if (column == nullptr || config.key.contains(it.key()))
            continue;
        const auto value = column->encode(config.name, it.value());
        if (!value)
            return value.failure();
        columns.append(quoted(column->name));
        encoded.append(SqliteValue(*value));
    }
    // Not INSERT … ON CONFLICT: it would refuse a part of an existing row for the required columns that it leaves out.
    // Nobody can come between the two, the transaction holds the write lock.
    const auto updated = updateRow(*described, *key, columns, encoded);
    if (!updated)
        return updated.failure();
    if (*updated)
        return {};
    const QStringList all = key->columns + columns;
    const QStringList marks(all.size(), QStringLiteral("?"));
    const auto inserted = m_connection.execute(
        QStringLiteral("INSERT INTO %1 (%2) VALUES (%3)")
            .arg(quoted(config.name), all.join(QStringLiteral(", ")), marks.join(QStringLiteral(", "))),
        key->values + encoded);
    return inserted ? Result<void>() : inserted.failure();
}

Result<bool> SqliteLocalStore::updateRow(const SqliteTable &table, const KeyCondition &key, const QStringList &columns,
                                         const QList<SqliteValue> &values)
{
    if (columns.isEmpty()) {
        const auto found = m_connection.selectValue(
            QStringLiteral("SELECT count(*) FROM %1 WHERE %2").arg(quoted(table.name), key.sql), key.values);
        if (!found)
            return found.failure();
        return found->toLongLong() > 0;
    }
    const auto updated =
        m_connection.execute(QStringLiteral("UPDATE %1 SET %2 = ? WHERE %3")
                                 .arg(quoted(table.name), columns.join(QStringLiteral(" = ?, ")), key.sql),
                             values + key.values);
    if (!updated)
        return updated.failure();
    return *updated > 0;
}

Result<void> SqliteLocalStore::removeRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked;
    const auto described = table(config.name);
    if (!described)
        return described.failure();
    const auto key = condition(*described, config, recordId);
    if (!key)
        return key.failure();
    const auto removed =
        m_connection.execute(QStringLiteral("DELETE FROM %1 WHERE %2").arg(quoted(config.name), key->sql), key->values);
    return removed ? Result<void>() : removed.failure();
}

Result<void> SqliteLocalStore::clear(StoreTransaction &transaction, const QString &name)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked;
    if (const auto described = table(name); !described) {
        // A table that is gone holds nothing: it must not keep anybody from logging out.
        return described.failure().code == Failure::Code::Invalid ? Result<void>() : described.failure();
    }
    const auto cleared = m_connection.execute(QStringLiteral("DELETE FROM ") + quoted(name));
    return cleared ? Result<void>() : cleared.failure();
}

Result<bool> SqliteLocalStore::createTable(const TableSchema &schema)
{
    if (!m_connection.isWritable())
        return localFailure(QStringLiteral("The database was opened for reading only. Open it for writing first."));
    const auto existing = table(schema.name);
    if (existing)
        return false;
    if (existing.failure().code != Failure::Code::Invalid)
        return existing.failure();

    QStringList definitions;
    QStringList keys;
    for (const ColumnInfo &column : schema.columns) {
        // Only the key is required here: a part of a row may arrive before the rest.
        definitions.append(quoted(column.name) + QLatin1Char(' ') + SqliteColumn::declaration(column.type)
                           + (column.isKey ? QStringLiteral(" NOT NULL") : QString()));
        if (column.isKey)
            keys.append(quoted(column.name));
    }
    const bool isReserved = schema.name.startsWith(QStringLiteral("tideline_"), Qt::CaseInsensitive)
                            || schema.name.startsWith(QStringLiteral("sqlite_"), Qt::CaseInsensitive);
    if (schema.name.isEmpty() || isReserved || keys.isEmpty()) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("Table %1 cannot be made here: it needs a key, and a name that begins with neither "
                           "tideline_ nor sqlite_.")
                .arg(schema.name));
    }
    definitions.append(QStringLiteral("PRIMARY KEY (%1)").arg(keys.join(QStringLiteral(", "))));
    const auto created = m_connection.execute(QStringLiteral("CREATE TABLE IF NOT EXISTS %1 (%2)")
                                                  .arg(quoted(schema.name), definitions.join(QStringLiteral(", "))));
    if (!created)
        return created.failure();
    return true;
}

} // namespace Tideline
