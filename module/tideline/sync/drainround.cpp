// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/retrypolicy.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/drainround.h>

#include <algorithm>

namespace Tideline {

namespace {

constexpr int maximumConflictsOfRecord = 5; // in one round; a record that others change all the time waits for the next

} // namespace

DrainRound::DrainRound(SyncContext &context, bool ignoresBackoff, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_ignoresBackoff(ignoresBackoff)
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
            m_excludedTables.append(it.key());
    }
    nextBatch();
}

void DrainRound::nextBatch()
{
    // Entries that failed in this round are left out where their time does not do that.
    const int limit = m_context.config.batchSize + (m_ignoresBackoff ? static_cast<int>(m_triedNow.size()) : 0);
    Result<QList<SyncEntry>> due =
        m_context.storage->queue().due(m_context.now(), limit, m_ignoresBackoff, m_excludedTables);
    if (!due)
        return finish(due.failure());
    due->removeIf([this](const SyncEntry &entry) { return m_triedNow.contains(entry.id); });
    if (due->isEmpty())
        return finish();
    if (due->size() > m_context.config.batchSize)
        due->resize(m_context.config.batchSize);
    const Result<QList<SyncEntry>> sent = markSent(*due);
    if (!sent)
        return finish(sent.failure());
    QList<PushItem> items;
    for (const SyncEntry &entry : *sent)
        items.append(PushItem{entry, m_context.tables.value(entry.table)});
    const QList<SyncEntry> former = *due;
    whenFinished(
        m_context.remote->push(items, m_context.config.stopOnFirstError), this,
        [this, former](const PushReply &reply) { takeReply(former, reply); },
        [this] { finish(Failure(Failure::Code::Cancelled, QStringLiteral("The drain was stopped."))); });
}

// Durable before a byte leaves: whatever happens now, the entry is known to have been under way.
Result<QList<SyncEntry>> DrainRound::markSent(const QList<SyncEntry> &entries)
{
    QList<SyncEntry> sent = entries;
    const Result<void> marked = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        for (SyncEntry &entry : sent) {
            entry.state = EntryState::InFlight;
            entry.sentAt = work.now();
            TIDELINE_TRY(work.storage().queue().update(work.transaction(), entry));
        }
        return {};
    });
    if (!marked)
        return marked.failure();
    return sent;
}

void DrainRound::takeReply(const QList<SyncEntry> &sent, const PushReply &reply)
{
    m_report.requests += reply.requests;
    m_serverWide.reset();
    m_waiting.reset();
    m_authFailure.reset();
    const SyncReport before = m_report;
    const Result<void> taken = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        for (qsizetype i = 0; i < sent.size(); ++i) {
            const PushOutcome outcome = i < reply.outcomes.size() ? reply.outcomes.at(i) : PushOutcome();
            TIDELINE_TRY(takeOutcome(work, sent.at(i), outcome));
        }
        return {};
    });
    if (!taken) {
        m_report = before;
        return finish(taken.failure());
    }
    if (m_authFailure)
        return reauthenticate(*m_authFailure);
    const bool isStanding = std::all_of(reply.outcomes.cbegin(), reply.outcomes.cend(), [](const PushOutcome &outcome) {
        return outcome.kind == PushOutcome::Kind::NotSent;
    });
    if (isStanding)
        return finish(
            Failure(Failure::Code::Remote, QStringLiteral("The remote store sent nothing and did not say why.")));
    if (m_serverWide) {
        const Result<QDateTime> until = m_context.pause(*m_serverWide, m_waiting);
        if (!until)
            return finish(until.failure());
        if (m_context.config.stopOnFirstError)
            return finish();
    } else if (const Result<void> noted = m_context.noteReply(reply); !noted) {
        return finish(noted.failure());
    }
    qint64 remaining = 0;
    if (const Result<QHash<QString, TableCounts>> counts = m_context.storage->queue().counts()) {
        for (const TableCounts &table : *counts)
            remaining += table.pending;
    }
    Q_EMIT progressed(m_report.pushed, remaining);
    nextBatch();
}

