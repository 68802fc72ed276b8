// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitecolumn.h>

namespace Tideline {

class SqliteConnection;
class SqliteRow;

// One of the application's tables as the database describes it now.
class SqliteTable
{
public:
    QString name;
    QString quotedName;
    QList<SqliteColumn> columns;          // without generated and hidden ones
    TableSchema schema;                   // the same, as the engine sees it
    QString columnList;                   // quoted, for a SELECT
    QList<QStringList> uniqueColumnLists; // sorted; of the primary key and of every unique index that has no condition

    // Fails with Invalid when there is no such table, or when it is not the application's.
    static Result<SqliteTable> read(SqliteConnection &connection, const QString &name);

    const SqliteColumn *column(const QString &columnName) const;
    // Fails with Invalid where a key column is missing here.
    Result<QList<SqliteColumn>> keyColumns(const TableConfig &config) const;
    bool isUnique(const QStringList &key) const;
    // row: of a SELECT of columnList
    QVariantMap rowOf(const SqliteRow &row) const;
};

} // namespace Tideline
