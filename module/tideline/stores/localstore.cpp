// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/localstore.h>

namespace Tideline {

/*!
    \class Tideline::LocalStore
    \inmodule Tideline
    \inheaderfile tideline/stores/localstore.h
    \brief The application's own rows.

    Rows are QVariantMaps from column names to values in the types of Tideline::Json, and values survive a round trip
    exactly. Record ids are spelled as TableConfig::canonicalRecordId() does it. Used on the thread of its Storage.

    Unless something else is said, a function that names a table fails with Invalid where the table does not exist or
    lacks a key column, and with LocalStore where the database fails. Mutators fail with LocalStore unless their
    transaction is the one that is open on the same storage.
*/

/*!
    \fn Result<TableSchema> Tideline::LocalStore::schema(const QString &table)
    The columns of \a table as they are now; without generated and hidden ones. Our own tables are no tables here.
*/

/*!
    \fn Result<std::optional<QVariantMap>> Tideline::LocalStore::row(const TableConfig &table, const QString &recordId)
    The row of \a recordId in \a table with all its columns; empty where there is none. Fails with Invalid for an id
    that the key column cannot have.
*/

/*!
    \fn Result<QList<QVariantMap>> Tideline::LocalStore::rows(const TableConfig &table, qint64 limit)
    The rows of \a table in the order of its key, at most \a limit; all of them where that is negative.
*/

/*!
    \fn Result<qint64> Tideline::LocalStore::rowCount(const QString &table)
    How many rows \a table has, those with a deletion mark included.
*/

/*!
    \fn Result<std::unique_ptr<Inventory>> Tideline::LocalStore::inventory(const TableConfig &table)
    Every record of \a table with its version, as they are now, to be compared with the server's. Rows whose key is null
    are no records. It does not outlive this store.
*/

/*!
    \fn Result<void> Tideline::LocalStore::upsertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId, const QVariantMap &values)
    Inserts the record \a recordId into \a table, or changes the columns in \a values of the row that is there; other
    columns stay as they are. The key comes from \a recordId; columns that the table lacks are ignored. Part of \a
    transaction.

    Fails with Deserialization, and changes nothing, where a column cannot hold its value exactly or a constraint of the
    table refuses the row; with Invalid where the table has no primary key or unique index on just the key.
*/

/*!
    \fn Result<void> Tideline::LocalStore::removeRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId)
    Removes the record \a recordId from \a table for good; fine where it is absent. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::LocalStore::clear(StoreTransaction &transaction, const QString &table)
    Removes all rows of \a table; fine where there is no such table. Part of \a transaction.
*/

/*!
    \fn Result<bool> Tideline::LocalStore::createTable(const TableSchema &schema)
    Makes a table with the columns and the key of \a schema, and answers whether it was missing; one that is there stays
    as it is. Only the key's columns are required. Call it outside of transactions. Fails with Invalid for a table
    without a key and for names that begin with \c tideline_.
*/

// Out of line, so that the interface has its vtable in this library.
LocalStore::~LocalStore() = default;

/*!
    Of the row of \a recordId in \a table what \a columns hold; empty where there is no row. Fails as row() does. A
    store that can read less than the whole row overrides it.
*/
Result<std::optional<QVariantMap>> LocalStore::rowPart(const TableConfig &table, const QString &recordId,
                                                       const QStringList &columns)
{
    const Result<std::optional<QVariantMap>> whole = row(table, recordId);
    if (!whole || !*whole)
        return whole;
    QVariantMap part;
    for (const QString &column : columns) {
        if (const auto value = (*whole)->constFind(column); value != (*whole)->cend())
            part.insert(column, *value);
    }
    return std::optional(part);
}

/*!
    Inserts the record \a recordId with \a values into \a table as upsertRow() does and answers true; where the record
   is there already it stays as it is, and the answer is false. Part of \a transaction. Fails as upsertRow() does. A
   store that need not look first overrides it.
*/
Result<bool> LocalStore::insertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                                   const QVariantMap &values)
{
    const Result<std::optional<QVariantMap>> present = rowPart(table, recordId, {});
    if (!present)
        return present.failure();
    if (*present)
        return false;
    const Result<void> inserted = upsertRow(transaction, table, recordId, values);
    return inserted ? Result<bool>(true) : inserted.failure();
}

/*!
    Whether \a table exists here: false where schema() fails with Invalid. A database that cannot be read now has told
    nothing: any other failure of schema() is this function's.
*/
Result<bool> LocalStore::hasTable(const QString &table)
{
    const Result<TableSchema> found = schema(table);
    if (!found && found.failure().code != Failure::Code::Invalid)
        return found.failure();
    return found.ok();
}

} // namespace Tideline
