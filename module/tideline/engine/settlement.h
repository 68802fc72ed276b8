// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/conflictpolicy.h>
#include <tideline/engine/unitofwork.h>

namespace Tideline {

// What a settlement did, for a report's counts.
class SettlementCounts
{
public:
    int superseded = 0;
    int conflicts = 0;
};

// Brings one record's row, its open entries and its conflict record in step with a version that the server has told of.
// Every function works within the caller's unit of work.
class Settlement
{
public:
    Settlement(UnitOfWork &work, const TableConfig &table, const QString &recordId);

    // The server holds what the entry asked for, as serverRow (empty after a deletion).
    Result<SettlementCounts> acknowledge(SyncEntry entry, const RowVersion &serverRow);
    // The server's row is not what the pending entries were made on: the strategy decides.
    Result<SettlementCounts> resolve(const RowVersion &remote);
    // Somebody has chosen for an open conflict.
    Result<SettlementCounts> choose(ConflictRecord conflict, const RowVersion &resolved);
    // A server version came and no entry stands against it; tells whether something changed here.
    Result<bool> takeServerRow(const RowVersion &serverRow);
    // The entry is given up, visibly.
    Result<void> bury(SyncEntry entry, const Failure &failure);

private:
    Result<QList<SyncEntry>> openEntries() const;
    Result<QList<SyncEntry>> pendingEntries() const;
    Result<void> showLocally(const RowVersion &view);
    Result<void> park(const QList<SyncEntry> &pending, ConflictRecord conflict);
    Result<SettlementCounts> settle(const QList<SyncEntry> &pending, ConflictRecord conflict);
    Result<void> enqueueResolution(const SyncEntry &newest, const RowVersion &remote, const RowVersion &resolved);
    Result<QVariantMap> onlyServerColumns(const QVariantMap &row) const;
    Result<void> rebase(const QList<SyncEntry> &entries, const RowVersion &base);
    Result<int> supersede(const QList<SyncEntry> &entries);
    void report(const ConflictRecord &conflict);

    UnitOfWork &m_work;
    Storage &m_storage;
    TableConfig m_table;
    QString m_recordId;
};

} // namespace Tideline
