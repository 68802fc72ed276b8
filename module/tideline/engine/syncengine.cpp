// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/statusreader.h>
#include <tideline/engine/syncengine_p.h>

namespace Tideline {

// Properties and signals are documented in syncengine.qdoc: that much text would hide the code here.

/*!
    \class Tideline::SyncEngine
    \inmodule Tideline
    \inheaderfile tideline/engine/syncengine.h
    \brief Keeps an application's local tables and a server in step.

    The engine lives on the thread that makes it, in general the GUI's. Its write calls are synchronous, durable and
    never wait for the network. Draining and pulling run on one worker thread of its own, which is started on first use;
    their results come as signals on the engine's thread, and as futures that may finish on the worker's: give \c then()
    an object as its context. All members are called on the engine's thread.

    The functions of the setup's config that the rounds need (isTransientError) and the remote store's factory are
    called on the worker's thread; onConflict on the engine's.

    Before open() has succeeded, what needs the database fails with LocalStore. The properties show a reading of
    status() that follows every commit of the engine, during a round at most 25 times a second, and, between start() and
    stop(), every commit of other processes. What continues on the engine's thread after a round's future finds them as
    the round has left them.
*/

/*!
    Makes an engine of \a setup, as a child of \a parent; nothing is opened yet.
*/
SyncEngine::SyncEngine(const SyncSetup &setup, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, setup))
{
}

/*!
    Stops the worker and waits for it: a request in flight is dropped, and its entry goes again later. Futures that are
    not finished get a report with the failure Cancelled.
*/
SyncEngine::~SyncEngine() = default;

/*!
    Opens the database. Fails with LocalStore where it cannot be opened or read, with Invalid where it holds the data of
    another user. No request is made. An engine that is open stays as it is.
*/
Result<void> SyncEngine::open()
{
    return d->open();
}

/*!
    From now on the engine drains at every write, also of other processes, pulls every pollInterval and retries by
    itself, at once when the setup's Reachability tells that the network is back. Its first round begins now. Does
    nothing before open().
*/
void SyncEngine::start()
{
    if (!d->storage)
        return;
    if (const Result<void> checked = d->checkUser(); !checked) {
        return d->tell(
            SyncEvent{d->setup.clock(), SyncError{checked.failure(), QStringLiteral("start"), QString(), QString()}});
    }
    d->eraseWhatIsDue();
    d->onWorker([](SyncWorker &worker) { worker.setAutomatic(true); });
    if (d->reachability || !d->setup.reachability)
        return;
    d->reachability = d->setup.reachability();
    if (d->reachability) {
        connect(d->reachability.get(), &Reachability::returned, this,
                [this] { d->onWorker([](SyncWorker &worker) { worker.resume(); }); });
    }
}

/*!
    Ends what start() began; a round in progress is finished.
*/
void SyncEngine::stop()
{
    if (d->syncWorker)
        d->onWorker([](SyncWorker &worker) { worker.setAutomatic(false); });
}

/*!
    Inserts the record \a id of \a table, or changes the columns in \a data, and queues the change, in one transaction.
    Durable on return; never waits for the network. Nothing is stored when it fails: PayloadTooLarge, RlsViolation
    (another owner than userId), Invalid (unknown table or column, a value that cannot be stored), LocalStore (disk,
    lock).
*/
WriteResult SyncEngine::write(const QString &table, const QString &id, const QVariantMap &data)
{
    return d->change(table, id, SyncOperation::Upsert, data, false);
}

/*!
    Like write(), for the record \a id of \a table that is there: only the columns in \a data are changed and sent.
    Fails with Invalid where there is no such row.
*/
WriteResult SyncEngine::patch(const QString &table, const QString &id, const QVariantMap &data)
{
    return d->change(table, id, SyncOperation::Patch, data, false);
}

/*!
    Removes the record \a id of \a table, or marks it where the local table has its deletedAt column, and queues the
    removal. Fails as write() does, and with Invalid where there is neither such a row nor a change of it in the queue.
*/
WriteResult SyncEngine::remove(const QString &table, const QString &id)
{
    return d->change(table, id, SyncOperation::Delete, {}, false);
}

