// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>
#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/pulledtable.h>

namespace Tideline {

namespace {

constexpr qint64 smallTable = 10000;          // up to so many local rows deletions are looked for at every pull
constexpr qsizetype fetchedAtOnce = 500;      // records
constexpr qint64 interval = 15LL * 60 * 1000; // milliseconds between comparisons of larger ones

} // namespace

PulledTable::PulledTable(SyncContext &context, const TableConfig &table, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_table(table)
    , m_applier(context, table)
{
}

Result<void> PulledTable::prepare()
{
    TIDELINE_TRY(m_applier.prepare());
    const Result<SyncCursor> cursor = m_context.storage->timestamps().cursor(m_table.name);
    if (!cursor)
        return cursor.failure();
    m_cursor = *cursor;
    m_cursor.table = m_table.name;
    const Result<qint64> rows = m_context.storage->local().rowCount(m_table.name);
    if (!rows)
        return rows.failure();
    m_localRows = *rows;
    const Result<QVariant> record = m_context.storage->session().value(SessionKey::pulled(m_table.name));
    if (!record)
        return record.failure();
    const QVariantMap values = record->toMap();
    // Where nothing has been noted nothing has been pulled.
    m_record.filter = values.isEmpty() ? m_table.filter : values.value(QStringLiteral("filter")).toMap();
    m_record.columns = values.value(QStringLiteral("columns")).toStringList();
    m_record.mustCompare = values.value(QStringLiteral("mustCompare")).toBool();
    const Result<QVariant> returns = m_context.storage->session().value(SessionKey::returns);
    if (!returns)
        return returns.failure();
    m_record.returns = returns->toLongLong();
    // What was deleted along with a record, here or there, does not come back with it by itself.
    if (!values.isEmpty() && values.value(QStringLiteral("returns")).toLongLong() != m_record.returns
        && m_context.config.reconcile == ReconcilePolicy::Automatic && m_localRows <= smallTable)
        m_record.mustCompare = true;
    return {};
}

// A filter makes rows go that a mark of deletion tells nothing of.
bool PulledTable::isReconciling() const
{
    return (m_table.deletedAt.isEmpty() || !m_table.filter.isEmpty())
           && m_context.config.reconcile == ReconcilePolicy::Automatic;
}

// Whether the numbers of rows here and there are the same when the rows are.
bool PulledTable::isCountable() const
{
    return m_table.deletedAt.isEmpty() || m_applier.schema().hasColumn(m_table.deletedAt);
}

bool PulledTable::isIntervalOver() const
{
    return m_cursor.reconciledAt.isValid() && m_cursor.reconciledAt.msecsTo(m_context.now()) > interval;
}

bool PulledTable::wantsRowCount(Deletions deletions) const
{
    if (m_received == 0 && m_cursor.value.isEmpty())
        return true; // how much there is to come
    if (!isReconciling() || !isCountable())
        return false;
    return deletions == Deletions::Told ? isIntervalOver() : m_localRows <= smallTable;
}

bool PulledTable::isUpToDate() const
{
    const bool isWhole = m_record.columns.isEmpty() || m_record.columns == sharedColumns();
    return !m_record.mustCompare && isWhole && Json::equivalent(m_record.filter, m_table.filter)
           && !(isReconciling() && isIntervalOver());
}

Result<void> PulledTable::take(const TableChanges &page)
{
    // A later page, which may be on its way already, would save a cursor that has passed over this one.
    if (m_isBroken)
        return Failure(Failure::Code::Cancelled, QStringLiteral("The pull has ended at an earlier page."));
    const Result<void> taken = takeNext(page);
    m_isBroken = !taken;
    return taken;
}

Result<void> PulledTable::takeNext(const TableChanges &page)
{
    if (page.hasMore && page.cursor == m_cursor.value) {
        return Failure(Failure::Code::Deserialization,
                       QStringLiteral("The server repeats a page of table %1: it does not sort by %2 and the key.")
                           .arg(m_table.name, m_table.updatedAt));
    }
    if (page.rowCount && (m_cursor.value.isEmpty() || page.isReset) && m_received == 0)
        m_total = *page.rowCount;
    const bool isBeginning = m_cursor.value.isEmpty() || page.isReset;
    const bool isNews = !page.rows.isEmpty() || !page.removedIds.isEmpty() || !page.hasMore || isBeginning
                        || page.cursor != m_cursor.value;
    m_cursor.value = page.cursor;
    m_rowCount = page.rowCount;
    const bool hadToCompare = m_record.mustCompare;
    m_record.mustCompare = m_record.mustCompare || page.isReset;
    const Result<QStringList> removed = withoutDoubtful(page.removedIds);
    if (!removed)
        return removed.failure();
    const PageApplier::Step save = [&](UnitOfWork &work) -> Result<void> {
        // With what the first page was pulled, the later ones may not be.
        if (isBeginning || m_record.mustCompare != hadToCompare)
            TIDELINE_TRY(saveRecord(work));
        return saveCursor(work);
    };
    TIDELINE_TRY(m_applier.apply(page.rows, *removed, isNews ? save : nullptr));
    const qsizetype count = page.rows.size() + page.removedIds.size();
    m_received += count;
    if (count > 0)
        Q_EMIT progressed(m_table.name, m_received, m_total);
    return {};
}

// Within a filter a removed record may be gone or just outside. Where changes wait for it the comparison finds out
// which.
Result<QStringList> PulledTable::withoutDoubtful(const QStringList &removedIds)
{
    if (m_table.filter.isEmpty())
        return removedIds;
    QStringList certain;
    for (const QString &recordId : removedIds) {
        const Result<int> open = m_context.storage->queue().openCount(m_table.name, recordId);
        if (!open)
            return open.failure();
        if (*open == 0)
            certain.append(recordId);
        else
            m_record.mustCompare = true;
    }
    return certain;
}

Result<void> PulledTable::concludeQuietly(UnitOfWork &work)
{
    m_cursor.pulledAt = work.now();
    work.report(SyncPullComplete{m_table.name, 0});
    return saveCursor(work);
}

Result<void> PulledTable::saveCursor(UnitOfWork &work)
{
    return m_context.storage->timestamps().setCursor(work.transaction(), m_cursor);
}

Result<void> PulledTable::saveRecord(UnitOfWork &work)
{
    const QVariantMap record{{QStringLiteral("filter"), m_record.filter},
                             {QStringLiteral("columns"), m_record.columns},
                             {QStringLiteral("mustCompare"), m_record.mustCompare},
                             {QStringLiteral("returns"), m_record.returns}};
    return m_context.storage->session().setValue(work.transaction(), SessionKey::pulled(m_table.name), record);
}

QStringList PulledTable::sharedColumns() const
{
    QStringList shared;
    for (const QString &column : m_applier.remoteColumns()) {
        if (m_applier.schema().hasColumn(column))
            shared.append(column);
    }
    return shared;
}

void PulledTable::conclude(Deletions deletions)
{
    m_deletions = deletions;
    fillIn();
}

// Columns that came to one of the sides since the rows were pulled.
void PulledTable::fillIn()
{
    const QStringList shared = sharedColumns();
    QStringList added;
    for (const QString &column : shared) {
        if (!m_record.columns.isEmpty() && !m_record.columns.contains(column))
            added.append(column);
    }
    if (added.isEmpty())
        return compare();
    auto *backfill = new Backfill(m_context, m_table, added, this);
    connect(backfill, &Backfill::finished, this, [this, backfill](const std::optional<Failure> &failure) {
        disconnect(backfill, nullptr, this, nullptr); // its page in flight may come after its end
        m_requests += backfill->requests();
        backfill->deleteLater();
        if (failure)
            return Q_EMIT concluded(failure);
        compare();
    });
    backfill->start();
}

void PulledTable::compare()
{
    bool isDue = m_record.mustCompare || !Json::equivalent(m_record.filter, m_table.filter);
    bool isCounted = false;
    if (isReconciling() && m_rowCount && isCountable()) {
        const Result<bool> isExpected = hasExpectedRowCount(*m_rowCount);
        if (!isExpected)
            return Q_EMIT concluded(isExpected.failure());
        isDue = isDue || !*isExpected;
        isCounted = m_deletions == Deletions::Told;
    }
    if (isReconciling() && m_deletions == Deletions::Untold)
        isDue = isDue || isIntervalOver();
    if (!isDue)
        return tryAgain(isCounted);
    TableConfig compared = m_table;
    // Rows that are marked as deleted are not here where they cannot bear the mark.
    if (!isCountable())
        compared.filter.insert(m_table.deletedAt, QVariant());
    auto *reconciliation = new Reconciliation(m_context, m_applier, compared, this);
    connect(reconciliation, &Reconciliation::finished, this,
            [this, reconciliation](const std::optional<Failure> &failure) {
                disconnect(reconciliation, nullptr, this, nullptr);
                m_requests += reconciliation->requests();
                reconciliation->deleteLater();
                if (failure)
                    return Q_EMIT concluded(failure);
                tryAgain(true);
            });
    reconciliation->start();
}

// What did not fit here may do so when other rows have changed or gone: a unique value that moved on.
void PulledTable::tryAgain(bool hasCompared)
{
    const SyncReport report = m_applier.report();
    QStringList apart;
    if (report.pulled + report.deleted > 0)
        apart = m_applier.quarantined().values();
    apart.removeAll(QString());
    // Where there are many, others come first the next time.
    const auto first = static_cast<qsizetype>(m_context.random() * static_cast<double>(apart.size()));
    fetchAgain(apart.mid(first) + apart.first(first), hasCompared);
}

// In parts, for as long as that helps.
void PulledTable::fetchAgain(const QStringList &recordIds, bool hasCompared)
{
    if (recordIds.isEmpty())
        return close(hasCompared);
    const auto goOn = [this, left = recordIds.mid(fetchedAtOnce), hasCompared](const Result<PullPage> &page) {
        if (!page)
            return Q_EMIT concluded(page.failure());
        m_requests += page->requests;
        const qsizetype before = m_applier.quarantined().size();
        if (const Result<void> applied = m_applier.applyAgain(page->rows); !applied)
            return Q_EMIT concluded(applied.failure());
        m_applier.quarantined().size() < before ? fetchAgain(left, hasCompared) : close(hasCompared);
    };
    whenFinished(m_context.remote->fetch(m_table, recordIds.mid(0, fetchedAtOnce)), this, goOn, [this] {
        Q_EMIT concluded(Failure(Failure::Code::Cancelled, QStringLiteral("The pull was stopped.")));
    });
}

// The local rows, less those that the server does not know yet, plus those whose deletion it does not know yet.
Result<bool> PulledTable::hasExpectedRowCount(qint64 rowCount)
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

// What the rows here are now the same as.
void PulledTable::close(bool hasCompared)
{
    m_record.filter = m_table.filter;
    m_record.columns = sharedColumns();
    m_record.mustCompare = false;
    m_cursor.pulledAt = m_context.now();
    // A table that was just filled is equal by construction; the clock of the comparisons starts now.
    if (hasCompared || !m_cursor.reconciledAt.isValid())
        m_cursor.reconciledAt = m_cursor.pulledAt;
    const Result<void> saved = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        TIDELINE_TRY(saveRecord(work));
        if (!m_timestamp.isEmpty()) {
            TIDELINE_TRY(m_context.storage->session().setValue(work.transaction(), SessionKey::timestamp(m_table.name),
                                                               m_timestamp));
        }
        const SyncReport report = m_applier.report();
        work.report(SyncPullComplete{m_table.name, report.pulled + report.deleted});
        return saveCursor(work);
    });
    Q_EMIT concluded(saved ? std::optional<Failure>() : saved.failure());
}

SyncReport PulledTable::report() const
{
    SyncReport report = m_applier.report();
    report.requests = m_requests;
    return report;
}

} // namespace Tideline
