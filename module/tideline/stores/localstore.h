// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/tableconfig.h>
#include <tideline/stores/inventory.h>
#include <tideline/stores/storetransaction.h>

#include <QtCore/QList>
#include <QtCore/QVariantMap>

#include <memory>
#include <optional>

namespace Tideline {

// The application's own rows.
class TIDELINE_EXPORT LocalStore
{
public:
    LocalStore() = default;
    virtual ~LocalStore();
    Q_DISABLE_COPY_MOVE(LocalStore)

    // Fails with Invalid when the table does not exist here.
    virtual Result<TableSchema> schema(const QString &table) = 0;
    // False where schema() fails with Invalid; whatever else it fails with is no word about the table.
    Result<bool> hasTable(const QString &table);
    virtual Result<std::optional<QVariantMap>> row(const TableConfig &table, const QString &recordId) = 0;
    // Only what these columns hold; those that the table lacks are left out.
    virtual Result<std::optional<QVariantMap>> rowPart(const TableConfig &table, const QString &recordId,
                                                       const QStringList &columns);
    // In key order; limit < 0: all.
    virtual Result<QList<QVariantMap>> rows(const TableConfig &table, qint64 limit) = 0;
    virtual Result<qint64> rowCount(const QString &table) = 0;
    // Every record with its version, for a comparison with the server's.
    virtual Result<std::unique_ptr<Inventory>> inventory(const TableConfig &table) = 0;

    // Inserts, or updates only the given columns of the row that is there. Columns that the table lacks are ignored. A
    // value that a column cannot hold exactly fails with Deserialization and changes nothing.
    virtual Result<void> upsertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                                   const QVariantMap &values) = 0;
    // As upsertRow(), but changes nothing and answers false where the row is there already: less work for rows that
    // most probably are not.
    virtual Result<bool> insertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                                   const QVariantMap &values);
    // Fine when the row is absent.
    virtual Result<void> removeRow(StoreTransaction &transaction, const TableConfig &table,
                                   const QString &recordId) = 0;
    virtual Result<void> clear(StoreTransaction &transaction, const QString &table) = 0;

    // Fine when the table is there already; tells whether it was made.
    virtual Result<bool> createTable(const TableSchema &schema) = 0;
};

} // namespace Tideline
