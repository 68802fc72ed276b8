// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/retrypolicy.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/syncengine.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/closedremotestore.h>
#include <tideline/sync/drainround.h>
#include <tideline/sync/pullround.h>
#include <tideline/sync/syncworker.h>

#include <QtCore/QThread>
#include <QtCore/QUuid>

#include <algorithm>

namespace Tideline {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds leaseRenewal{1000};
constexpr milliseconds leaseTrial{100};
constexpr milliseconds leasePatience{30000};
constexpr milliseconds watchInterval{250};
constexpr qint64 purgeInterval = 60 * 60 * 1000;

} // namespace

SyncWorker::SyncWorker(const SyncSetup &setup)
    : m_makeStorage(setup.storage)
    , m_makeRemote(setup.remote)
    , m_leaseHolder(QUuid::createUuid().toString(QUuid::WithoutBraces))
{
    m_context.config = setup.config;
    m_context.userId = setup.userId;
    m_context.clock = setup.clock;
    m_context.random = setup.random;
    m_context.listener = this;
    for (const TableConfig &table : setup.tables)
        m_context.tables.insert(table.name, table);
    m_retryTimer.setSingleShot(true);
    connect(&m_leaseTimer, &QTimer::timeout, this, &SyncWorker::acquireLease);
    connect(&m_retryTimer, &QTimer::timeout, this, [this] { order({true, m_context.tables.keys(), false, {}, true}); });
    connect(&m_pollTimer, &QTimer::timeout, this, [this] { order({true, m_context.tables.keys(), false, {}, true}); });
    connect(&m_watchTimer, &QTimer::timeout, this, &SyncWorker::lookForChanges);
}

SyncWorker::~SyncWorker() = default;

// While the thread's event loop still runs: what a loop that ends leaves undone would cancel futures one by one, and
// each would set the next order going.
void SyncWorker::retire()
{
    setAutomatic(false);
    m_leaseTimer.stop();
    // First: the remote store cancels what is in flight when it goes, and by then nobody here may take the answer.
    qDeleteAll(findChildren<DrainRound *>(QString(), Qt::FindDirectChildrenOnly));
    qDeleteAll(findChildren<PullRound *>(QString(), Qt::FindDirectChildrenOnly));
    m_context.remote.reset();
    m_keptRemote.reset();
    m_makeRemote = nullptr;
    if (m_current && m_context.storage) {
        // Left to itself the lease would keep the next process waiting; when this fails it runs out.
        if (Result<std::unique_ptr<StoreTransaction>> transaction = m_context.storage->begin()) {
            if (m_context.storage->session().releaseLease(**transaction, m_leaseHolder))
                std::ignore = (*transaction)->commit().ok();
        }
    }
    m_context.storage.reset();
    // Nobody waits for ever for an order that nobody will carry out.
    if (m_current)
        m_orders.prepend(*m_current);
    cancelOrders(Failure(Failure::Code::Cancelled, QStringLiteral("The engine was stopped.")));
    m_current.reset();
}

void SyncWorker::cancelOrders(const Failure &failure)
{
    SyncReport report;
    report.addError(failure);
    const QList<SyncOrder> orders = std::exchange(m_orders, {});
    for (const SyncOrder &left : orders) {
        for (const auto &promise : left.promises) {
            promise->addResult(report);
            promise->finish();
        }
    }
}

Result<void> SyncWorker::open()
{
    Q_ASSERT(thread() == QThread::currentThread());
    if (!m_context.storage) {
        Result<std::unique_ptr<Storage>> storage = m_makeStorage();
        if (!storage)
            return storage.failure();
        m_context.storage = std::move(*storage);
    }
    if (!m_context.remote) {
        m_context.remote = m_makeRemote ? m_makeRemote() : nullptr;
        if (!m_context.remote)
            return Failure(Failure::Code::Invalid, QStringLiteral("The engine has no remote store to sync with."));
    }
    return {};
}

void SyncWorker::workCommitted(const QList<SyncEvent> &events, const QSet<QString> &changedTables)
{
    for (const SyncEvent &event : events)
        Q_EMIT eventHappened(event);
    if (!changedTables.isEmpty())
        Q_EMIT rowsChanged(changedTables.values());
    Q_EMIT statusChanged();
}

void SyncWorker::setTables(const TableCatalog &tables)
{
    m_context.tables = tables;
}

