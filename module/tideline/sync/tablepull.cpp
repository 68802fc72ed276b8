// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/tablepull.h>

namespace Tideline {

namespace {

constexpr qint64 smallTable = 10000;                  // up to so many local rows deletions are looked for at every pull
constexpr qint64 largeTableInterval = 15 * 60 * 1000; // milliseconds
constexpr qsizetype fetchedAtOnce = 500;

} // namespace

TablePull::TablePull(SyncContext &context, const TableConfig &table, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_table(table)
    , m_applier(context, table)
{
}

template <typename T, typename Take>
void TablePull::whenDone(const QFuture<Result<T>> &future, Take take)
{
    const auto goOn = [this, take](const Result<T> &answer) {
        if (!answer)
            return finish(answer.failure());
        m_requests += answer->requests;
        take(*answer);
    };
    whenFinished(future, this, goOn,
                 [this] { finish(Failure(Failure::Code::Cancelled, QStringLiteral("The pull was stopped."))); });
}

void TablePull::start()
{
    if (const Result<void> prepared = m_applier.prepare(); !prepared)
        return finish(prepared.failure());
    const Result<SyncCursor> cursor = m_context.storage->timestamps().cursor(m_table.name);
    if (!cursor)
        return finish(cursor.failure());
    m_cursor = *cursor;
    m_cursor.table = m_table.name;
    const Result<qint64> rows = m_context.storage->local().rowCount(m_table.name);
    if (!rows)
        return finish(rows.failure());
    m_localRows = *rows;
    request(m_cursor.value, true);
}

bool TablePull::isReconciling() const
{
    return m_table.deletedAt.isEmpty() && m_context.config.reconcile == ReconcilePolicy::Automatic;
}

void TablePull::request(const QString &cursor, bool isFirstPage)
{
    PullRequest request;
    request.table = m_table;
    request.cursor = cursor;
    request.pageSize = m_context.config.pageSize;
    request.wantsRowCount = isReconciling() && m_localRows <= smallTable;
    request.isFirstPage = isFirstPage;
    whenDone(m_context.remote->pull(request),
             [this, isFirstPage](const PullPage &page) { takePage(page, isFirstPage); });
}

void TablePull::takePage(const PullPage &page, bool isFirstPage)
{
    if (isFirstPage) {
        if (const Result<void> noted = m_context.noteReply(page); !noted)
            return finish(noted.failure());
        if (page.rowCount && m_cursor.value.isEmpty())
            m_total = *page.rowCount;
    }
    if (page.hasMore && page.cursor == m_cursor.value) {
        return finish(
            Failure(Failure::Code::Deserialization,
                    QStringLiteral("The server repeats a page of table %1: it does not sort by %2 and the key.")
                        .arg(m_table.name, m_table.updatedAt)));
    }
    const QString former = m_cursor.value;
    m_cursor.value = page.cursor;
    if (page.hasMore)
        request(m_cursor.value, false); // under way while this one is applied
    if (!page.hasMore)
        m_cursor.pulledAt = m_context.now();
    const bool isNews = !page.rows.isEmpty() || !page.hasMore || former != m_cursor.value;
    const PageApplier::Step save = [this](UnitOfWork &work) {
        return m_context.storage->timestamps().setCursor(work.transaction(), m_cursor);
    };
    if (const Result<void> applied = m_applier.apply(page.rows, {}, isNews ? save : nullptr); !applied)
        return finish(applied.failure());
    m_received += page.rows.size();
    if (!page.rows.isEmpty())
        Q_EMIT progressed(m_table.name, m_received, m_total);
    if (!page.hasMore)
        afterLastPage(page);
}

void TablePull::afterLastPage(const PullPage &page)
{
    if (!isReconciling())
        return finish();
    bool isDue =
        m_cursor.reconciledAt.isValid() ? m_cursor.reconciledAt.msecsTo(m_context.now()) > largeTableInterval : false;
    if (page.rowCount) {
        const Result<bool> isExpected = hasExpectedRowCount(*page.rowCount);
        if (!isExpected)
            return finish(isExpected.failure());
        isDue = isDue || !*isExpected;
    }
    if (!m_cursor.reconciledAt.isValid() && !isDue) {
        // A table that was just filled is equal by construction; the clock of the comparisons starts now.
        m_cursor.reconciledAt = m_context.now();
        const Result<void> saved = m_context.inTransaction([this](UnitOfWork &work) {
            return m_context.storage->timestamps().setCursor(work.transaction(), m_cursor);
        });
        return saved ? finish() : finish(saved.failure());
    }
    if (!isDue)
        return finish();
    m_remoteVersions.clear();
    compareIds({});
}

// The local rows, less those that the server does not know yet, plus those whose deletion it does not know yet.
Result<bool> TablePull::hasExpectedRowCount(qint64 rowCount)
{
    const Result<qint64> local = m_context.storage->local().rowCount(m_table.name);
    if (!local)
        return local.failure();
    qint64 expected = *local + m_applier.quarantined().size();
    const Result<QHash<QString, int>> open = m_context.storage->queue().openRecords(m_table.name);
    if (!open)
        return open.failure();
    for (auto it = open->cbegin(); it != open->cend(); ++it) {
        const Result<QList<SyncEntry>> entries = m_context.storage->queue().openEntries(m_table.name, it.key());
        if (!entries)
            return entries.failure();
        const Result<std::optional<QVariantMap>> row = m_context.storage->local().row(m_table, it.key());
        if (!row)
            return row.failure();
        const bool isOnServer = !entries->isEmpty() && entries->constFirst().base;
        if (*row && !isOnServer)
            --expected;
        else if (!*row && isOnServer)
            ++expected;
    }
    return expected == rowCount;
}

void TablePull::compareIds(const QString &next)
{
    whenDone(m_context.remote->identities(m_table, next), [this](const IdentityPage &page) { takeIds(page); });
}

void TablePull::takeIds(const IdentityPage &page)
{
    for (qsizetype i = 0; i < page.recordIds.size(); ++i)
        m_remoteVersions.insert(page.recordIds.at(i), page.versions.value(i));
    if (!page.next.isEmpty())
        return compareIds(page.next);
    removeAbsent();
}

void TablePull::removeAbsent()
{
    const Result<QList<RecordVersion>> local = m_context.storage->local().versions(m_table);
    if (!local)
        return finish(local.failure());
    QStringList absent;
    QHash<QString, QString> known;
    for (const RecordVersion &record : *local) {
        known.insert(record.recordId, record.version);
        if (!m_remoteVersions.contains(record.recordId))
            absent.append(record.recordId);
    }
    const Result<QHash<QString, int>> open = m_context.storage->queue().openRecords(m_table.name);
    if (!open)
        return finish(open.failure());
    m_missing.clear();
    for (auto it = m_remoteVersions.cbegin(); it != m_remoteVersions.cend(); ++it) {
        // What could not be applied is not asked for again until it changes.
        const bool isLeftOut =
            it.key().isEmpty() || open->contains(it.key()) || m_applier.quarantined().contains(it.key());
        if (!isLeftOut && (!known.contains(it.key()) || known.value(it.key()) != it.value()))
            m_missing.append(it.key());
    }
    m_remoteVersions.clear();
    const Result<void> removed = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        for (const QString &recordId : std::as_const(absent))
            TIDELINE_TRY(m_applier.applyAbsence(work, recordId));
        m_cursor.reconciledAt = work.now();
        return m_context.storage->timestamps().setCursor(work.transaction(), m_cursor);
    });
    if (!removed)
        return finish(removed.failure());
    fetchMissing();
}

void TablePull::fetchMissing()
{
    if (m_missing.isEmpty())
        return finish();
    const QStringList some = m_missing.mid(0, fetchedAtOnce);
    m_missing = m_missing.mid(fetchedAtOnce);
    whenDone(m_context.remote->fetch(m_table, some), [this](const PullPage &page) {
        if (const Result<void> applied = m_applier.apply(page.rows, {}, {}); !applied)
            return finish(applied.failure());
        fetchMissing();
    });
}

void TablePull::finish(const std::optional<Failure> &failure)
{
    SyncReport report = m_applier.report();
    report.requests = m_requests;
    Q_EMIT finished(report, failure);
}

} // namespace Tideline
