// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/retrypolicy.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/drainround.h>

#include <QtCore/QTimer>

#include <algorithm>

namespace Tideline {

namespace {

using std::chrono::milliseconds;

// A request leaves in pieces, each of which needs a turn of this thread's event loop. What is done meanwhile must not
// keep it here, or the server would wait for us and we for the server: on a fast way a large one is gone after this.
constexpr milliseconds headStart{10};

// Settled in one transaction: few enough that a write of the application hardly waits for them.
constexpr qsizetype partsInTransaction = 100;

} // namespace

DrainRound::DrainRound(SyncContext &context, bool ignoresBackoff, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_ignoresBackoff(ignoresBackoff)
    , m_outcomes(context)
{
}

void DrainRound::start()
{
    if (!m_ignoresBackoff) {
        const Result<QDateTime> until = m_context.pausedUntil();
        if (!until)
            return finish(until.failure());
        if (until->isValid())
            return finish();
    }
    // Entries of tables that are not synced now stay, and must not stand in the way of others.
    const Result<QHash<QString, TableCounts>> counts = m_context.storage->queue().counts();
    if (!counts)
        return finish(counts.failure());
    for (auto it = counts->cbegin(); it != counts->cend(); ++it) {
        if (!m_context.tables.contains(it.key()))
            m_outcomes.excludedTables.append(it.key());
    }
    goOn();
}

// Nothing is in flight and everything is settled.
void DrainRound::goOn()
{
    Result<PushBatch> batch = m_next ? *std::exchange(m_next, {}) : nextBatch();
    if (!batch)
        return finish(batch.failure());
    if (!batch->isEmpty())
        return send(*batch);
    const Result<bool> released = m_outcomes.releaseOrphans();
    if (!released)
        return finish(released.failure());
    *released ? goOn() : finish();
}

// What is due is read in the transaction that marks it: nobody changes an entry in between.
Result<PushBatch> DrainRound::nextBatch()
{
    while (true) {
        PushBatch batch;
        bool isAnyBuried = false;
        const SyncReport before = m_outcomes.report;
        const Result<void> marked = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
            const Result<QList<SyncEntry>> due = dueEntries();
            TIDELINE_TRY(due);
            const Result<bool> buried = m_outcomes.buryDamaged(work, *due);
            TIDELINE_TRY(buried);
            isAnyBuried = *buried;
            if (isAnyBuried)
                return {};
            const Result<PushBatch> next = PushBatch::markSent(work, *due);
            TIDELINE_TRY(next);
            batch = *next;
            return {};
        });
        if (!marked) {
            m_outcomes.report = before;
            return marked.failure();
        }
        if (!isAnyBuried)
            return batch;
    }
}

Result<QList<SyncEntry>> DrainRound::dueEntries()
{
    const int limit = m_context.entriesPerPush();
    // Entries that failed in this round are left out where their time does not do that.
    const qsizetype tried = m_ignoresBackoff ? m_outcomes.triedEntries.size() : 0;
    const auto most = static_cast<int>(limit + tried + m_context.suspects.size());
    Result<QList<SyncEntry>> due =
        m_context.storage->queue().due(m_context.now(), most, m_ignoresBackoff, m_outcomes.excludedTables);
    if (!due)
        return due;
    due->removeIf([this](const SyncEntry &entry) { return m_outcomes.triedEntries.contains(entry.id); });
    QList<SyncEntry> others = *due;
    others.removeIf([this](const SyncEntry &entry) { return m_context.suspects.contains(entry.id); });
    if (others.isEmpty())
        return due->mid(0, 1); // each for itself
    return others.mid(0, limit);
}

void DrainRound::send(const PushBatch &batch)
{
    m_isInFlight = true;
    whenFinished(
        m_context.remote->push(batch.items(m_context.tables), m_context.config.stopOnFirstError), this,
        [this, batch](const PushReply &reply) { takeReply(batch, reply); },
        [this] { finish(Failure(Failure::Code::Cancelled, QStringLiteral("The drain was stopped."))); });
    QTimer::singleShot(headStart, this, &DrainRound::work);
}

void DrainRound::takeReply(const PushBatch &batch, const PushReply &reply)
{
    if (m_answered)
        work(); // it had no time yet
    m_isInFlight = false;
    m_answered = Answer{batch, reply};
    if (m_next && !m_failure && isSendingAllowed(reply))
        send(*std::exchange(m_next, {})); // the settling follows while it is on its way
    else
        work();
}

// Whether the answer lets the next batch go before it is settled itself: no failure says that it would fail too.
bool DrainRound::isSendingAllowed(const PushReply &reply) const
{
    return std::all_of(reply.outcomes.cbegin(), reply.outcomes.cend(), [this](const PushOutcome &outcome) {
        switch (outcome.kind) {
        case PushOutcome::Kind::Applied:
        case PushOutcome::Kind::Differs:
            return true;
        case PushOutcome::Kind::Failed:
            return !isServerWide(outcome.failure) && remedyFor(outcome.failure, m_context.config) == Remedy::DeadLetter;
        case PushOutcome::Kind::NotSent:
            return false;
        }
        Q_UNREACHABLE();
        return false;
    });
}