// A drain that still looks for entries takes another one's order along.
void SyncWorker::order(const SyncOrder &order)
{
    if (m_current && m_isDraining && order.drains && order.pulls.isEmpty()
        && (m_current->ignoresBackoff || !order.ignoresBackoff)) {
        if (m_current->pulls.isEmpty()) {
            m_current->promises.append(order.promises);
            m_current->isAutomatic = m_current->isAutomatic || order.isAutomatic;
            return;
        }
    }
    const auto same = std::find_if(m_orders.begin(), m_orders.end(), [&](const SyncOrder &other) {
        return other.drains == order.drains && other.pulls == order.pulls
               && other.ignoresBackoff == order.ignoresBackoff;
    });
    if (same != m_orders.end()) {
        same->promises.append(order.promises);
        same->isAutomatic = same->isAutomatic || order.isAutomatic;
    } else {
        m_orders.append(order);
    }
    startNext();
}

void SyncWorker::startNext()
{
    if (m_current || m_orders.isEmpty())
        return;
    m_current = m_orders.takeFirst();
    m_report = {};
    m_isCutShort = false;
    m_elapsed.start();
    m_leaseWait.start();
    if (const Result<void> opened = open(); !opened) {
        m_report.addError(opened.failure());
        return finish();
    }
    acquireLease();
}

Result<bool> SyncWorker::takeLease(SyncState activity)
{
    const Result<void> tried = m_context.inTransaction([&](UnitOfWork &work) {
        return m_context.storage->session().setValue(work.transaction(), SessionKey::activity, toText(activity));
    });
    if (!tried && tried.failure().code == Failure::Code::Cancelled)
        return false;
    return tried ? Result<bool>(true) : tried.failure();
}

// Also renews: the same call, while a round works.
void SyncWorker::acquireLease()
{
    if (!m_current) {
        m_leaseTimer.stop();
        return;
    }
    const bool isRenewal = m_leaseTimer.isActive() && m_leaseTimer.intervalAsDuration() == leaseRenewal;
    if (!isRenewal) {
        m_context.session.clear();
        m_context.beginLease(m_leaseHolder);
    }
    const Result<bool> taken = takeLease(m_isDraining || m_current->drains ? SyncState::Draining : SyncState::Pulling);
    if (isRenewal)
        return; // when it fails the lease runs out in its time, and every store call will tell why
    if (taken && !*taken && m_leaseWait.hasExpired(leasePatience.count())) {
        m_report.addError(
            Failure(Failure::Code::LocalStore,
                    QStringLiteral("Another process has been syncing this database for 30 seconds. Try again when "
                                   "it is done, or stop it.")));
        return finish();
    }
    if (!taken) {
        m_report.addError(taken.failure());
        return finish();
    }
    if (!*taken) {
        m_leaseTimer.start(leaseTrial);
        return;
    }
    m_leaseTimer.start(leaseRenewal);
    begin();
}

void SyncWorker::begin()
{
    const Result<QVariant> session = m_context.storage->session().value(SessionKey::session);
    if (!session) {
        m_report.addError(session.failure());
        return finish();
    }
    // Another process has signed the user out: what this one was told to do is not for whoever comes next.
    if (!m_knownSession.isEmpty() && session->toString() != m_knownSession) {
        m_report.addError(ClosedRemoteStore::failure());
        endSession();
        Q_EMIT sessionEnded();
        return finish();
    }
    m_context.session = session->toString();
    m_knownSession = m_context.session;
    // Whoever held the lease before is gone; what it had sent has an unknown outcome and goes again, conditionally.
    const Result<void> recovered = m_context.inTransaction([this](UnitOfWork &work) -> Result<void> {
        const Result<int> count = m_context.storage->queue().recoverInFlight(work.transaction());
        return count ? Result<void>() : count.failure();
    });
    if (!recovered) {
        m_report.addError(recovered.failure());
        return finish();
    }
    m_current->drains ? drain() : pull();
}

