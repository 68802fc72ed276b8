// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/conflictpolicy.h>
#include <tideline/engine/mergedentry.h>
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

    // The server holds what the entries asked for, as serverRow (empty after a deletion).
    Result<SettlementCounts> acknowledge(const MergedEntry &sent, const RowVersion &serverRow);
    // The server's row is not what the pending entries were made on: the strategy decides.
    Result<SettlementCounts> resolve(const RowVersion &remote);
    // Somebody has chosen for an open conflict.
    Result<SettlementCounts> choose(ConflictRecord conflict, const RowVersion &resolved);
    // A server version came and no entry stands against it; tells whether something changed here.
    Result<bool> takeServerRow(const RowVersion &serverRow);
    // The entry is given up, visibly; what travelled in it goes on its own.
    Result<void> bury(SyncEntry entry, const Failure &failure);
    // What travelled in an entry goes on its own from now on.
    Result<void> separate(const QList<SyncEntry> &others);

private:
    Result<QList<SyncEntry>> openEntries() const;
    Result<QList<SyncEntry>> pendingEntries() const;
    Result<void> showServerRow(const RowVersion &serverRow, const QList<SyncEntry> &open);
    Result<void> showLocally(const RowVersion &view);
    Result<void> park(const QList<SyncEntry> &pending, ConflictRecord conflict);
    Result<SettlementCounts> settle(const QList<SyncEntry> &pending, ConflictRecord conflict);
    Result<void> enqueueResolution(const SyncEntry &newest, const RowVersion &remote, const RowVersion &resolved);
    Result<QVariantMap> onlyServerColumns(const QVariantMap &row) const;
    Result<int> supersede(const QList<SyncEntry> &entries);
    void report(const ConflictRecord &conflict);

    UnitOfWork &m_work;
    Storage &m_storage;
    TableConfig m_table;
    QString m_recordId;
};

} // namespace Tideline