Result<void> DrainRound::takeOutcome(UnitOfWork &work, const SyncEntry &sent, const PushOutcome &outcome)
{
    Result<SyncEntry> current = work.storage().queue().entry(sent.id);
    if (!current)
        return current.failure();
    if (current->state != EntryState::InFlight)
        return {}; // a person has decided about it meanwhile
    switch (outcome.kind) {
    case PushOutcome::Kind::Applied: {
        ++m_report.pushed;
        m_context.heldTables.remove(sent.table);
        Settlement settlement(work, m_context.tables.value(sent.table), sent.recordId);
        return count(settlement.acknowledge(*current, outcome.serverRow));
    }
    case PushOutcome::Kind::Differs:
        return takeDifference(work, *current, outcome.serverRow);
    case PushOutcome::Kind::Failed:
        return takeFailure(work, *current, outcome.failure);
    case PushOutcome::Kind::NotSent:
        if (m_serverWide && !m_excludedTables.contains(sent.table) && !m_context.config.stopOnFirstError)
            m_excludedTables.append(sent.table);
        return unsend(work, *current, sent.sentAt);
    }
    Q_UNREACHABLE();
    return {};
}

// The bytes did not leave this time; they may have at an earlier one.
Result<void> DrainRound::unsend(UnitOfWork &work, SyncEntry entry, const QDateTime &formerSentAt)
{
    entry.state = EntryState::Pending;
    entry.sentAt = formerSentAt;
    return work.storage().queue().update(work.transaction(), entry);
}

Result<std::optional<QString>> DrainRound::deadPredecessor(const SyncEntry &entry)
{
    const Result<QList<SyncEntry>> open = m_context.storage->queue().openEntries(entry.table, entry.recordId);
    if (!open)
        return open.failure();
    std::optional<QString> dead;
    for (const SyncEntry &other : *open) {
        if (other.state == EntryState::Dead && other.sequence < entry.sequence)
            dead = other.id;
    }
    return dead;
}

Result<void> DrainRound::takeDifference(UnitOfWork &work, SyncEntry entry, const RowVersion &remote)
{
    const TableConfig table = m_context.tables.value(entry.table);
    Settlement settlement(work, table, entry.recordId);
    if (entry.base || entry.operation == SyncOperation::Upsert) {
        // What was wanted is there: an own push whose reply was lost, or somebody wrote the very same.
        if (remote && isFulfilled(table, entry, remote)) {
            ++m_report.pushed;
            return count(settlement.acknowledge(entry, remote));
        }
    }
    if (!entry.base && entry.operation != SyncOperation::Upsert) {
        if (remote) {
            // Nobody here had seen the row: what it is now becomes the base, and the entry goes again on top of it.
            entry.base = remote;
            entry.state = EntryState::Pending;
            return work.storage().queue().update(work.transaction(), entry);
        }
        const Result<std::optional<QString>> dead = deadPredecessor(entry);
        if (!dead)
            return dead.failure();
        if (*dead) {
            entry.state = EntryState::Pending;
            entry.heldBy = **dead;
            entry.error =
                Failure(Failure::Code::Conflict,
                        QStringLiteral("Waits for dead letter %1: the record is not on the server yet.").arg(**dead));
            ++m_report.retrying;
            return work.storage().queue().update(work.transaction(), entry);
        }
        ++m_report.dead;
        return settlement.bury(
            entry, Failure(Failure::Code::Conflict,
                           QStringLiteral("The server has no such record, so that there is nothing to change. "
                                          "Write the whole record instead, or discard the change.")));
    }
    if (remote && entry.base && isSameVersion(table, entry.base, remote)) {
        // The row is what we know and still did not change: a policy lets the user see it but not write it.
        ++m_report.dead;
        return settlement.bury(
            entry, Failure(Failure::Code::RlsViolation,
                           QStringLiteral("The server shows the record but does not let this user change it. "
                                          "Ask for the right to, or discard the change.")));
    }
    const QString record = entry.table + QLatin1Char(' ') + entry.recordId;
    if (++m_conflictsOfRecord[record] > maximumConflictsOfRecord) {
        entry.state = EntryState::Pending;
        entry.nextRetryAt = work.now().addMSecs(retryDelay(m_context.config, 1, Failure(), m_context.random()).count());
        m_triedNow.insert(entry.id);
        ++m_report.retrying;
        return work.storage().queue().update(work.transaction(), entry);
    }
    return count(settlement.resolve(remote));
}