void SyncWorker::drain()
{
    m_isDraining = true;
    Q_EMIT drainingChanged(true);
    auto *round = new DrainRound(m_context, m_current->ignoresBackoff, this);
    connect(round, &DrainRound::progressed, this, &SyncWorker::drainProgressed);
    connect(round, &DrainRound::finished, this, [this, round](const SyncReport &report) {
        round->deleteLater();
        m_isDraining = false;
        Q_EMIT drainingChanged(false);
        m_report.add(report);
        const bool isLost = std::any_of(report.errors.cbegin(), report.errors.cend(), endsRound);
        const Result<void> told = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
            const Result<QHash<QString, TableCounts>> counts = m_context.storage->queue().counts();
            if (!counts)
                return counts.failure();
            int remaining = 0;
            for (const TableCounts &table : *counts)
                remaining += static_cast<int>(table.pending);
            work.report(SyncDrainComplete{report.pushed, remaining});
            return m_context.storage->session().setValue(work.transaction(), SessionKey::activity,
                                                         toText(SyncState::Pulling));
        });
        if (!told)
            m_report.addError(told.failure());
        isLost || !told ? finish() : pull();
    });
    round->start();
}

void SyncWorker::pull()
{
    if (m_current->pulls.isEmpty())
        return finish();
    m_pull = new PullRound(m_context, m_current->pulls, m_current->ignoresBackoff, this);
    connect(m_pull, &PullRound::progressed, this, &SyncWorker::pullProgressed);
    connect(m_pull, &PullRound::finished, this, [this] {
        PullRound *done = std::exchange(m_pull, nullptr);
        done->deleteLater();
        m_report.add(done->report());
        m_isCutShort = done->isCutShort();
        finish();
    });
    m_pull->start();
}

void SyncWorker::cancelPull()
{
    if (!m_pull)
        return;
    m_report.add(m_pull->report());
    m_report.addError(Failure(Failure::Code::Cancelled, QStringLiteral("The pull was stopped.")));
    delete std::exchange(m_pull, nullptr); // with what it waits for
    finish();
}

void SyncWorker::withdraw(const std::shared_ptr<QPromise<SyncReport>> &promise)
{
    for (SyncOrder &order : m_orders) {
        if (order.promises.removeAll(promise) > 0)
            promise->finish();
    }
    m_orders.removeIf([](const SyncOrder &order) { return order.promises.isEmpty() && !order.isAutomatic; });
    if (!m_current || m_current->promises.removeAll(promise) == 0)
        return;
    promise->finish();
    if (m_current->promises.isEmpty() && !m_current->isAutomatic)
        cancelPull();
}

void SyncWorker::finish()
{
    m_leaseTimer.stop();
    if (m_keptRemote)
        m_context.remote = std::move(m_keptRemote);
    if (m_context.storage) {
        if (const Result<void> closed = closeRound(); !closed)
            m_report.addError(closed.failure());
    }
    m_report.milliseconds = m_elapsed.elapsed();
    const SyncOrder done = *m_current;
    m_current.reset();
    Q_EMIT roundEnded();
    for (const auto &promise : done.promises) {
        promise->addResult(m_report);
        promise->finish();
    }
    if (m_isAutomatic && m_context.storage) {
        if (m_isWoken) {
            m_isWoken = false;
            orderDrainWhenDue();
        }
        planRetry();
    }
    startNext();
}

// One transaction: what the round leaves behind, and the lease.
Result<void> SyncWorker::closeRound()
{
    // The lease is given back also when the session has ended, or somebody else has taken it.
    m_context.session.clear();
    m_context.leaseHolder.clear();
    const QDateTime now = m_context.now();
    bool hasPurgedAll = false;
    const bool isPurging = !m_purgedAt.isValid() || m_purgedAt.msecsTo(now) > purgeInterval;
    const Result<void> closed = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        SessionStore &session = m_context.storage->session();
        const Result<QString> holder = session.leaseHolder(now);
        if (!holder)
            return holder.failure();
        if (*holder == m_leaseHolder) {
            TIDELINE_TRY(session.setValue(work.transaction(), SessionKey::activity, QString()));
            if (m_report.errors.isEmpty() && !m_isCutShort && !m_current->pulls.isEmpty())
                TIDELINE_TRY(session.setValue(work.transaction(), SessionKey::lastSyncedAt, toText(now)));
            TIDELINE_TRY(session.releaseLease(work.transaction(), m_leaseHolder));
        }
        if (!isPurging)
            return {};
        const Result<int> purged = m_context.storage->queue().purge(
            work.transaction(), now.addMSecs(-m_context.config.queueRetention.count()));
        if (!purged)
            return purged.failure();
        hasPurgedAll = *purged == 0;
        return {};
    });
    if (closed && hasPurgedAll)
        m_purgedAt = now;
    return closed;
}

