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
    // Somebody has chosen for an open conflict, with all columns or with some. What was written here after the versions
    // that the conflict tells of stays on top of the choice.
    Result<SettlementCounts> choose(ConflictRecord conflict, const RowVersion &choice);
    // A server version came and no entry stands against it; tells whether something changed here.
    Result<bool> takeServerRow(const RowVersion &serverRow);
    // The entry is given up, visibly; what travelled in it goes on its own.
    Result<void> bury(SyncEntry entry, const Failure &failure);
    // What travelled in an entry goes on its own from now on.
    Result<void> separate(const QList<SyncEntry> &others);
    // The columns of a row that the server has, without the version. Where no pull has told which those are, the
    // server's row tells, and where there is none either all are taken.
    Result<QVariantMap> onlyServerColumns(const QVariantMap &row, const RowVersion &serverRow) const;

private:
    Result<QList<SyncEntry>> openEntries() const;
    Result<QList<SyncEntry>> pendingEntries() const;
    Result<void> showServerRow(const RowVersion &serverRow, const QList<SyncEntry> &open);
    Result<void> showLocally(const RowVersion &view);
    Result<RowVersion> localRow() const;
    Result<ConflictCase> caseOf(const QList<SyncEntry> &pending, const RowVersion &remote) const;
    ConflictStrategy strategy() const;
    Result<SettlementCounts> takeFirstSight(const QList<SyncEntry> &pending, const RowVersion &remote);
    Result<bool> updateOpenConflict(const QString &holderId, ConflictRecord news);
    Result<void> endOpenConflict(const QString &holderId, const RowVersion &serverRow);
    Result<void> park(const QList<SyncEntry> &pending, ConflictRecord conflict);
    Result<SettlementCounts> settle(const QList<SyncEntry> &pending, const ConflictRecord &conflict,
                                    const RowVersion &wanted);
    Result<void> enqueueResolution(const QDateTime &createdAt, const RowVersion &remote, const RowVersion &wanted);
    Result<void> showResolution(const ConflictRecord &conflict, const RowVersion &wanted);
    Result<void> showRemoval();
    Result<void> noteReturn();
    Result<int> supersede(const QList<SyncEntry> &entries);
    void report(const ConflictRecord &conflict);

    UnitOfWork &m_work;
    Storage &m_storage;
    TableConfig m_table;
    QString m_recordId;
};

} // namespace Tideline
