// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/statusreader.h>
#include <tideline/engine/syncengine_p.h>
#include <tideline/engine/whenfinished.h>

#include <QtCore/QTimer>
#include <QtCore/QUuid>

#include <algorithm>

namespace Tideline {

namespace {

constexpr qint64 statusInterval = 40; // milliseconds

} // namespace

SyncEngine::Private::Private(SyncEngine *engine, const SyncSetup &engineSetup)
    : q(engine)
    , setup(engineSetup)
{
    for (const TableConfig &table : setup.tables)
        tables.insert(table.name, table);
    thread.setObjectName(QStringLiteral("Tideline"));
}

SyncEngine::Private::~Private()
{
    if (syncWorker) {
        inbox.reset();
        QObject::connect(&thread, &QThread::finished, syncWorker, &QObject::deleteLater);
        QMetaObject::invokeMethod(syncWorker, &SyncWorker::retire, Qt::BlockingQueuedConnection);
    }
    thread.quit();
    thread.wait();
}

Result<void> SyncEngine::Private::open()
{
    if (storage)
        return {};
    if (!setup.storage)
        return Failure(Failure::Code::Invalid, QStringLiteral("The engine has no storage to work on."));
    Result<std::unique_ptr<Storage>> opened = setup.storage();
    if (!opened)
        return opened.failure();
    storage = std::move(*opened);
    const Result<void> enrolled = inTransaction([this](UnitOfWork &work) { return enrol(work); });
    if (!enrolled) {
        storage.reset();
        return enrolled;
    }
    eraseWhatIsDue();
    refreshStatus();
    askResolverSoon();
    return {};
}

Result<void> SyncEngine::Private::checkUser(UnitOfWork &work)
{
    SessionStore &stored = storage->session();
    const Result<QVariant> id = stored.value(SessionKey::session);
    const Result<QVariant> user = stored.value(SessionKey::userId);
    TIDELINE_TRY(id);
    TIDELINE_TRY(user);
    if (!user->toString().isEmpty() && !setup.userId.isEmpty() && user->toString() != setup.userId) {
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("The database holds the data of another user. Log that user out first."));
    }
    session = id->toString();
    if (session.isEmpty()) {
        session = QUuid::createUuid().toString(QUuid::WithoutBraces);
        TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::session, session));
    }
    if (user->toString().isEmpty() && !setup.userId.isEmpty())
        TIDELINE_TRY(stored.setValue(work.transaction(), SessionKey::userId, setup.userId));
    return {};
}

Result<void> SyncEngine::Private::checkUser()
{
    return isUserKnown ? Result<void>() : inTransaction([](UnitOfWork &) { return Result<void>(); });
}

Result<void> SyncEngine::Private::enrol(UnitOfWork &work)
{
    const Result<QStringList> enrolled = storage->session().enrolledTables();
    if (!enrolled)
        return enrolled.failure();
    for (const TableConfig &table : std::as_const(tables)) {
        if (!enrolled->contains(table.name))
            TIDELINE_TRY(storage->session().enrol(work.transaction(), table.name));
    }
    return {};
}

SyncWorker &SyncEngine::Private::worker()
{
    if (!syncWorker) {
        SyncSetup workerSetup = setup;
        workerSetup.tables = tables.values();
        syncWorker = new SyncWorker(workerSetup);
        syncWorker->moveToThread(&thread);
        syncWorker->setSession(session);
        listen();
        thread.start();
    }
    return *syncWorker;
}

void SyncEngine::Private::listen()
{
    inbox = std::make_unique<QObject>();
    QObject *context = inbox.get();
    QObject::connect(syncWorker, &SyncWorker::eventHappened, context, [this](const SyncEvent &event) { tell(event); });
    QObject::connect(syncWorker, &SyncWorker::rowsChanged, context, [this](const QStringList &names) {
        for (const QString &name : names)
            Q_EMIT q->dataChanged(name);
    });
    QObject::connect(syncWorker, &SyncWorker::statusChanged, context, [this] { refreshStatusSoon(); });
    QObject::connect(syncWorker, &SyncWorker::roundEnded, context, [this] { refreshStatus(); });
    QObject::connect(
        syncWorker, &SyncWorker::pullProgressed, context,
        [this](const QString &name, qint64 rows, qint64 total) { Q_EMIT q->pullProgressed(name, rows, total); });
    QObject::connect(syncWorker, &SyncWorker::drainProgressed, context,
                     [this](qint64 pushed, qint64 remaining) { Q_EMIT q->drainProgressed(pushed, remaining); });
    QObject::connect(syncWorker, &SyncWorker::sessionEnded, context, [this] {
        questions.clear();
        Q_EMIT q->loggedOut();
    });
    QObject::connect(syncWorker, &SyncWorker::drainingChanged, context, [this](bool draining) {
        isDraining = draining;
        Q_EMIT q->isDrainingChanged();
    });
}