void SyncWorker::setAutomatic(bool isAutomatic)
{
    m_isAutomatic = isAutomatic;
    m_pollTimer.stop();
    m_retryTimer.stop();
    m_watchTimer.stop();
    if (!isAutomatic)
        return;
    // Jitter once for a client: many clients that start together do not poll together.
    const double jitter = 0.9 + 0.2 * m_context.random();
    m_pollTimer.start(static_cast<int>(static_cast<double>(m_context.config.pollInterval.count()) * jitter));
    m_watchTimer.start(watchInterval);
    order({true, m_context.tables.keys(), false, {}, true});
}

void SyncWorker::wake()
{
    if (!m_isAutomatic)
        return;
    if (m_current)
        m_isWoken = true;
    else
        orderDrainWhenDue();
}

// A pause that the server asked for goes on.
void SyncWorker::resume()
{
    if (!m_isAutomatic || !m_context.storage)
        return;
    const Result<bool> resumed = m_context.endOfflinePause();
    if (resumed && *resumed)
        order({true, m_context.tables.keys(), false, {}, true});
}

void SyncWorker::orderDrainWhenDue()
{
    const Result<QDateTime> until = m_context.pausedUntil();
    if (!until || until->isValid())
        return; // the retry timer runs
    const Result<QList<SyncEntry>> due = m_context.storage->queue().due(m_context.now(), 1, false, {});
    if (due && !due->isEmpty())
        order({true, {}, false, {}, true});
}

// Other processes write and sign out too.
void SyncWorker::lookForChanges()
{
    if (!m_context.storage)
        return;
    const Result<qint64> version = m_context.storage->dataVersion();
    if (!version || *version == m_dataVersion)
        return;
    m_dataVersion = *version;
    Q_EMIT statusChanged();
    const Result<QVariant> session = m_context.storage->session().value(SessionKey::session);
    if (session && !m_knownSession.isEmpty() && session->toString() != m_knownSession) {
        endSession();
        Q_EMIT sessionEnded();
        return;
    }
    wake();
}

void SyncWorker::planRetry()
{
    const Result<QDateTime> paused = m_context.pausedUntil();
    const Result<QDateTime> waiting = m_context.storage->queue().nextRetryAt();
    QDateTime next = waiting ? *waiting : QDateTime();
    if (paused && paused->isValid() && (!next.isValid() || next < *paused))
        next = *paused;
    if (!next.isValid())
        return;
    // What was due already and is still there could not go; it must not make the engine spin.
    qint64 delay = m_context.now().msecsTo(next);
    if (delay <= 0)
        delay = m_context.config.backoffBase.count();
    m_retryTimer.start(static_cast<int>(std::min<qint64>(delay, 60 * 60 * 1000)));
}

void SyncWorker::setSession(const QString &session)
{
    m_knownSession = session;
}

void SyncWorker::endSession()
{
    setAutomatic(false);
    m_isWoken = false;
    m_context.heldTables.clear();
    m_context.suspects.clear();
    cancelOrders(ClosedRemoteStore::failure());
    if (!m_context.remote)
        return;
    m_context.remote->reset();
    // Its round ends when it hears that its requests were dropped. An answer may have come before that, and what the
    // round asks next must not go out in the name of the next user.
    if (m_current && !m_keptRemote)
        m_keptRemote = std::exchange(m_context.remote, std::make_unique<ClosedRemoteStore>());
}

void SyncWorker::fetch(const TableConfig &table, const QStringList &recordIds,
                       const std::shared_ptr<QPromise<Result<PullPage>>> &promise)
{
    const auto answer = [promise](const Result<PullPage> &page) {
        promise->addResult(page);
        promise->finish();
    };
    if (const Result<void> opened = open(); !opened)
        return answer(opened.failure());
    whenFinished(remote().fetch(table, recordIds), this, answer,
                 [answer] { answer(Failure(Failure::Code::Cancelled, QStringLiteral("The request was stopped."))); });
}

void SyncWorker::describe(const TableConfig &table, const std::shared_ptr<QPromise<Result<TableSchema>>> &promise)
{
    const auto answer = [promise](const Result<TableSchema> &schema) {
        promise->addResult(schema);
        promise->finish();
    };
    if (const Result<void> opened = open(); !opened)
        return answer(opened.failure());
    whenFinished(remote().schema(table), this, answer,
                 [answer] { answer(Failure(Failure::Code::Cancelled, QStringLiteral("The request was stopped."))); });
}

} // namespace Tideline
