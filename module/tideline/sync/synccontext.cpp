// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/retrypolicy.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/sync/synccontext.h>

#include <algorithm>

namespace Tideline {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds leaseTime{4000}; // a process that crashed is replaced after this
constexpr milliseconds leaseRenewal{1000};
constexpr int largestDivisor = 1024;
constexpr int suspiciousCount = 3; // times in a row

} // namespace

Result<void> SyncContext::inTransaction(const std::function<Result<void>(UnitOfWork &work)> &step)
{
    UnitOfWork work(*storage, config, clock, listener);
    TIDELINE_TRY(work.begin(session));
    if (!leaseHolder.isEmpty())
        TIDELINE_TRY(keepLease(work));
    TIDELINE_TRY(step(work));
    return work.commit();
}

void SyncContext::beginLease(const QString &holder)
{
    leaseHolder = holder;
    m_leaseRenewedAt = {};
}

Result<void> SyncContext::keepLease(UnitOfWork &work)
{
    SessionStore &stored = storage->session();
    const QDateTime time = work.now();
    const QDateTime until = time.addMSecs(leaseTime.count());
    const bool isHeld = m_leaseRenewedAt.isValid();
    const qint64 age = isHeld ? m_leaseRenewedAt.msecsTo(time) : -1;
    if (age >= 0 && age < leaseRenewal.count()) {
        const Result<QString> holder = stored.leaseHolder(time);
        if (!holder)
            return holder.failure();
        if (*holder == leaseHolder)
            return {};
    }
    const Result<bool> kept = isHeld ? stored.renewLease(work.transaction(), leaseHolder, until)
                                     : stored.acquireLease(work.transaction(), leaseHolder, time, until);
    if (!kept)
        return kept.failure();
    if (!*kept)
        return Failure(Failure::Code::Cancelled, QStringLiteral("Another process syncs this database now."));
    m_leaseRenewedAt = time;
    return {};
}

int SyncContext::entriesPerPush() const
{
    return std::max(1, remote->entriesPerPush(config.batchSize) / m_pushDivisor);
}

void SyncContext::noteTrouble(const Failure &failure, const QStringList &entryIds)
{
    if (failure.httpStatus == 429)
        return; // fewer requests are wanted, not more
    m_pushDivisor = std::min(2 * m_pushDivisor, largestDivisor);
    if (entryIds.size() != 1)
        return;
    m_troubleCount = entryIds.constFirst() == m_troubled ? m_troubleCount + 1 : 1;
    m_troubled = entryIds.constFirst();
    if (m_troubleCount >= suspiciousCount)
        suspects.insert(m_troubled);
}

void SyncContext::growPushes()
{
    m_pushDivisor = std::max(1, m_pushDivisor / 2);
}

Result<void> SyncContext::noteReply(const RemoteReply &reply)
{
    SessionStore &stored = storage->session();
    const Result<QVariant> online = stored.value(SessionKey::online);
    const Result<QVariant> authRequired = stored.value(SessionKey::authRequired);
    const Result<QVariant> pauseCount = stored.value(SessionKey::pauseCount);
    const Result<QVariant> offset = stored.value(SessionKey::clockOffset);
    for (const Result<QVariant> *value : {&online, &authRequired, &pauseCount, &offset})
        TIDELINE_TRY(*value);
    const bool isKnown = online->toBool() && !authRequired->toBool() && pauseCount->toInt() == 0;
    const bool isOffsetNew = reply.clockOffset && std::abs(*reply.clockOffset - offset->toLongLong()) > 1000;
    if (isKnown && !isOffsetNew)
        return {};
    return inTransaction([&](UnitOfWork &work) -> Result<void> {
        TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::online, true));
        TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::authRequired, false));
        TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::pauseCount, 0));
        TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::pausedUntil, QString()));
        if (isOffsetNew)
            TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::clockOffset, *reply.clockOffset));
        return {};
    });
}

Result<QDateTime> SyncContext::pause(const Failure &failure, const std::optional<SyncEntry> &waiting)
{
    const Result<QVariant> count = storage->session().value(SessionKey::pauseCount);
    if (!count)
        return count.failure();
    const int failures = count->toInt() + 1;
    const QDateTime until = now().addMSecs(retryDelay(config, failures, failure, random()).count());
    const Result<void> stored = inTransaction([&](UnitOfWork &work) -> Result<void> {
        SessionStore &values = storage->session();
        // An answer, even a refusal to serve, shows that the way to the server is there.
        const bool isOnline = failure.httpStatus != 0;
        TIDELINE_TRY(values.setValue(work.transaction(), SessionKey::online, isOnline));
        TIDELINE_TRY(values.setValue(work.transaction(), SessionKey::pauseCount, failures));
        TIDELINE_TRY(values.setValue(work.transaction(), SessionKey::pausedUntil, toText(until)));
        if (waiting) {
            SyncEntry entry = *waiting;
            entry.nextRetryAt = until;
            work.report(SyncRetryScheduled{entry, until, failure});
        }
        return {};
    });
    if (!stored)
        return stored.failure();
    return until;
}

Result<bool> SyncContext::endOfflinePause()
{
    const Result<QVariant> online = storage->session().value(SessionKey::online);
    const Result<QDateTime> until = pausedUntil();
    TIDELINE_TRY(online);
    TIDELINE_TRY(until);
    if (!until->isValid() || !online->isValid() || online->toBool())
        return false;
    const Result<void> ended = inTransaction([&](UnitOfWork &work) -> Result<void> {
        TIDELINE_TRY(storage->session().setValue(work.transaction(), SessionKey::pauseCount, 0));
        return storage->session().setValue(work.transaction(), SessionKey::pausedUntil, QString());
    });
    if (!ended)
        return ended.failure();
    return true;
}

Result<void> SyncContext::noteAuthRequired(const Failure &failure)
{
    const Result<QVariant> known = storage->session().value(SessionKey::authRequired);
    if (!known)
        return known.failure();
    if (known->toBool())
        return {};
    return inTransaction([&](UnitOfWork &work) -> Result<void> {
        TIDELINE_TRY(storage->session().setValue(work.transaction(), SessionKey::authRequired, true));
        TIDELINE_TRY(storage->session().setValue(work.transaction(), SessionKey::online, true));
        work.report(SyncAuthRequired{failure});
        return {};
    });
}

Result<QDateTime> SyncContext::pausedUntil()
{
    const Result<QVariant> value = storage->session().value(SessionKey::pausedUntil);
    if (!value)
        return value.failure();
    const QDateTime until = QDateTime::fromString(value->toString(), Qt::ISODateWithMs);
    return until > now() ? until : QDateTime();
}

} // namespace Tideline