/*!
    Carries out \a changes in their order, as write(), patch() and remove() would each, in one transaction, and answers
    their queue entries. All are durable on return, or none: it fails as those do, and the detail names the change.
    Much faster than one by one, because the disk is waited for once; other writers wait meanwhile.
*/
Result<QList<SyncEntry>> SyncEngine::writeAll(const QList<RecordChange> &changes)
{
    return d->changeAll(changes);
}

/*!
    Queues \a operation with the columns in \a data for the record \a id of \a table without a local write; the local
    row follows when the server has taken it. Fails as write() does; there need be no local table.
*/
WriteResult SyncEngine::push(const QString &table, const QString &id, const QVariantMap &data, SyncOperation operation)
{
    return d->change(table, id, operation, data, true);
}

/*!
    Sends what is due, batch after batch, until nothing is. With \a urgency Now entries do not wait for their time, nor
    the queue for the end of a pause. A call during a drain of no less urgency joins it; other orders are carried out
    one after the other, and equal ones as one.
*/
QFuture<SyncReport> SyncEngine::drain(Urgency urgency)
{
    return d->order(true, {}, urgency);
}

/*!
    Fetches what changed on the server in \a tables. With \a urgency Now it does not wait for the end of a pause. A
    table that is not synced makes a report with the failure Invalid.

    Cancelling the future, of this or any other order, stops the pull as cancelPull() does, unless somebody else waits
    for it too; a drain is not stopped.
*/
QFuture<SyncReport> SyncEngine::pull(const QStringList &tables, Urgency urgency)
{
    for (const QString &name : tables) {
        if (const Result<TableConfig> known = d->table(name); !known) {
            SyncReport report;
            report.addError(known.failure());
            QPromise<SyncReport> promise;
            promise.start();
            promise.addResult(report);
            promise.finish();
            return promise.future();
        }
    }
    return d->order(false, tables, urgency);
}

/*!
    Fetches what changed on the server in all tables; \a urgency as for pull().
*/
QFuture<SyncReport> SyncEngine::pullAll(Urgency urgency)
{
    return d->order(false, d->tables.keys(), urgency);
}

/*!
    Drains, then pulls all tables; \a urgency as for drain() and pull(). Where the server cannot be reached in the drain
    nothing is pulled.
*/
QFuture<SyncReport> SyncEngine::syncAll(Urgency urgency)
{
    return d->order(true, d->tables.keys(), urgency);
}

/*!
    Stops the pull in hand, whoever asked for it, without waiting for the server; its report has the failure Cancelled.
    What it has applied stays, and the next pull goes on from there.
*/
void SyncEngine::cancelPull()
{
    if (d->syncWorker)
        d->onWorker([](SyncWorker &worker) { worker.cancelPull(); });
}

/*!
    Syncs \a table too, or with a changed configuration, from now on. Fails with Invalid where it has no name, no key or
    no updatedAt column, and with LocalStore where the database fails or is not open.
*/
Result<void> SyncEngine::addTable(const TableConfig &table)
{
    if (table.name.isEmpty() || table.key.isEmpty() || table.updatedAt.isEmpty()) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("A synced table needs a name, a key and the column with the server's time of change."));
    }
    const TableCatalog former = d->tables;
    d->tables.insert(table.name, table);
    const Result<void> enrolled = d->inTransaction([this](UnitOfWork &work) { return d->enrol(work); });
    if (!enrolled) {
        d->tables = former;
        return enrolled;
    }
    if (d->syncWorker)
        d->onWorker([tables = d->tables](SyncWorker &worker) { worker.setTables(tables); });
    Q_EMIT tablesChanged();
    return {};
}

/*!
    Stops syncing \a table. Its rows and its queued entries stay, and a logout still removes them. Fails with Invalid
    for a table that is not synced.
*/
Result<void> SyncEngine::removeTable(const QString &table)
{
    if (const Result<TableConfig> known = d->table(table); !known)
        return known.failure();
    d->tables.remove(table);
    if (d->syncWorker)
        d->onWorker([tables = d->tables](SyncWorker &worker) { worker.setTables(tables); });
    d->refreshStatusSoon();
    Q_EMIT tablesChanged();
    return {};
}

