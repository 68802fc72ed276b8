// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/settlement.h>
#include <tideline/sync/synccontext.h>

namespace Tideline {

// One drain: batch after batch until nothing is due. Lives on the worker thread; emits finished() once.
class DrainRound : public QObject
{
    Q_OBJECT

public:
    DrainRound(SyncContext &context, bool ignoresBackoff, QObject *parent);

    void start();

Q_SIGNALS:
    void progressed(qint64 pushed, qint64 remaining);
    void finished(const Tideline::SyncReport &report);

private:
    void nextBatch();
    Result<QList<SyncEntry>> markSent(const QList<SyncEntry> &entries);
    void takeReply(const QList<SyncEntry> &sent, const PushReply &reply);
    Result<void> takeOutcome(UnitOfWork &work, const SyncEntry &sent, const PushOutcome &outcome);
    Result<void> takeDifference(UnitOfWork &work, SyncEntry entry, const RowVersion &remote);
    Result<void> takeFailure(UnitOfWork &work, SyncEntry entry, const Failure &failure);
    Result<void> unsend(UnitOfWork &work, SyncEntry entry, const QDateTime &formerSentAt);
    Result<std::optional<QString>> deadPredecessor(const SyncEntry &entry);
    Result<void> count(const Result<SettlementCounts> &counts);
    void reauthenticate(const Failure &failure);
    void finish();
    void finish(const Failure &failure);

    SyncContext &m_context;
    bool m_ignoresBackoff;
    SyncReport m_report;
    QStringList m_excludedTables; // for the rest of this round
    QSet<QString>
        m_triedNow; // entries that met a failure in this round: with ignored back-off they must not come again
    QHash<QString, int> m_conflictsOfRecord;
    std::optional<Failure> m_serverWide; // of the batch in hand
    std::optional<SyncEntry> m_waiting;
    std::optional<Failure> m_authFailure;
    bool m_hasReauthenticated = false;
};

} // namespace Tideline
