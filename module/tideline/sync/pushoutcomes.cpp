// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/openparents.h>
#include <tideline/engine/retrypolicy.h>
#include <tideline/sync/pushbatch.h>
#include <tideline/sync/pushoutcomes.h>

#include <algorithm>

namespace Tideline {

namespace {

constexpr int maximumConflictsOfRecord = 5; // in one round; a record that others change all the time waits for the next

bool isMissingParent(const Failure &failure)
{
    return failure.serverCode == QLatin1String("23503");
}

bool hasUnsynced(const QList<SyncEntry> &entries)
{
    return std::any_of(entries.cbegin(), entries.cend(), [](const SyncEntry &entry) { return entry.isUnsynced(); });
}

// The newest dead letter among them.
std::optional<SyncEntry> deadLetterOf(const QList<SyncEntry> &entries)
{
    std::optional<SyncEntry> dead;
    for (const SyncEntry &entry : entries) {
        if (entry.state == EntryState::Dead)
            dead = entry;
    }
    return dead;
}

} // namespace

PushOutcomes::PushOutcomes(SyncContext &context)
    : m_context(context)
{
}

void PushOutcomes::beginReply()
{
    m_serverWide.reset();
    m_waiting.reset();
    m_troubled.clear();
    m_authFailure.reset();
}

Result<bool> PushOutcomes::buryDamaged(UnitOfWork &work, const QList<SyncEntry> &entries)
{
    bool isAny = false;
    for (const SyncEntry &entry : entries) {
        if (!entry.isDamaged)
            continue;
        TIDELINE_TRY(addAttempt(work, entry, entry.error));
        TIDELINE_TRY(Settlement(work, table(entry), entry.recordId).bury(entry, entry.error));
        ++report.dead;
        if (!isAny)
            report.addError(entry.error);
        isAny = true;
    }
    return isAny;
}

Result<void> PushOutcomes::take(UnitOfWork &work, const MergedEntry &sent, const PushOutcome &outcome)
{
    const Result<EntryState> state = work.storage().queue().state(sent.head.id);
    if (!state)
        return state.failure();
    if (*state != EntryState::InFlight)
        return {}; // a person has decided about it meanwhile
    if (outcome.kind != PushOutcome::Kind::NotSent && !isServerWide(outcome.failure))
        m_context.suspects.remove(sent.head.id);
    switch (outcome.kind) {
    case PushOutcome::Kind::Applied:
        ++report.pushed;
        m_context.heldTables.remove(sent.head.table);
        return count(Settlement(work, table(sent.head), sent.head.recordId).acknowledge(sent, outcome.serverRow));
    case PushOutcome::Kind::Differs:
        return takeDifference(work, sent, outcome.serverRow);
    case PushOutcome::Kind::Failed:
        return takeFailure(work, sent, outcome.failure);
    case PushOutcome::Kind::NotSent:
        if (m_serverWide && !excludedTables.contains(sent.head.table) && !m_context.config.stopOnFirstError)
            excludedTables.append(sent.head.table);
        return PushBatch{{sent}}.unmarkSent(work);
    }
    Q_UNREACHABLE();
    return {};
}

// It may have arrived, and goes again, the same.
Result<void> PushOutcomes::requeue(UnitOfWork &work, const MergedEntry &sent)
{
    SyncEntry head = sent.head;
    head.sentAt = work.now();
    TIDELINE_TRY(update(work, head));
    for (SyncEntry other : sent.others) {
        other.sentAt = work.now();
        other.mergedInto = head.id;
        TIDELINE_TRY(update(work, other));
    }
    return {};
}

Result<void> PushOutcomes::update(UnitOfWork &work, const SyncEntry &entry)
{
    return work.storage().queue().update(work.transaction(), entry);
}

Result<void> PushOutcomes::takeDifference(UnitOfWork &work, const MergedEntry &sent, const RowVersion &remote)
{
    const SyncEntry &head = sent.head;
    Settlement settlement(work, table(head), head.recordId);
    if (!head.base && head.operation != SyncOperation::Upsert)
        return takeUnseenRow(work, sent, remote);
    // What was wanted is there: an own push whose reply was lost, or somebody wrote the very same.
    if (remote && isFulfilled(table(head), sent.whole(), remote)) {
        ++report.pushed;
        return count(settlement.acknowledge(sent, remote));
    }
    if (remote && head.base && isSameVersion(table(head), head.base, remote)) {
        // The row is what we know and still did not change: a policy lets the user see it but not write it.
        return refuse(work, sent,
                      Failure(Failure::Code::RlsViolation,
                              QStringLiteral("The server shows the record but does not let this user change it. "
                                             "Ask for the right to, or discard the change.")));
    }
    const QString record = head.table + QLatin1Char(' ') + head.recordId;
    if (++m_conflictsOfRecord[record] > maximumConflictsOfRecord) {
        MergedEntry later = sent;
        later.head.nextRetryAt =
            work.now().addMSecs(retryDelay(m_context.config, 1, Failure(), m_context.random()).count());
        triedEntries.insert(head.id);
        ++report.retrying;
        return requeue(work, later);
    }
    return count(settlement.resolve(remote));
}

// A change of a row that nobody here had seen.
Result<void> PushOutcomes::takeUnseenRow(UnitOfWork &work, const MergedEntry &sent, const RowVersion &remote)
{
    const SyncEntry &head = sent.head;
    if (remote) {
        // What it is now becomes the base, and the entry goes again on top of it.
        MergedEntry again = sent;
        again.head.base = remote;
        return requeue(work, again);
    }
    const Result<QList<SyncEntry>> open = work.storage().queue().openEntries(head.table, head.recordId);
    if (!open)
        return open.failure();
    QList<SyncEntry> earlier = *open;
    earlier.removeIf([&](const SyncEntry &other) { return other.sequence >= head.sequence; });
    if (const std::optional<SyncEntry> dead = deadLetterOf(earlier))
        return hold(work, sent, *dead);
    return refuse(work, sent,
                  Failure(Failure::Code::Conflict,
                          QStringLiteral("The server has no such record, so that there is nothing to change. "
                                         "Write the whole record instead, or discard the change.")));
}

Result<void> PushOutcomes::hold(UnitOfWork &work, MergedEntry sent, const SyncEntry &deadLetter)
{
    sent.head.heldBy = deadLetter.id;
    sent.head.nextRetryAt = {};
    sent.head.error =
        Failure(Failure::Code::Conflict, QStringLiteral("Waits for dead letter %1 of table %2: without that record the "
                                                        "server cannot take this one.")
                                             .arg(deadLetter.id, deadLetter.table));
    ++report.retrying;
    return requeue(work, sent);
}

// Every dead letter says how it came to that, also where the server's row said it and not a failure.
Result<void> PushOutcomes::refuse(UnitOfWork &work, const MergedEntry &sent, const Failure &failure)
{
    TIDELINE_TRY(addAttempt(work, sent.head, failure));
    return giveUp(work, sent, failure);
}

Result<void> PushOutcomes::addAttempt(UnitOfWork &work, const SyncEntry &entry, const Failure &failure)
{
    return work.storage().queue().addAttempt(work.transaction(), entry.id, SyncAttempt{work.now(), failure});
}

// Of this entry itself, those that are never counted included.
Result<int> PushOutcomes::failuresInARow(const SyncEntry &entry)
{
    const Result<QList<SyncAttempt>> attempts = m_context.storage->queue().attempts(entry.id);
    if (!attempts)
        return attempts.failure();
    const auto isOther = [](const SyncAttempt &attempt) { return isServerWide(attempt.failure); };
    const auto end = std::find_if(attempts->crbegin(), attempts->crend(), isOther);
    return std::max(1, static_cast<int>(std::distance(attempts->crbegin(), end)));
}

// What was refused as one may be fine in its parts: each goes on its own. Only what went alone becomes a dead letter.
Result<void> PushOutcomes::giveUp(UnitOfWork &work, const MergedEntry &sent, const Failure &failure)
{
    Settlement settlement(work, table(sent.head), sent.head.recordId);
    if (sent.others.isEmpty()) {
        ++report.dead;
        return settlement.bury(sent.head, failure);
    }
    SyncEntry alone = sent.head;
    alone.sentAt = work.now(); // the server has seen it: it takes nothing in any more
    alone.retryCount = 0;
    alone.error = failure;
    triedEntries.remove(alone.id);
    TIDELINE_TRY(update(work, alone));
    QList<SyncEntry> others = sent.others;
    for (SyncEntry &other : others)
        other.sentAt = work.now();
    return settlement.separate(others);
}

Result<void> PushOutcomes::takeFailure(UnitOfWork &work, const MergedEntry &sent, const Failure &failure)
{
    report.addError(failure);
    const Remedy remedy = remedyFor(failure, m_context.config);
    if (remedy == Remedy::Reauthenticate) {
        m_authFailure = failure; // says nothing about the entry: no attempt is counted
        MergedEntry again = sent;
        again.head.error = failure;
        return requeue(work, again);
    }
    triedEntries.insert(sent.head.id);
    TIDELINE_TRY(addAttempt(work, sent.head, failure));
    switch (remedy) {
    case Remedy::Reauthenticate:
        break;
    case Remedy::Retry:
        return retryLater(work, sent, failure);
    case Remedy::RetryCounted:
        return isMissingParent(failure) ? waitForParent(work, sent, failure) : retryCounted(work, sent, failure);
    case Remedy::HoldTable:
        if (!excludedTables.contains(sent.head.table))
            excludedTables.append(sent.head.table);
        if (!m_context.heldTables.contains(sent.head.table)) {
            m_context.heldTables.insert(sent.head.table);
            work.report(SyncError{failure, QStringLiteral("push"), sent.head.table, QString()});
        }
        return retryLater(work, sent, failure);
    case Remedy::DeadLetter:
        return giveUp(work, sent, failure);
    }
    Q_UNREACHABLE();
    return {};
}

Result<void> PushOutcomes::retryLater(UnitOfWork &work, const MergedEntry &sent, const Failure &failure)
{
    ++report.retrying;
    MergedEntry again = sent;
    SyncEntry &head = again.head;
    head.error = failure;
    if (isServerWide(failure)) { // the whole queue waits, not this entry
        m_serverWide = failure;
        m_troubled.append(head.id);
        if (!m_waiting)
            m_waiting = head;
        if (!m_context.config.stopOnFirstError && !excludedTables.contains(head.table))
            excludedTables.append(head.table);
    } else if (isUnknownTable(failure) || isUnknownColumn(failure)) {
        head.nextRetryAt = work.now().addMSecs(m_context.config.maxBackoff.count());
    } else {
        const Result<int> failures = failuresInARow(head);
        if (!failures)
            return failures.failure();
        head.nextRetryAt =
            work.now().addMSecs(retryDelay(m_context.config, *failures, failure, m_context.random()).count());
        work.report(SyncRetryScheduled{head, head.nextRetryAt, failure});
    }
    return requeue(work, again);
}

Result<void> PushOutcomes::retryCounted(UnitOfWork &work, const MergedEntry &sent, const Failure &failure)
{
    if (sent.head.retryCount >= m_context.config.maxRetries)
        return giveUp(work, sent, failure);
    MergedEntry again = sent;
    ++again.head.retryCount;
    return retryLater(work, again, failure);
}

Result<void> PushOutcomes::waitForParent(UnitOfWork &work, const MergedEntry &sent, const Failure &failure)
{
    const Result<QList<SyncEntry>> parents = openParents(work.storage(), m_context.tables, sent.whole());
    if (!parents)
        return parents.failure();
    if (const std::optional<SyncEntry> dead = deadLetterOf(*parents); dead && !hasUnsynced(*parents))
        return hold(work, sent, *dead);
    m_orphans.append({sent.head.id, failure, report.pushed});
    MergedEntry again = sent;
    again.head.error = failure;
    again.head.nextRetryAt = work.now().addMSecs(
        retryDelay(m_context.config, again.head.retryCount + 1, failure, m_context.random()).count());
    return requeue(work, again);
}

Result<bool> PushOutcomes::releaseOrphans()
{
    if (m_orphans.isEmpty())
        return false;
    const QList<Orphan> orphans = std::exchange(m_orphans, {});
    bool isReleased = false;
    const Result<void> settled = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        for (const Orphan &orphan : orphans)
            TIDELINE_TRY(settleOrphan(work, orphan, &isReleased));
        return {};
    });
    if (!settled)
        return settled.failure();
    return isReleased;
}