/*!
    How many changes would be lost by a logout that discards: entries not acknowledged, dead letters included.
*/
Result<qint64> SyncEngine::unsyncedCount()
{
    if (!d->storage)
        return d->inTransaction({}).failure();
    EntryFilter filter;
    filter.states = {EntryState::Pending, EntryState::InFlight, EntryState::Dead};
    return d->storage->queue().entryCount(filter);
}

/*!
    Ends the session: queue, rows of all tables that were ever enrolled, cursors, conflicts, dead letters and the log go
    in one transaction, automatic work stops, and whatever is in flight (replies, answers of a resolver) is dropped.
   When it returns no request leaves any more with the session's token. Then the bytes of all that are erased from the
   files.

    Fails with Conflict, and changes nothing, while there is unsynced work, unless \a unsynced says Discard: drain()
    first, or ask the user; unsyncedCount() has the number. Futures of rounds that were going on get the failure
    Cancelled.

    Fails with LocalStore although the session has ended where the bytes cannot be erased yet, because another program
    reads the file or a query of the application's is open. They are erased by the next logout(), start() or open() of
    an engine on the file that finds nobody in the way.

    The engine may go on, for the same user or, where it was given no userId, for the next one: the token provider is
    asked anew. Another user's engine can be opened from now on. Where another process has ended the session already
    there is nothing left to do, and nothing is done.
*/
Result<void> SyncEngine::logout(UnsyncedWork unsynced)
{
    const Result<void> wiped = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
        const Result<qint64> count = unsyncedCount();
        if (!count)
            return count.failure();
        if (*count > 0 && unsynced == UnsyncedWork::Keep) {
            return Failure(
                Failure::Code::Conflict,
                QStringLiteral("%1 changes are not on the server yet. Drain them first, or discard them.").arg(*count));
        }
        TIDELINE_TRY(d->wipe(work));
        return d->enrol(work); // for the next user, whatever becomes of the bytes
    });
    if (!wiped && wiped.failure().code == Failure::Code::Cancelled) {
        d->endSession();
        Q_EMIT loggedOut();
        return {};
    }
    if (!wiped)
        return wiped;
    d->endSession();
    const Result<void> erased = d->eraseFreedBytes();
    for (const QString &table : d->tables.keys())
        Q_EMIT dataChanged(table);
    Q_EMIT loggedOut();
    if (erased)
        return {};
    Failure failure = erased.failure();
    failure.detail.prepend(QStringLiteral("The user is signed out, but what was deleted can still be found in the "
                                          "bytes of the file. "));
    return failure;
}

/*!
    The local row of the record \a id of \a table, empty where there is none. Fails with Invalid for a table that is not
    synced.
*/
Result<std::optional<QVariantMap>> SyncEngine::row(const QString &table, const QString &id)
{
    const Result<TableConfig> config = d->table(table);
    if (!config)
        return config.failure();
    if (!d->storage)
        return d->inTransaction({}).failure();
    const Result<QString> canonical = config->canonicalRecordId(id);
    if (!canonical)
        return canonical.failure();
    return d->storage->local().row(*config, *canonical);
}

/*!
    The local rows of \a table in key order, at most \a limit where that is not negative.
*/
Result<QList<QVariantMap>> SyncEngine::rows(const QString &table, qint64 limit)
{
    const Result<TableConfig> config = d->table(table);
    if (!config)
        return config.failure();
    if (!d->storage)
        return d->inTransaction({}).failure();
    return d->storage->local().rows(*config, limit);
}

/*!
    How the record \a id of \a table stands to the server. Here a composite \a id must be in its canonical spelling.
*/
Result<RecordState> SyncEngine::recordState(const QString &table, const QString &id)
{
    const Result<TableConfig> config = d->table(table);
    if (!config)
        return config.failure();
    if (!d->storage)
        return d->inTransaction({}).failure();
    const Result<QString> canonical = config->canonicalRecordId(id);
    if (!canonical)
        return canonical.failure();
    const Result<QList<SyncEntry>> open = d->storage->queue().openEntries(table, *canonical);
    if (!open)
        return open.failure();
    RecordState state = RecordState::Synced;
    for (const SyncEntry &entry : *open) {
        if (entry.state == EntryState::Dead)
            return RecordState::Failed;
        const Result<ConflictRecord> holder =
            entry.heldBy.isEmpty() ? Result<ConflictRecord>(Failure()) : d->storage->journal().conflict(entry.heldBy);
        if (!entry.heldBy.isEmpty() && holder && holder->isOpen)
            return RecordState::Conflict;
        state = RecordState::Pending;
    }
    return state;
}

