// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/pushbatch.h>
#include <tideline/sync/pushoutcomes.h>

namespace Tideline {

// One drain: batch after batch until nothing is due. While the server works on one batch the answer to the one before
// is settled and the next is made ready. Lives on the worker thread; emits finished() once.
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
    struct Answer
    {
        PushBatch batch;
        PushReply reply;
    };

    void goOn();
    Result<PushBatch> nextBatch();
    Result<QList<SyncEntry>> dueEntries();
    void send(const PushBatch &batch);
    void takeReply(const PushBatch &batch, const PushReply &reply);
    void work();
    void afterSettling(const PushReply &reply);
    Result<void> settle(const Answer &answer);
    Result<void> dropNext();
    bool isSendingAllowed(const PushReply &reply) const;
    void reauthenticate(const Failure &failure);
    void finish();
    void finish(const Failure &failure);

    SyncContext &m_context;
    bool m_ignoresBackoff;
    PushOutcomes m_outcomes;
    bool m_isInFlight = false;
    std::optional<PushBatch> m_next;  // marked as sent already
    std::optional<Answer> m_answered; // not settled yet
    std::optional<Failure> m_failure; // ends the round as soon as nothing is in flight
    bool m_hasReauthenticated = false;
    bool m_isFinished = false;
};

} // namespace Tideline
