// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitetable.h>

#include <tideline/sqlite/sqliteconnection.h>

#include <algorithm>

namespace Tideline {

namespace {

Failure unknownTable(const QString &name)
{
    return {Failure::Code::Invalid,
            QStringLiteral("There is no table %1 in the local database. Create it, or correct the name.").arg(name)};
}

Result<void> readUniqueIndexes(SqliteConnection &connection, SqliteTable *table)
{
    QStringList indexes;
    const auto listed =
        connection.select(QStringLiteral("SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1 AND partial = 0"),
                          {table->name}, [&](const SqliteRow &row) { indexes.append(row.text(0)); });
    if (!listed)
        return listed;
    for (const QString &index : std::as_const(indexes)) {
        QStringList columns;
        const auto read = connection.select(QStringLiteral("SELECT name FROM pragma_index_info(?)"), {index},
                                            [&](const SqliteRow &row) { columns.append(row.text(0)); });
        if (!read)
            return read;
        columns.sort();
        table->uniqueColumnLists.append(columns);
    }
    return {};
}

} // namespace

Result<SqliteTable> SqliteTable::read(SqliteConnection &connection, const QString &name)
{
    SqliteTable table;
    table.name = name;
    if (name.isEmpty() || name.startsWith(QStringLiteral("tideline_"), Qt::CaseInsensitive)
        || name.startsWith(QStringLiteral("sqlite_"), Qt::CaseInsensitive))
        return unknownTable(name);
    QStringList primaryKey;
    const auto described = connection.select(
        QStringLiteral("SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid"),
        {name}, [&](const SqliteRow &row) {
            SqliteColumn column(row.text(0), row.text(1));
            column.isRequired = row.integer(2) != 0;
            column.isKey = static_cast<int>(row.integer(3)) > 0;
            if (column.isKey)
                primaryKey.append(column.name);
            table.columns.append(column);
        });
    if (!described)
        return described.failure();
    if (table.columns.isEmpty())
        return unknownTable(name);
    table.quotedName = quoted(name);
    table.schema.name = name;
    QStringList names;
    for (const SqliteColumn &column : std::as_const(table.columns)) {
        table.schema.columns.append({column.name, column.type, column.isKey, column.isRequired});
        names.append(column.quotedName);
    }
    table.columnList = names.join(QStringLiteral(", "));
    primaryKey.sort();
    table.uniqueColumnLists.append(primaryKey);
    if (const auto indexed = readUniqueIndexes(connection, &table); !indexed)
        return indexed.failure();
    return table;
}

const SqliteColumn *SqliteTable::column(const QString &columnName) const
{
    const auto found = std::find_if(columns.cbegin(), columns.cend(),
                                    [&](const SqliteColumn &candidate) { return candidate.name == columnName; });
    return found == columns.cend() ? nullptr : &*found;
}

Result<QList<SqliteColumn>> SqliteTable::keyColumns(const TableConfig &config) const
{
    QList<SqliteColumn> keys;
    for (const QString &key : config.key) {
        const SqliteColumn *found = column(key);
        if (found == nullptr) {
            return Failure(
                Failure::Code::Invalid,
                QStringLiteral("The local table %1 has no key column %2. Add it, or correct the table's key.")
                    .arg(name, key));
        }
        keys.append(*found);
    }
    return keys;
}

bool SqliteTable::isUnique(const QStringList &key) const
{
    QStringList sorted = key;
    sorted.sort();
    return !sorted.isEmpty() && uniqueColumnLists.contains(sorted);
}

QVariantMap SqliteTable::rowOf(const SqliteRow &row) const
{
    QVariantMap values;
    int index = 0;
    for (const SqliteColumn &column : columns)
        values.insert(column.name, column.decode(row.value(index++)));
    return values;
}

} // namespace Tideline