// What there is to do on this side: the settling of an answer, and the next batch while one is in flight.
void DrainRound::work()
{
    if (m_isFinished)
        return;
    if (m_answered) {
        const Answer answer = *std::exchange(m_answered, {});
        if (const Result<void> settled = settle(answer); !settled)
            m_failure = settled.failure();
        if (!m_isInFlight)
            return m_failure ? finish(*m_failure) : afterSettling(answer.reply);
    }
    if (m_isInFlight && !m_next && !m_failure) {
        Result<PushBatch> next = nextBatch();
        if (!next)
            m_failure = next.failure();
        else if (!next->isEmpty())
            m_next = *next;
    }
}

Result<void> DrainRound::settle(const Answer &answer)
{
    m_outcomes.beginReply();
    m_outcomes.report.requests += answer.reply.requests;
    if (isSendingAllowed(answer.reply)) {
        m_context.growPushes();
        m_hasReauthenticated = false;                    // it was taken; it may run out again in a long drain
        TIDELINE_TRY(m_context.noteReply(answer.reply)); // before: a conflict's decision needs the server's clock
    }
    const QList<PushOutcome> &outcomes = answer.reply.outcomes;
    const QList<MergedEntry> &parts = answer.batch.parts;
    for (qsizetype next = 0; next < parts.size();) {
        const qsizetype end = std::min(next + partsInTransaction, parts.size());
        const SyncReport before = m_outcomes.report;
        const Result<void> taken = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
            for (qsizetype i = next; i < end; ++i)
                TIDELINE_TRY(m_outcomes.take(work, parts.at(i), outcomes.value(i)));
            return {};
        });
        if (!taken) {
            m_outcomes.report = before;
            return taken;
        }
        next = end;
    }
    const bool isStanding = std::all_of(outcomes.cbegin(), outcomes.cend(), [](const PushOutcome &outcome) {
        return outcome.kind == PushOutcome::Kind::NotSent;
    });
    if (isStanding)
        return Failure(Failure::Code::Remote, QStringLiteral("The remote store sent nothing and did not say why."));
    const Result<QHash<QString, TableCounts>> counts = m_context.storage->queue().counts();
    if (!counts)
        return counts.failure();
    qint64 remaining = 0;
    for (const TableCounts &table : *counts)
        remaining += table.pending;
    Q_EMIT progressed(m_outcomes.report.pushed, remaining);
    return {};
}

// Nothing is in flight: what the answer says about the way to the server decides how it goes on.
void DrainRound::afterSettling(const PushReply &reply)
{
    const bool isClear = isSendingAllowed(reply);
    if (!isClear) {
        if (const Result<void> dropped = dropNext(); !dropped)
            return finish(dropped.failure());
    }
    if (m_outcomes.authFailure())
        return reauthenticate(*m_outcomes.authFailure());
    if (const std::optional<Failure> &failure = m_outcomes.serverWideFailure()) {
        m_context.noteTrouble(*failure, m_outcomes.troubledEntries());
        const Result<QDateTime> until = m_context.pause(*failure, m_outcomes.waitingEntry());
        if (!until)
            return finish(until.failure());
        if (m_context.config.stopOnFirstError)
            return finish();
    } else if (const Result<void> noted = m_context.noteReply(reply); !noted) {
        return finish(noted.failure());
    }
    goOn();
}

Result<void> DrainRound::dropNext()
{
    if (!m_next)
        return {};
    const PushBatch next = *std::exchange(m_next, {});
    return m_context.inTransaction([&](UnitOfWork &work) { return next.unmarkSent(work); });
}

void DrainRound::reauthenticate(const Failure &failure)
{
    const auto giveUp = [this, failure] {
        const Result<void> noted = m_context.noteAuthRequired(failure);
        noted ? finish() : finish(noted.failure());
    };
    if (m_hasReauthenticated)
        return giveUp();
    m_hasReauthenticated = true;
    const auto retry = [this, giveUp](const Result<bool> &refreshed) {
        if (!refreshed || !*refreshed)
            return giveUp();
        m_outcomes.report.errors.removeIf(
            [](const Failure &error) { return error.code == Failure::Code::AuthExpired; });
        goOn();
    };
    whenFinished(m_context.remote->refreshAuthentication(), this, retry, giveUp);
}

void DrainRound::finish()
{
    m_isFinished = true;
    Q_EMIT finished(m_outcomes.report);
}

void DrainRound::finish(const Failure &failure)
{
    m_outcomes.report.addError(failure);
    if (const Result<void> dropped = dropNext(); !dropped)
        m_next.reset(); // the next round takes what is marked as sent for something that may have arrived
    finish();
}

} // namespace Tideline