Result<void> PushOutcomes::settleOrphan(UnitOfWork &work, const Orphan &orphan, bool *isReleased)
{
    QueueStore &queue = work.storage().queue();
    Result<SyncEntry> entry = queue.entry(orphan.entryId);
    if (!entry)
        return entry.failure();
    if (entry->state != EntryState::Pending || !entry->heldBy.isEmpty())
        return {}; // a person has decided about it meanwhile
    if (report.pushed > orphan.pushedBefore) {
        entry->nextRetryAt = {};
        triedEntries.remove(entry->id);
        *isReleased = true;
        return update(work, *entry);
    }
    const Result<QList<SyncEntry>> open = queue.openEntries(entry->table, entry->recordId);
    if (!open)
        return open.failure();
    const MergedEntry sent = mergedInto(*entry, *open);
    const Result<QList<SyncEntry>> parents = openParents(work.storage(), m_context.tables, sent.whole());
    if (!parents)
        return parents.failure();
    if (hasUnsynced(*parents))
        return retryLater(work, sent, orphan.failure); // it is only the parent that is late
    if (const std::optional<SyncEntry> dead = deadLetterOf(*parents))
        return hold(work, sent, *dead);
    return retryCounted(work, sent, orphan.failure);
}

Result<void> PushOutcomes::count(const Result<SettlementCounts> &counts)
{
    if (!counts)
        return counts.failure();
    report.superseded += counts->superseded;
    report.conflicts += counts->conflicts;
    return {};
}

} // namespace Tideline
