// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/settlement.h>
#include <tideline/sync/synccontext.h>

namespace Tideline {

// What the outcomes of a drain's pushes do to the queue, and what the drain has to know of them afterwards.
class PushOutcomes
{
public:
    explicit PushOutcomes(SyncContext &context);

    // Within the caller's unit of work; when that fails the report must be what it was before.
    Result<void> take(UnitOfWork &work, const MergedEntry &sent, const PushOutcome &outcome);
    // Entries that cannot be read become dead letters, so that they stand in nobody's way; whether there were any.
    Result<bool> buryDamaged(UnitOfWork &work, const QList<SyncEntry> &entries);

    // Of the reply in hand.
    void beginReply();
    const std::optional<Failure> &serverWideFailure() const { return m_serverWide; }
    const std::optional<SyncEntry> &waitingEntry() const { return m_waiting; }
    const QStringList &troubledEntries() const { return m_troubled; } // those that met the server-wide failure
    const std::optional<Failure> &authFailure() const { return m_authFailure; }

    // Of the whole round.
    SyncReport report;
    QStringList excludedTables;
    // Entries that met a failure: with ignored back-off they must not come again.
    QSet<QString> triedEntries;

    // Entries whose parent was missing go again when others have arrived since; answers whether there are any. What
    // nothing helped counts as refused.
    Result<bool> releaseOrphans();

private:
    struct Orphan
    {
        QString entryId;
        Failure failure;
        int pushedBefore = 0;
    };

    Result<void> takeDifference(UnitOfWork &work, const MergedEntry &sent, const RowVersion &remote);
    Result<void> takeUnseenRow(UnitOfWork &work, const MergedEntry &sent, const RowVersion &remote);
    Result<void> takeFailure(UnitOfWork &work, const MergedEntry &sent, const Failure &failure);
    Result<void> refuse(UnitOfWork &work, const MergedEntry &sent, const Failure &failure);
    Result<void> giveUp(UnitOfWork &work, const MergedEntry &sent, const Failure &failure);
    Result<void> retryLater(UnitOfWork &work, const MergedEntry &sent, const Failure &failure);
    Result<void> retryCounted(UnitOfWork &work, const MergedEntry &sent, const Failure &failure);
    Result<void> waitForParent(UnitOfWork &work, const MergedEntry &sent, const Failure &failure);
    Result<void> hold(UnitOfWork &work, MergedEntry sent, const SyncEntry &deadLetter);
    Result<void> settleOrphan(UnitOfWork &work, const Orphan &orphan, bool *isReleased);
    Result<void> requeue(UnitOfWork &work, const MergedEntry &sent);
    Result<void> addAttempt(UnitOfWork &work, const SyncEntry &entry, const Failure &failure);
    Result<int> failuresInARow(const SyncEntry &entry);
    Result<void> update(UnitOfWork &work, const SyncEntry &entry);
    Result<void> count(const Result<SettlementCounts> &counts);
    TableConfig table(const SyncEntry &entry) const { return m_context.tables.value(entry.table); }

    SyncContext &m_context;
    QHash<QString, int> m_conflictsOfRecord;
    QList<Orphan> m_orphans;
    std::optional<Failure> m_serverWide;
    std::optional<SyncEntry> m_waiting;
    QStringList m_troubled;
    std::optional<Failure> m_authFailure;
};

} // namespace Tideline
