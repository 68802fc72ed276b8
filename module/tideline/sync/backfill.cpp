// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/conflictpolicy.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/backfill.h>

#include <algorithm>

namespace Tideline {

namespace {

constexpr qsizetype rowsOfTransaction = 200; // so that a write of the application waits a few milliseconds at most

} // namespace

Backfill::Backfill(SyncContext &context, const TableConfig &table, const QStringList &columns, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_table(table)
    , m_columns(columns)
{
}

void Backfill::start()
{
    request(true);
}

void Backfill::request(bool isFirstPage)
{
    PullRequest request;
    request.table = m_table;
    request.cursor = m_cursor;
    request.pageSize = m_context.config.pageSize;
    request.isFirstPage = isFirstPage;
    request.columns = m_columns;
    const auto goOn = [this](const Result<PullPage> &page) {
        if (!page)
            return Q_EMIT finished(page.failure());
        take(*page);
    };
    whenFinished(m_context.remote->pull(request), this, goOn, [this] {
        Q_EMIT finished(Failure(Failure::Code::Cancelled, QStringLiteral("The pull of new columns was stopped.")));
    });
}

void Backfill::take(const PullPage &page)
{
    m_requests += page.requests;
    if (page.hasMore && page.cursor == m_cursor) {
        return Q_EMIT finished(
            Failure(Failure::Code::Deserialization,
                    QStringLiteral("The server repeats a page of table %1: it does not sort by %2 and the key.")
                        .arg(m_table.name, m_table.updatedAt)));
    }
    m_cursor = page.cursor;
    if (page.hasMore)
        request(false); // under way while this one is applied
    for (qsizetype next = 0; next < page.rows.size(); next += rowsOfTransaction) {
        const qsizetype end = std::min(next + rowsOfTransaction, page.rows.size());
        const Result<void> filled = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
            for (qsizetype i = next; i < end; ++i)
                TIDELINE_TRY(fill(work, page.rows.at(i)));
            return {};
        });
        if (!filled)
            return Q_EMIT finished(filled.failure());
    }
    if (!page.hasMore)
        Q_EMIT finished({});
}

Result<void> Backfill::fill(UnitOfWork &work, const RemoteRow &row)
{
    if (row.recordId.isEmpty())
        return {};
    LocalStore &local = m_context.storage->local();
    const Result<std::optional<QVariantMap>> present = local.row(m_table, row.recordId);
    if (!present)
        return present.failure();
    if (!*present)
        return {};
    const bool hasVersion = !(*present)->value(m_table.updatedAt).isNull();
    if (hasVersion && !isSameVersion(m_table, *present, row.values))
        return {};
    const Result<QList<SyncEntry>> open = m_context.storage->queue().openEntries(m_table.name, row.recordId);
    if (!open)
        return open.failure();
    QVariantMap values;
    for (const QString &column : std::as_const(m_columns)) {
        const bool isEdited = std::any_of(open->cbegin(), open->cend(),
                                          [&](const SyncEntry &entry) { return entry.payload.contains(column); });
        if (!isEdited && row.values.contains(column))
            values.insert(column, row.values.value(column));
    }
    if (values.isEmpty())
        return {};
    work.touch(m_table.name);
    const Result<void> stored = local.upsertRow(work.transaction(), m_table, row.recordId, values);
    // A value that the new column cannot hold leaves it as it is, as it would leave out the row in a pull.
    if (!stored && stored.failure().code == Failure::Code::Deserialization) {
        work.report(SyncError{stored.failure(), QStringLiteral("pull"), m_table.name, row.recordId});
        return {};
    }
    return stored;
}

} // namespace Tideline
