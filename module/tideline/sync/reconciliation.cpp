// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/whenfinished.h>
#include <tideline/sync/reconciliation.h>

namespace Tideline {

namespace {

constexpr qsizetype fetchedAtOnce = 500;

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
    const Result<QList<RecordVersion>> local = m_context.storage->local().versions(m_table);
    if (!local)
        return Q_EMIT finished(local.failure());
    m_unseen.reserve(local->size());
    for (const RecordVersion &record : *local)
        m_unseen.insert(record.recordId, record.version);
    request({});
}

void Reconciliation::request(const QString &next)
{
    whenDone(m_context.remote->identities(m_table, next), [this](const IdentityPage &page) { take(page); });
}

void Reconciliation::take(const IdentityPage &page)
{
    if (!page.next.isEmpty())
        request(page.next); // under way while this one is looked at
    const bool hasVersions = m_applier.schema().hasColumn(m_table.updatedAt);
    for (qsizetype i = 0; i < page.recordIds.size(); ++i) {
        const QString &recordId = page.recordIds.at(i);
        const auto local = m_unseen.constFind(recordId);
        if (local == m_unseen.cend() || (hasVersions && *local != page.versions.value(i)))
            m_missing.append(recordId);
        if (local != m_unseen.cend())
            m_unseen.erase(local);
    }
    if (page.next.isEmpty())
        removeAbsent();
}

Result<void> Reconciliation::sortOut()
{
    const Result<QHash<QString, int>> open = m_context.storage->queue().openRecords(m_table.name);
    if (!open)
        return open.failure();
    // What could not be applied is not asked for again until it changes.
    m_missing.removeIf([&](const QString &recordId) {
        return recordId.isEmpty() || open->contains(recordId) || m_applier.quarantined().contains(recordId);
    });
    // A row outside the filter is not gone; the changes that wait for it need to know.
    if (!m_table.filter.isEmpty()) {
        for (auto it = open->cbegin(); it != open->cend(); ++it) {
            if (m_unseen.remove(it.key()))
                m_doubtful.insert(it.key());
        }
    }
    m_missing += m_doubtful.values();
    return {};
}

void Reconciliation::removeAbsent()
{
    if (const Result<void> sorted = sortOut(); !sorted)
        return Q_EMIT finished(sorted.failure());
    const QStringList absent = m_unseen.keys();
    m_unseen.clear();
    if (const Result<void> removed = m_applier.apply({}, absent, {}); !removed)
        return Q_EMIT finished(removed.failure());
    fetchMissing();
}

void Reconciliation::fetchMissing()
{
    if (m_missing.isEmpty())
        return Q_EMIT finished({});
    const QStringList some = m_missing.mid(0, fetchedAtOnce);
    m_missing = m_missing.mid(fetchedAtOnce);
    whenDone(m_context.remote->fetch(m_table, some), [this, some](const PullPage &page) {
        QSet<QString> gone = m_doubtful & QSet<QString>(some.cbegin(), some.cend());
        for (const RemoteRow &row : page.rows)
            gone.remove(row.recordId);
        if (const Result<void> applied = m_applier.apply(page.rows, gone.values(), {}); !applied)
            return Q_EMIT finished(applied.failure());
        fetchMissing();
    });
}

} // namespace Tideline
