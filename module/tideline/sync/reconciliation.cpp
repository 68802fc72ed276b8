// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/whenfinished.h>
#include <tideline/sync/reconciliation.h>

#include <QtCore/QTimer>

#include <utility>

namespace Tideline {

namespace {

constexpr qsizetype handledAtOnce = 500; // records

} // namespace

Reconciliation::Reconciliation(SyncContext &context, PageApplier &applier, const TableConfig &table, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_applier(applier)
    , m_table(table)
{
}

template <typename T, typename Take>
void Reconciliation::whenDone(const QFuture<Result<T>> &future, Take take)
{
    const auto goOn = [this, take](const Result<T> &answer) {
        if (!answer)
            return Q_EMIT finished(answer.failure());
        m_requests += answer->requests;
        take(*answer);
    };
    whenFinished(future, this, goOn, [this] {
        Q_EMIT finished(Failure(Failure::Code::Cancelled, QStringLiteral("The comparison of ids was stopped.")));
    });
}

void Reconciliation::start()
{
    Result<std::unique_ptr<Inventory>> inventory = m_context.storage->local().inventory(m_table);
    if (!inventory)
        return Q_EMIT finished(inventory.failure());
    m_unseen = std::move(*inventory);
    m_unseenApart = m_applier.quarantined();
    m_unseenApart.remove(QString());
    request({});
}

void Reconciliation::request(const QString &next)
{
    whenDone(m_context.remote->identities(m_table, next), [this](const IdentityPage &page) { take(page); });
}

void Reconciliation::take(const IdentityPage &page)
{
    const Result<QStringList> missing = outdated(page);
    if (!missing)
        return Q_EMIT finished(missing.failure());
    fetch(*missing, [this, next = page.next] { next.isEmpty() ? removeAbsent() : request(next); });
}

// Those of a page's records that are missing here, or of another version.
Result<QStringList> Reconciliation::outdated(const IdentityPage &page)
{
    const Result<QHash<QString, QString>> known = m_unseen->strike(page.recordIds);
    if (!known)
        return known.failure();
    const bool hasVersions = m_applier.schema().hasColumn(m_table.updatedAt);
    QStringList outdated;
    for (qsizetype i = 0; i < page.recordIds.size(); ++i) {
        const QString &recordId = page.recordIds.at(i);
        m_unseenApart.remove(recordId);
        const auto local = known->constFind(recordId);
        const bool isCurrent = local != known->cend() && (!hasVersions || *local == page.versions.value(i));
        // What could not be applied is not asked for again until it changes.
        if (isCurrent || recordId.isEmpty() || m_applier.quarantined().contains(recordId))
            continue;
        const Result<int> open = m_context.storage->queue().openCount(m_table.name, recordId);
        if (!open)
            return open.failure();
        if (*open == 0)
            outdated.append(recordId);
    }
    return outdated;
}

void Reconciliation::removeAbsent()
{
    Result<QStringList> unseen = m_unseen->next(handledAtOnce);
    if (!unseen)
        return Q_EMIT finished(unseen.failure());
    if (unseen->isEmpty())
        *unseen = std::exchange(m_unseenApart, {}).values();
    if (unseen->isEmpty())
        return Q_EMIT finished({});
    QStringList absent;
    QStringList doubtful;
    for (const QString &recordId : std::as_const(*unseen)) {
        m_unseenApart.remove(recordId);
        const Result<int> open = m_context.storage->queue().openCount(m_table.name, recordId);
        if (!open)
            return Q_EMIT finished(open.failure());
        // A row outside the filter is not gone; the changes that wait for it need to know.
        (*open > 0 && !m_table.filter.isEmpty() ? doubtful : absent).append(recordId);
    }
    if (const Result<void> removed = m_applier.apply({}, absent, {}); !removed)
        return Q_EMIT finished(removed.failure());
    settle(doubtful);
}

// Those that are not within the filter, and have changes that wait for them.
void Reconciliation::settle(const QStringList &doubtful)
{
    // From the event loop either way: the worker has other things to hear of.
    if (doubtful.isEmpty()) {
        QTimer::singleShot(0, this, &Reconciliation::removeAbsent);
        return;
    }
    whenDone(m_context.remote->fetch(m_table, doubtful), [this, doubtful](const PullPage &page) {
        QSet<QString> gone(doubtful.cbegin(), doubtful.cend());
        for (const RemoteRow &row : page.rows)
            gone.remove(row.recordId);
        if (const Result<void> applied = m_applier.apply(page.rows, gone.values(), {}); !applied)
            return Q_EMIT finished(applied.failure());
        removeAbsent();
    });
}

void Reconciliation::fetch(const QStringList &recordIds, const std::function<void()> &next)
{
    if (recordIds.isEmpty())
        return next();
    whenDone(m_context.remote->fetch(m_table, recordIds.mid(0, handledAtOnce)),
             [this, left = recordIds.mid(handledAtOnce), next](const PullPage &page) {
                 if (const Result<void> applied = m_applier.apply(page.rows, {}, {}); !applied)
                     return Q_EMIT finished(applied.failure());
                 fetch(left, next);
             });
}

} // namespace Tideline
