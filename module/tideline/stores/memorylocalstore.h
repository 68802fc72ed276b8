// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/localstore.h>
#include <tideline/stores/memorydatabase.h>

namespace Tideline {

class MemoryLocalStore final : public LocalStore
{
public:
    explicit MemoryLocalStore(MemoryView &view);

    Result<TableSchema> schema(const QString &table) override;
    Result<std::optional<QVariantMap>> row(const TableConfig &table, const QString &recordId) override;
    Result<QList<QVariantMap>> rows(const TableConfig &table, qint64 limit) override;
    Result<qint64> rowCount(const QString &table) override;
    Result<std::unique_ptr<Inventory>> inventory(const TableConfig &table) override;

    Result<void> upsertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                           const QVariantMap &values) override;
    Result<void> removeRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId) override;
    Result<void> clear(StoreTransaction &transaction, const QString &table) override;

    Result<bool> createTable(const TableSchema &schema) override;

private:
    Result<MemoryTable> table(const TableConfig &config) const;

    MemoryView &m_view;
};

} // namespace Tideline