/*!
    Makes the local tables that are missing, with the columns of the server's and the keys of the configuration; answers
    their names. Fails, with the tables before it made, at the first one that the server does not show.
*/
QFuture<Result<QStringList>> SyncEngine::createTables()
{
    auto promise = std::make_shared<QPromise<Result<QStringList>>>();
    promise->start();
    const QFuture<Result<QStringList>> future = promise->future();
    const auto answer = [promise](const Result<QStringList> &result) {
        promise->addResult(result);
        promise->finish();
    };
    if (!d->storage) {
        answer(d->inTransaction({}).failure());
        return future;
    }
    QList<QFuture<Result<TableSchema>>> schemas;
    for (const TableConfig &table : std::as_const(d->tables)) {
        auto schema = std::make_shared<QPromise<Result<TableSchema>>>();
        schema->start();
        schemas.append(schema->future());
        d->onWorker([table, schema](SyncWorker &worker) { worker.describe(table, schema); });
    }
    QtFuture::whenAll(schemas.begin(), schemas.end())
        .then(this, [this, answer, session = d->session](const QList<QFuture<Result<TableSchema>>> &described) {
            if (d->session != session) {
                return answer(Failure(Failure::Code::Cancelled,
                                      QStringLiteral("The user has signed out. Sign in, then try again.")));
            }
            QStringList made;
            for (const QFuture<Result<TableSchema>> &one : described) {
                Result<TableSchema> schema = one.result();
                if (!schema)
                    return answer(schema.failure());
                // The key is the configuration's: a view has none of its own.
                const TableConfig table = d->tables.value(schema->name);
                for (ColumnInfo &column : schema->columns)
                    column.isKey = table.key.contains(column.name);
                const Result<bool> created = d->storage->local().createTable(*schema);
                if (!created)
                    return answer(created.failure());
                if (*created)
                    made.append(schema->name);
            }
            d->refreshStatusSoon();
            answer(made);
        });
    return future;
}

/*!
    Where the database stands now, as every process on it sees it.
*/
Result<SyncStatus> SyncEngine::status()
{
    if (!d->storage)
        return d->inTransaction({}).failure();
    return readStatus(*d->storage, d->tables.keys(), d->setup.clock());
}

/*!
    The engine's connection for models and listings on its thread; null before open(). Owned by the engine.
*/
Storage *SyncEngine::storage() const
{
    return d->storage.get();
}

const SyncConfig &SyncEngine::config() const
{
    return d->setup.config;
}

QList<TableConfig> SyncEngine::tables() const
{
    return d->tables.values();
}

SyncState SyncEngine::state() const
{
    return d->status.state;
}

bool SyncEngine::isOnline() const
{
    return d->status.isOnline;
}

qint64 SyncEngine::pendingCount() const
{
    return d->status.pending;
}

qint64 SyncEngine::failedCount() const
{
    return d->status.failed;
}

qint64 SyncEngine::deadLetterCount() const
{
    return d->status.dead;
}

qint64 SyncEngine::conflictCount() const
{
    return d->status.conflicts;
}

QDateTime SyncEngine::lastSyncedAt() const
{
    return d->status.lastSyncedAt;
}

QDateTime SyncEngine::nextRetryAt() const
{
    return d->status.nextRetryAt;
}

bool SyncEngine::isDraining() const
{
    return d->isDraining;
}

bool SyncEngine::isInitialSyncDone() const
{
    return d->isInitialSyncDone;
}

QString SyncEngine::userId() const
{
    return d->setup.userId;
}

QStringList SyncEngine::tableNames() const
{
    return d->tables.keys();
}

} // namespace Tideline

#include "moc_syncengine.cpp"