Result<TableConfig> SyncEngine::Private::table(const QString &name) const
{
    if (!tables.contains(name)) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("Table %1 is not synced. Synced are: %2.")
                .arg(name, tables.isEmpty() ? QStringLiteral("none") : tables.keys().join(QStringLiteral(", "))));
    }
    return tables.value(name);
}

Result<void> SyncEngine::Private::inTransaction(const std::function<Result<void>(UnitOfWork &work)> &step)
{
    if (!storage)
        return Failure(Failure::Code::LocalStore,
                       QStringLiteral("The engine is not open. Call open() and check its result."));
    UnitOfWork work(*storage, setup.config, setup.clock, this);
    TIDELINE_TRY(work.begin(session));
    const QString formerSession = session;
    const bool wasUserKnown = isUserKnown;
    Result<void> done = isUserKnown ? Result<void>() : checkUser(work);
    if (done)
        done = step(work);
    isUserKnown = true; // for whom the commit's signals call
    if (done)
        done = work.commit();
    if (!done) {
        session = formerSession;
        isUserKnown = wasUserKnown;
    }
    return done;
}

void SyncEngine::Private::workCommitted(const QList<SyncEvent> &events, const QSet<QString> &changedTables)
{
    for (const SyncEvent &event : events)
        tell(event);
    for (const QString &name : changedTables)
        Q_EMIT q->dataChanged(name);
    if (syncWorker)
        onWorker([](SyncWorker &target) { target.wake(); });
    refreshStatusSoon();
}

WriteResult SyncEngine::Private::change(const QString &tableName, const QString &id, SyncOperation operation,
                                        const QVariantMap &values, bool isQueuedOnly)
{
    WriteResult result;
    const Result<TableConfig> config = table(tableName);
    if (!config) {
        result.failure = config.failure();
        return result;
    }
    if (!storage) {
        result.failure = inTransaction({}).failure();
        return result;
    }
    const ChangeWriter writer(*storage, setup.config, setup.userId);
    const Result<Change> checked = writer.checked(Change{*config, id, operation, values, isQueuedOnly});
    if (!checked) {
        result.failure = checked.failure();
        return result;
    }
    const Result<void> written = inTransaction([&](UnitOfWork &work) -> Result<void> {
        const Result<SyncEntry> entry = writer.apply(work, *checked);
        if (!entry)
            return entry.failure();
        result.entry = *entry;
        return {};
    });
    if (!written) {
        result.entry = {};
        result.failure = written.failure();
    }
    return result;
}

Result<QList<SyncEntry>> SyncEngine::Private::changeAll(const QList<RecordChange> &changes)
{
    if (!storage)
        return inTransaction({}).failure();
    const auto refused = [](qsizetype index, Failure failure) {
        failure.detail = QStringLiteral("Nothing was stored, because of change %1: ").arg(index + 1) + failure.detail;
        return failure;
    };
    const ChangeWriter writer(*storage, setup.config, setup.userId);
    QList<Change> checked;
    checked.reserve(changes.size());
    for (const RecordChange &change : changes) {
        const Result<TableConfig> config = table(change.table);
        if (!config)
            return refused(checked.size(), config.failure());
        Result<Change> one = writer.checked(Change{*config, change.recordId, change.operation, change.data, false});
        if (!one)
            return refused(checked.size(), one.failure());
        checked.append(std::move(*one));
    }
    QList<SyncEntry> entries;
    entries.reserve(checked.size());
    const Result<void> written = inTransaction([&](UnitOfWork &work) -> Result<void> {
        for (const Change &change : std::as_const(checked)) {
            const Result<SyncEntry> entry = writer.apply(work, change);
            if (!entry)
                return refused(entries.size(), entry.failure());
            entries.append(*entry);
        }
        return {};
    });
    if (!written)
        return written.failure();
    return entries;
}

