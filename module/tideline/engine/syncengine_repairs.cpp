// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

// What a person does about dead letters and conflicts: the engine's face of Repairs.
#include <tideline/engine/attempt.h>
#include <tideline/engine/syncengine_p.h>

namespace Tideline {

namespace {

QStringList once(QStringList ids)
{
    ids.removeDuplicates();
    return ids;
}

} // namespace

/*!
    Sends the dead letters \a entryIds again. Columns that were acknowledged after a dead letter are not sent again.
    Answers how many there were. Fails with Invalid, and changes nothing, where one of them is unknown or no dead
    letter.
*/
Result<int> SyncEngine::retry(const QStringList &entryIds)
{
    const QStringList ids = once(entryIds);
    const Result<void> done = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
        Repairs repairs(work, d->tables);
        for (const QString &id : ids)
            TIDELINE_TRY(repairs.retry(id));
        return {};
    });
    if (!done)
        return done.failure();
    return static_cast<int>(ids.size());
}

/*!
    Sends all dead letters again but those that cannot be read; answers how many there were.
*/
Result<int> SyncEngine::retryAll()
{
    if (!d->storage)
        return d->inTransaction({}).failure();
    EntryFilter filter;
    filter.states = {EntryState::Dead};
    const Result<QList<SyncEntry>> dead = d->storage->queue().entries(filter);
    if (!dead)
        return dead.failure();
    QStringList ids;
    for (const SyncEntry &entry : *dead) {
        if (!entry.isDamaged)
            ids.append(entry.id);
    }
    return retry(ids);
}

/*!
    Gives the dead letters \a entryIds up; their local rows stay as they are. They remain in the record's history. Fails
    as retry() does.
*/
Result<int> SyncEngine::discard(const QStringList &entryIds)
{
    const QStringList ids = once(entryIds);
    const Result<void> done = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
        Repairs repairs(work, d->tables);
        for (const QString &id : ids)
            TIDELINE_TRY(repairs.discard(id));
        return {};
    });
    if (!done)
        return done.failure();
    return static_cast<int>(ids.size());
}

/*!
    Gives the dead letters \a entryIds up and shows the server's rows again, which it asks for first. Nothing is changed
    where the server cannot be asked; else it fails as retry() does. Answers how many there were.
*/
QFuture<Result<int>> SyncEngine::discardAndRevert(const QStringList &entryIds)
{
    auto promise = std::make_shared<QPromise<Result<int>>>();
    promise->start();
    const QFuture<Result<int>> future = promise->future();
    const auto answer = [promise](const Result<int> &result) {
        promise->addResult(result);
        promise->finish();
    };
    const QStringList ids = once(entryIds);
    const Result<void> checked = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
        for (const QString &id : ids)
            TIDELINE_TRY(Repairs(work, d->tables).deadLetter(id));
        return {};
    });
    if (!checked) {
        answer(checked.failure());
        return future;
    }
    QList<QFuture<Result<PullPage>>> pages;
    for (const QString &id : ids) {
        const Result<SyncEntry> entry = d->storage->queue().entry(id);
        const Result<TableConfig> config = entry ? d->table(entry->table) : Result<TableConfig>(entry.failure());
        if (!config) {
            answer(config.failure());
            return future;
        }
        auto page = std::make_shared<QPromise<Result<PullPage>>>();
        page->start();
        pages.append(page->future());
        d->onWorker([table = *config, record = entry->recordId, page](SyncWorker &worker) {
            worker.fetch(table, {record}, page);
        });
    }
    QtFuture::whenAll(pages.begin(), pages.end())
        .then(this, [this, ids, answer](const QList<QFuture<Result<PullPage>>> &fetched) {
            const Result<void> done = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
                Repairs repairs(work, d->tables);
                for (qsizetype i = 0; i < ids.size(); ++i) {
                    const Result<PullPage> page = fetched.at(i).result();
                    if (!page)
                        return page.failure();
                    const std::optional<QVariantMap> row =
                        page->rows.isEmpty() ? std::optional<QVariantMap>() : page->rows.constFirst().values;
                    TIDELINE_TRY(repairs.discardAndRevert(ids.at(i), row));
                }
                return {};
            });
            if (!done)
                return answer(done.failure());
            answer(static_cast<int>(ids.size()));
        });
    return future;
}

/*!
    Replaces the payload of the dead letter \a entryId by \a payload and queues it again, under its id and in its place.
    The local row gets the new columns. Fails as write() and retry() do, and with Invalid for a deletion.
*/
Result<SyncEntry> SyncEngine::edit(const QString &entryId, const QVariantMap &payload)
{
    SyncEntry edited;
    const Result<void> done = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
        const ChangeWriter writer(*d->storage, d->setup.config, d->setup.userId);
        const Result<SyncEntry> entry = Repairs(work, d->tables).edit(entryId, payload, writer);
        if (!entry)
            return entry.failure();
        edited = *entry;
        return {};
    });
    if (!done)
        return done.failure();
    return edited;
}

/*!
    Ends the open conflict \a conflictId with \a row on both sides, or, where that is empty, with the record's deletion.
    Columns that \a row leaves out are the server's; what was written after the versions that the conflict tells of
    stays on top. On a settled conflict it brings that version back, as an ordinary change of what there is now; the
    conflict's record stays as it is. Fails with Invalid where there is no such conflict, and as write() does.
*/
Result<ConflictRecord> SyncEngine::resolve(const QString &conflictId, const std::optional<QVariantMap> &row)
{
    ConflictRecord resolved;
    const Result<void> done = d->inTransaction([&](UnitOfWork &work) -> Result<void> {
        const ChangeWriter writer(*d->storage, d->setup.config, d->setup.userId);
        const Result<ConflictRecord> conflict = Repairs(work, d->tables).resolve(conflictId, row, writer);
        if (!conflict)
            return conflict.failure();
        resolved = *conflict;
        return {};
    });
    if (!done)
        return done.failure();
    return resolved;
}

} // namespace Tideline
