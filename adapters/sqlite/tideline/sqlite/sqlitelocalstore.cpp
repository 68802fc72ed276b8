// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitelocalstore.h>

#include <tideline/core/json.h>
#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>
#include <tideline/sqlite/sqlitewipe.h>

#include <utility>

namespace Tideline {

namespace {

QString orderBy(const TableConfig &config)
{
    QStringList columns;
    for (const QString &key : config.key)
        columns.append(quoted(key));
    return QStringLiteral(" ORDER BY ") + columns.join(QStringLiteral(", "));
}

using Columns = QList<const SqliteColumn *>;

// Written out piece by piece: this happens at every write.
QString updateStatement(const SqliteTable &table, const Columns &columns, const QString &condition)
{
    QString sql = QStringLiteral("UPDATE ") + table.quotedName;
    QStringView separator = u" SET ";
    for (const SqliteColumn *column : columns) {
        sql += separator;
        sql += column->quotedName;
        sql += QStringLiteral(" = ?");
        separator = u", ";
    }
    return sql + QStringLiteral(" WHERE ") + condition;
}

QString insertStatement(const SqliteTable &table, const Columns &columns)
{
    QString sql = QStringLiteral("INSERT INTO ") + table.quotedName + QStringLiteral(" (");
    QString marks = QStringLiteral(") VALUES (");
    bool isFirst = true;
    for (const SqliteColumn *column : columns) {
        if (!isFirst) {
            sql += QStringLiteral(", ");
            marks += QStringLiteral(", ");
        }
        isFirst = false;
        sql += column->quotedName;
        marks += QLatin1Char('?');
    }
    return sql + marks + QLatin1Char(')');
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

Result<void> SqliteLocalStore::forgetOldSchema()
{
    // A transaction holds the write lock: in it nobody else changes the schema.
    if (m_connection.transaction() != nullptr && m_checkedTransaction == m_connection.transactionCount())
        return {};
    const auto version = m_connection.selectValue(QStringLiteral("PRAGMA schema_version"));
    if (!version)
        return version.failure();
    if (version->toLongLong() != m_schemaVersion) {
        m_tables.clear();
        m_keyed.clear();
        m_schemaVersion = version->toLongLong();
    }
    if (m_connection.transaction() != nullptr)
        m_checkedTransaction = m_connection.transactionCount();
    return {};
}

Result<const SqliteTable *> SqliteLocalStore::table(const QString &name)
{
    if (const auto current = forgetOldSchema(); !current)
        return current.failure();
    if (const auto known = m_tables.find(name); known != m_tables.end())
        return &known->second;
    const auto read = SqliteTable::read(m_connection, name);
    if (!read)
        return read.failure();
    return &m_tables.emplace(name, *read).first->second;
}

Result<const SqliteLocalStore::Keyed *> SqliteLocalStore::keyed(const TableConfig &config)
{
    const auto described = table(config.name);
    if (!described)
        return described.failure();
    if (const auto known = m_keyed.find(config.name); known != m_keyed.end() && known->second.key == config.key)
        return &known->second;
    const auto columns = (*described)->keyColumns(config);
    if (!columns)
        return columns.failure();
    Keyed keyed;
    keyed.table = **described;
    keyed.key = config.key;
    keyed.keyColumns = *columns;
    keyed.isUnique = keyed.table.isUnique(config.key);
    QStringList terms;
    for (const SqliteColumn &column : *columns)
        terms.append(column.quotedName + QStringLiteral(" = ?"));
    keyed.isRecord = terms.join(QStringLiteral(" AND "));
    keyed.selectRow = QStringLiteral("SELECT %1 FROM %2 WHERE %3")
                          .arg(keyed.table.columnList, keyed.table.quotedName, keyed.isRecord);
    return &m_keyed.insert_or_assign(config.name, keyed).first->second;
}

Result<QList<SqliteValue>> SqliteLocalStore::Keyed::valuesOf(const TableConfig &config, const QString &recordId) const
{
    const auto parts = config.keyParts(recordId);
    if (!parts)
        return parts.failure();
    QList<SqliteValue> values;
    values.reserve(keyColumns.size());
    for (qsizetype i = 0; i < keyColumns.size(); ++i) {
        const auto value = keyColumns.at(i).encodeKey(table.name, parts->at(i));
        if (!value)
            return value.failure();
        values.append(SqliteValue(*value));
    }
    return values;
}

Result<TableSchema> SqliteLocalStore::schema(const QString &name)
{
    const auto described = table(name);
    if (!described)
        return described.failure();
    return (*described)->schema;
}

Result<std::optional<QVariantMap>> SqliteLocalStore::row(const TableConfig &config, const QString &recordId)
{
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    const Keyed &keyed = **found;
    const auto key = keyed.valuesOf(config, recordId);
    if (!key)
        return key.failure();
    std::optional<QVariantMap> row;
    const auto selected =
        m_connection.select(keyed.selectRow, *key, [&](const SqliteRow &stored) { row = keyed.table.rowOf(stored); });
    if (!selected)
        return selected.failure();
    if (!row && m_connection.transaction() != nullptr)
        m_absence = {m_connection.transactionCount(), config.name, recordId};
    return row;
}

Result<QList<QVariantMap>> SqliteLocalStore::rows(const TableConfig &config, qint64 limit)
{
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    const SqliteTable &table = (*found)->table;
    QList<QVariantMap> rows;
    const auto selected =
        m_connection.select(QStringLiteral("SELECT %1 FROM %2").arg(table.columnList, table.quotedName)
                                + orderBy(config) + QStringLiteral(" LIMIT ?"),
                            {limit}, [&](const SqliteRow &row) { rows.append(table.rowOf(row)); });
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
    const auto keyedTable = keyed(config);
    if (!keyedTable)
        return keyedTable.failure();
    QList<SqliteColumn> columns = (*keyedTable)->keyColumns;
    const qsizetype keyCount = columns.size();
    const SqliteColumn *version = (*keyedTable)->table.column(config.updatedAt);
    if (version != nullptr)
        columns.append(*version);
    QStringList names;
    for (const SqliteColumn &column : std::as_const(columns))
        names.append(column.quotedName);

    QList<RecordVersion> versions;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT %1 FROM %2").arg(names.join(QStringLiteral(", ")), quoted(config.name))
            + orderBy(config),
        {}, [&](const SqliteRow &found) {
            QVariantMap key;
            for (int i = 0; i < keyCount; ++i)
                key.insert(columns.at(i).name, columns.at(i).decode(found.value(i)));
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
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    const Keyed &keyed = **found;
    const auto key = keyed.valuesOf(config, recordId);
    if (!key)
        return key.failure();
    if (!keyed.isUnique) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("The local table %1 has no primary key or unique index on (%2), so that its records "
                           "cannot be told apart. Add one.")
                .arg(config.name, config.key.join(QStringLiteral(", "))));
    }
    QList<const SqliteColumn *> columns;
    QList<SqliteValue> encoded;
    columns.reserve(values.size() + keyed.keyColumns.size());
    encoded.reserve(values.size() + keyed.keyColumns.size());
    for (auto it = values.cbegin(); it != values.cend(); ++it) {
        const SqliteColumn *column = keyed.table.column(it.key());
        if (column == nullptr || config.key.contains(it.key()))
            continue;
        const auto value = column->encode(config.name, it.value());
        if (!value)
            return value.failure();
        columns.append(column);
        encoded.append(SqliteValue(*value));
    }
    encoded += *key;
    // Not INSERT … ON CONFLICT: it would refuse a part of an existing row for the required columns that it leaves out.
    // Nobody can come between the two, the transaction holds the write lock.
    const bool isAbsent =
        std::exchange(m_absence, {}) == Absence{m_connection.transactionCount(), config.name, recordId};
    const auto updated = isAbsent ? Result<bool>(false) : updateRow(keyed, columns, encoded);
    if (!updated)
        return updated.failure();
    if (*updated)
        return {};
    for (const SqliteColumn &column : keyed.keyColumns)
        columns.append(&column);
    const auto inserted = m_connection.execute(insertStatement(keyed.table, columns), encoded);
    return inserted ? Result<void>() : inserted.failure();
}

Result<bool> SqliteLocalStore::updateRow(const Keyed &keyed, const QList<const SqliteColumn *> &columns,
                                         const QList<SqliteValue> &values)
{
    if (columns.isEmpty()) {
        const auto found = m_connection.selectValue(
            QStringLiteral("SELECT count(*) FROM %1 WHERE %2").arg(keyed.table.quotedName, keyed.isRecord), values);
        if (!found)
            return found.failure();
        return found->toLongLong() > 0;
    }
    const auto updated = m_connection.execute(updateStatement(keyed.table, columns, keyed.isRecord), values);
    if (!updated)
        return updated.failure();
    return *updated > 0;
}

Result<void> SqliteLocalStore::removeRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked;
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    const Keyed &keyed = **found;
    const auto key = keyed.valuesOf(config, recordId);
    if (!key)
        return key.failure();
    m_absence = {};
    const auto removed = m_connection.execute(
        QStringLiteral("DELETE FROM %1 WHERE %2").arg(keyed.table.quotedName, keyed.isRecord), *key);
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
    return SqliteWipe(m_connection).clear(name);
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
    m_checkedTransaction = 0;
    if (!created)
        return created.failure();
    return true;
}

} // namespace Tideline