QFuture<SyncReport> SyncEngine::Private::order(bool drains, const QStringList &pulls, Urgency urgency)
{
    auto promise = std::make_shared<QPromise<SyncReport>>();
    promise->start();
    const QFuture<SyncReport> future = promise->future();
    if (!storage) {
        SyncReport report;
        report.addError(inTransaction({}).failure());
        promise->addResult(report);
        promise->finish();
        return future;
    }
    if (const Result<void> checked = checkUser(); !checked) {
        SyncReport report;
        report.addError(checked.failure());
        promise->addResult(report);
        promise->finish();
        return future;
    }
    const SyncOrder wanted{drains, pulls, urgency == Urgency::Now, {promise}, false};
    onWorker([wanted](SyncWorker &target) { target.order(wanted); });
    auto *watcher = new QFutureWatcher<SyncReport>(q);
    QObject::connect(watcher, &QFutureWatcherBase::canceled, q,
                     [this, promise] { onWorker([promise](SyncWorker &target) { target.withdraw(promise); }); });
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
    watcher->setFuture(future);
    return future;
}

void SyncEngine::Private::refreshStatusSoon()
{
    if (isStatusDue)
        return;
    isStatusDue = true;
    // At once, but during a long pull or drain not at each of their transactions.
    const qint64 wait = statusAge.isValid() ? std::max<qint64>(0, statusInterval - statusAge.elapsed()) : 0;
    QTimer::singleShot(static_cast<int>(wait), q, [this] { refreshStatus(); });
}

void SyncEngine::Private::refreshStatus()
{
    isStatusDue = false;
    if (!storage)
        return;
    statusAge.start();
    // After every commit, also of the worker's: none of the properties tells how many rows a table has.
    const Result<SyncStatus> read = readStatus(*storage, tables.keys(), setup.clock(), RowCounts::LeftOut);
    if (!read) {
        tell(SyncEvent{setup.clock(), SyncError{read.failure(), QStringLiteral("status"), QString(), QString()}});
        return;
    }
    status = *read;
    const bool isDone = !status.tables.isEmpty()
                        && std::all_of(status.tables.cbegin(), status.tables.cend(),
                                       [](const TableStatus &table) { return table.lastPulledAt.isValid(); });
    if (isDone != isInitialSyncDone) {
        isInitialSyncDone = isDone;
        Q_EMIT q->initialSyncDoneChanged();
    }
    Q_EMIT q->statusChanged();
    Q_EMIT q->queueChanged();
}

void SyncEngine::Private::tell(const SyncEvent &event)
{
    std::visit(
        [this](const auto &detail) {
            using Detail = std::decay_t<decltype(detail)>;
            if constexpr (std::is_same_v<Detail, SyncDrainComplete>)
                Q_EMIT q->drainCompleted(detail);
            else if constexpr (std::is_same_v<Detail, SyncPullComplete>)
                Q_EMIT q->pullCompleted(detail);
            else if constexpr (std::is_same_v<Detail, SyncAuthRequired>)
                Q_EMIT q->authRequired(detail);
            else if constexpr (std::is_same_v<Detail, SyncConflict>)
                Q_EMIT q->conflictOccurred(detail);
            else if constexpr (std::is_same_v<Detail, SyncPoisonPill>)
                Q_EMIT q->poisonPillFound(detail);
            else if constexpr (std::is_same_v<Detail, SyncRetryScheduled>)
                Q_EMIT q->retryScheduled(detail);
            else
                Q_EMIT q->errorOccurred(detail);
        },
        event.detail);
    Q_EMIT q->eventOccurred(event);
    // A pull may also have told an open conflict of newer versions.
    if (std::holds_alternative<SyncConflict>(event.detail) || std::holds_alternative<SyncPullComplete>(event.detail))
        askResolverSoon();
}

void SyncEngine::Private::askResolverSoon()
{
    if (isQuestionDue || !setup.config.onConflict)
        return;
    isQuestionDue = true;
    QTimer::singleShot(0, q, [this] { askResolver(); });
}

// Open conflicts of the custom strategy wait for the application's resolver. Each is asked about once, and again when
// there are newer versions; where it fails or never answers the conflict stays for a person.
void SyncEngine::Private::askResolver()
{
    isQuestionDue = false;
    if (!storage)
        return;
    JournalFilter filter;
    filter.open = true;
    const Result<QList<ConflictRecord>> open = storage->journal().conflicts(filter);
    if (!open)
        return tell(SyncEvent{setup.clock(), SyncError{open.failure(), QStringLiteral("resolver"), {}, {}}});
    for (const ConflictRecord &conflict : *open) {
        if (conflict.strategy != ConflictStrategy::Custom)
            continue;
        const auto known = questions.constFind(conflict.id);
        if (known != questions.cend() && (!known->isAnswered || isSameQuestion(known->conflict, conflict)))
            continue;
        questions.insert(conflict.id, Question{conflict, false});
        whenFinished(
            setup.config.onConflict(conflict), q,
            [this, conflict](const std::optional<QVariantMap> &row) { finishResolution(conflict, row); },
            [this, conflict] {
                takeResolverFailure(conflict, Failure(Failure::Code::Cancelled,
                                                      QStringLiteral("The resolver gave no answer. Settle the conflict "
                                                                     "by hand with resolve.")));
            });
    }
}

