// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitecolumn.h>

namespace Tideline {

class SqliteConnection;

// One of the application's tables as the database describes it now.
class SqliteTable
{
public:
    QString name;
    QList<SqliteColumn> columns;          // without generated and hidden ones
    QList<QStringList> uniqueColumnLists; // sorted; of the primary key and of every unique index that has no condition

    // Fails with Invalid when there is no such table, or when it is not the application's.
    static Result<SqliteTable> read(SqliteConnection &connection, const QString &name);

    const SqliteColumn *column(const QString &columnName) const;
    // Fails with Invalid where a key column is missing here.
    Result<QList<SqliteColumn>> keyColumns(const TableConfig &config) const;
    bool isUnique(const QStringList &key) const;
    QString columnList() const; // quoted, for a SELECT
    QVariantMap rowOf(const QVariantList &stored) const;
};

} // namespace Tideline