Result<void> DrainRound::takeFailure(UnitOfWork &work, SyncEntry entry, const Failure &failure)
{
    m_report.addError(failure);
    entry.state = EntryState::Pending;
    entry.error = failure;
    Remedy remedy = remedyFor(failure, m_context.config);
    if (remedy == Remedy::Reauthenticate) {
        m_authFailure = failure; // says nothing about the entry: no attempt is counted
        return work.storage().queue().update(work.transaction(), entry);
    }
    m_triedNow.insert(entry.id);
    TIDELINE_TRY(work.storage().queue().addAttempt(work.transaction(), entry.id, SyncAttempt{work.now(), failure}));
    if (remedy == Remedy::RetryCounted && ++entry.retryCount > m_context.config.maxRetries)
        remedy = Remedy::DeadLetter;
    switch (remedy) {
    case Remedy::Reauthenticate:
        break;
    case Remedy::Retry:
        ++m_report.retrying;
        if (isServerWide(failure)) {
            m_serverWide = failure;
            if (!m_waiting)
                m_waiting = entry;
            if (!m_context.config.stopOnFirstError)
                m_excludedTables.append(entry.table);
            break; // the whole queue waits, not this entry
        }
        [[fallthrough]];
    case Remedy::RetryCounted: {
        if (remedy == Remedy::RetryCounted)
            ++m_report.retrying;
        const int failures = std::max(1, entry.retryCount);
        entry.nextRetryAt =
            work.now().addMSecs(retryDelay(m_context.config, failures, failure, m_context.random()).count());
        work.report(SyncRetryScheduled{entry, entry.nextRetryAt, failure});
        break;
    }
    case Remedy::HoldTable:
        ++m_report.retrying;
        m_excludedTables.append(entry.table);
        entry.nextRetryAt = work.now().addMSecs(m_context.config.maxBackoff.count());
        if (!m_context.heldTables.contains(entry.table)) {
            m_context.heldTables.insert(entry.table);
            work.report(SyncError{failure, QStringLiteral("push"), entry.table, QString()});
        }
        break;
    case Remedy::DeadLetter:
        ++m_report.dead;
        return Settlement(work, m_context.tables.value(entry.table), entry.recordId).bury(entry, failure);
    }
    return work.storage().queue().update(work.transaction(), entry);
}

Result<void> DrainRound::count(const Result<SettlementCounts> &counts)
{
    if (!counts)
        return counts.failure();
    m_report.superseded += counts->superseded;
    m_report.conflicts += counts->conflicts;
    return {};
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
    const auto goOn = [this, giveUp](const Result<bool> &refreshed) {
        if (!refreshed || !*refreshed)
            return giveUp();
        m_report.errors.removeIf([](const Failure &error) { return error.code == Failure::Code::AuthExpired; });
        nextBatch();
    };
    whenFinished(m_context.remote->refreshAuthentication(), this, goOn, giveUp);
}

void DrainRound::finish()
{
    Q_EMIT finished(m_report);
}

void DrainRound::finish(const Failure &failure)
{
    m_report.addError(failure);
    finish();
}

} // namespace Tideline