void SyncEngine::Private::finishResolution(const ConflictRecord &asked, const std::optional<QVariantMap> &row)
{
    if (!questions.contains(asked.id))
        return; // the session has ended
    bool isTaken = false;
    const Result<void> done = inTransaction([&](UnitOfWork &work) -> Result<void> {
        const ChangeWriter writer(*storage, setup.config, setup.userId);
        const Result<bool> answered = Repairs(work, tables).answer(asked, row, writer);
        if (!answered)
            return answered.failure();
        isTaken = *answered;
        return {};
    });
    if (!done) {
        if (done.failure().code == Failure::Code::LocalStore)
            questions.remove(asked.id); // not the answer's fault: it is asked for again after the next pull
        return takeResolverFailure(asked, done.failure());
    }
    questions.remove(asked.id);
    if (!isTaken)
        askResolverSoon(); // where it is still open there are newer versions
}

void SyncEngine::Private::takeResolverFailure(const ConflictRecord &asked, const Failure &failure)
{
    const auto question = questions.find(asked.id);
    if (question != questions.end())
        question->isAnswered = true;
    else if (failure.code != Failure::Code::LocalStore)
        return; // the session has ended
    const SyncError error{failure, QStringLiteral("resolver"), asked.table, asked.recordId};
    const Result<void> told = inTransaction([&](UnitOfWork &work) -> Result<void> {
        work.report(error);
        return {};
    });
    if (!told)
        tell(SyncEvent{setup.clock(), error});
    if (failure.code != Failure::Code::LocalStore)
        askResolverSoon(); // there may be newer versions already
}

// Leaves the mark of a new session: what was begun in the old one can store nothing from then on.
Result<void> SyncEngine::Private::wipe(UnitOfWork &work)
{
    StoreTransaction &transaction = work.transaction();
    const Result<QStringList> enrolled = storage->session().enrolledTables();
    if (!enrolled)
        return enrolled.failure();
    // A foreign key may keep a parent's rows until its children's are gone: what fails is tried again after the others.
    QStringList left = *enrolled;
    while (!left.isEmpty()) {
        QStringList kept;
        Failure failure;
        for (const QString &name : std::as_const(left)) {
            if (const Result<void> cleared = storage->local().clear(transaction, name); !cleared) {
                kept.append(name);
                failure = cleared.failure();
            }
        }
        if (kept.size() == left.size())
            return failure;
        left = kept;
    }
    TIDELINE_TRY(storage->queue().clear(transaction));
    TIDELINE_TRY(storage->timestamps().clear(transaction));
    TIDELINE_TRY(storage->journal().clear(transaction));
    TIDELINE_TRY(storage->session().clear(transaction));
    TIDELINE_TRY(storage->session().setValue(transaction, SessionKey::eraseDue, true));
    session = QUuid::createUuid().toString(QUuid::WithoutBraces);
    return storage->session().setValue(transaction, SessionKey::session, session);
}

// The database has a new session already. The worker is waited for, for one of its short steps: when this returns no
// request can leave any more in the old one's name.
void SyncEngine::Private::endSession()
{
    isUserKnown = false; // whoever comes next has to be written down
    questions.clear();
    if (!syncWorker)
        return;
    const QString next = session;
    SyncWorker *target = syncWorker;
    QMetaObject::invokeMethod(
        target,
        [target, next] {
            target->endSession();
            target->setSession(next);
        },
        Qt::BlockingQueuedConnection);
    listen();
    if (isDraining) {
        isDraining = false;
        Q_EMIT q->isDrainingChanged();
    }
}

Result<void> SyncEngine::Private::eraseFreedBytes()
{
    TIDELINE_TRY(storage->eraseFreedBytes());
    // Not a unit of work: it belongs to no user.
    Result<std::unique_ptr<StoreTransaction>> transaction = storage->begin();
    TIDELINE_TRY(transaction);
    TIDELINE_TRY(storage->session().setValue(**transaction, SessionKey::eraseDue, {}));
    return (*transaction)->commit();
}

void SyncEngine::Private::eraseWhatIsDue()
{
    const Result<QVariant> due = storage->session().value(SessionKey::eraseDue);
    Failure failure = due.failure();
    if (due && due->toBool())
        failure = eraseFreedBytes().failure();
    if (failure.isFailure())
        tell(SyncEvent{setup.clock(), SyncError{failure, QStringLiteral("logout"), QString(), QString()}});
}

} // namespace Tideline
