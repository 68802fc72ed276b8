// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/tableconfig.h>
#include <tideline/engine/unitofwork.h>

namespace Tideline {

// One change that an application asks for.
class Change
{
public:
    TableConfig table;
    QString recordId;
    SyncOperation operation = SyncOperation::Upsert;
    QVariantMap values;
    bool isQueuedOnly = false; // no local write
};

// The write path: the row, its queue entry and its base in one transaction, or nothing.
class ChangeWriter
{
public:
    ChangeWriter(Storage &storage, const SyncConfig &config, const QString &userId);

    // Refuses what can never be stored or sent, before anything is stored.
    Result<Change> checked(Change change) const;
    // Within a transaction that the caller commits.
    Result<SyncEntry> apply(UnitOfWork &work, const Change &change) const;

private:
    Result<void> checkPayload(const QVariantMap &values) const;
    Result<void> checkOwner(const TableConfig &table, const QVariantMap &values) const;
    Result<void> writeRow(UnitOfWork &work, const Change &change, const TableSchema &schema,
                          const std::optional<QVariantMap> &row) const;

    Storage &m_storage;
    const SyncConfig &m_config;
    QString m_userId;
};

} // namespace Tideline
