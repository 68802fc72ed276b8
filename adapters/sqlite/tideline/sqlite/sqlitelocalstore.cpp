// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitelocalstore.h>

#include <tideline/core/columnnames.h>
#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>
#include <tideline/sqlite/sqliteinventory.h>
#include <tideline/sqlite/sqlitewipe.h>

#include <algorithm>
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

QString join(const QStringList &parts)
{
    return parts.join(QStringLiteral(", "));
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

Result<SqliteLocalStore::Keyed *> SqliteLocalStore::keyed(const TableConfig &config)
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
        auto value = keyColumns.at(i).boundKey(table.name, parts->at(i));
        if (!value)
            return value.failure();
        values.append(*std::move(value));
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
    noteAbsence(config, recordId, !row);
    return row;
}

void SqliteLocalStore::noteAbsence(const TableConfig &config, const QString &recordId, bool isAbsent)
{
    if (isAbsent && m_connection.transaction() != nullptr)
        m_absence = {m_connection.transactionCount(), config.name, recordId};
}

Result<std::optional<QVariantMap>> SqliteLocalStore::rowPart(const TableConfig &config, const QString &recordId,
                                                             const QStringList &names)
{
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    const Keyed &keyed = **found;
    const auto key = keyed.valuesOf(config, recordId);
    if (!key)
        return key.failure();
    QList<const SqliteColumn *> columns;
    QString list = QStringLiteral("1");
    for (const QString &name : names) {
        if (const SqliteColumn *column = keyed.table.column(name)) {
            columns.append(column);
            list += QStringLiteral(", ") + column->quotedName;
        }
    }
    std::optional<QVariantMap> part;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT %1 FROM %2 WHERE %3").arg(list, keyed.table.quotedName, keyed.isRecord), *key,
        [&](const SqliteRow &stored) {
            part.emplace();
            int index = 0;
            for (const SqliteColumn *column : columns)
                part->insert(column->name, column->decode(stored.value(++index)));
        });
    if (!selected)
        return selected.failure();
    noteAbsence(config, recordId, !part);
    return part;
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

Result<std::unique_ptr<Inventory>> SqliteLocalStore::inventory(const TableConfig &config)
{
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    auto inventory = std::make_unique<SqliteInventory>(m_connection, config, (*found)->keyColumns,
                                                       (*found)->table.column(config.updatedAt));
    if (const auto filled = inventory->fill(); !filled)
        return filled.failure();
    return std::unique_ptr<Inventory>(std::move(inventory));
}

const SqliteLocalStore::Layout &SqliteLocalStore::Keyed::layoutOf(const QVariantMap &values)
{
    if (!layout.insert.isEmpty() && hasColumns(values, &layout.names))
        return layout;
    layout = Layout();
    layout.names = values.keys();
    QStringList names;
    QStringList terms;
    for (const QString &name : std::as_const(layout.names)) {
        const SqliteColumn *column = key.contains(name) ? nullptr : table.column(name);
        layout.columns.append(column == nullptr ? -1 : column - table.columns.constData());
        if (column == nullptr)
            continue;
        names.append(column->quotedName);
        terms.append(column->quotedName + QStringLiteral(" = ?"));
    }
    if (!terms.isEmpty())
        layout.update = QStringLiteral("UPDATE %1 SET %2 WHERE %3").arg(table.quotedName, join(terms), isRecord);
    for (const SqliteColumn &column : std::as_const(keyColumns))
        names.append(column.quotedName);
    const QString into = QStringLiteral("INTO %1 (%2) VALUES (%3)")
                             .arg(table.quotedName, join(names), join(QStringList(names.size(), QStringLiteral("?"))));
    layout.insert = QStringLiteral("INSERT ") + into;
    layout.insertNew = QStringLiteral("INSERT OR ABORT ") + into;
    return layout;
}

Result<SqliteLocalStore::Bound> SqliteLocalStore::bound(const StoreTransaction &transaction, const TableConfig &config,
                                                        const QString &recordId, const QVariantMap &values)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    const auto found = keyed(config);
    if (!found)
        return found.failure();
    Keyed &keyed = **found;
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
    Bound row;
    row.keyed = &keyed;
    row.layout = &keyed.layoutOf(values);
    row.values.reserve(values.size() + key->size());
    auto place = row.layout->columns.cbegin();
    for (auto it = values.cbegin(); it != values.cend(); ++it, ++place) {
        if (*place < 0)
            continue;
        auto value = keyed.table.columns.at(*place).bound(config.name, it.value());
        if (!value)
            return value.failure();
        row.values.append(*std::move(value));
    }
    row.values += *key;
    return row;
}

Result<void> SqliteLocalStore::upsertRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId, const QVariantMap &values)
{
    const auto row = bound(transaction, config, recordId, values);
    if (!row)
        return row.failure();
    // Not INSERT … ON CONFLICT: it would refuse a part of an existing row for the required columns that it leaves out.
    // Nobody can come between the two, the transaction holds the write lock.
    const bool isAbsent =
        std::exchange(m_absence, {}) == Absence{m_connection.transactionCount(), config.name, recordId};
    const auto updated = isAbsent ? Result<bool>(false) : updateRow(*row);
    if (!updated)
        return updated.failure();
    if (*updated)
        return {};
    const auto inserted = m_connection.execute(row->layout->insert, row->values);
    return inserted ? Result<void>() : inserted.failure();
}

Result<bool> SqliteLocalStore::insertRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId, const QVariantMap &values)
{
    const auto row = bound(transaction, config, recordId, values);
    if (!row)
        return row.failure();
    m_absence = {};
    const auto inserted = m_connection.execute(row->layout->insertNew, row->values);
    if (inserted)
        return true;
    if (primaryCode(m_connection.errorCode()) != SqliteCode::Constraint)
        return inserted.failure();
    // It may be there already, or a constraint of the application refuses it; the statement has done nothing.
    const auto present = hasRow(*row->keyed, row->values.mid(row->values.size() - row->keyed->keyColumns.size()));
    if (!present)
        return present.failure();
    return *present ? Result<bool>(false) : inserted.failure();
}

Result<bool> SqliteLocalStore::updateRow(const Bound &row)
{
    if (row.layout->update.isEmpty())
        return hasRow(*row.keyed, row.values);
    const auto updated = m_connection.execute(row.layout->update, row.values);
    if (!updated)
        return updated.failure();
    return *updated > 0;
}

Result<bool> SqliteLocalStore::hasRow(const Keyed &keyed, const QList<SqliteValue> &key)
{
    const auto found = m_connection.selectValue(
        QStringLiteral("SELECT count(*) FROM %1 WHERE %2").arg(keyed.table.quotedName, keyed.isRecord), key);
    if (!found)
        return found.failure();
    return found->toLongLong() > 0;
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
