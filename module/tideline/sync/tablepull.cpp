// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/tablepull.h>

#include <QtCore/QTimer>

#include <utility>

namespace Tideline {

TablePull::TablePull(SyncContext &context, const TableConfig &table, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_pulled(context, table, nullptr)
{
    connect(&m_pulled, &PulledTable::progressed, this, &TablePull::progressed);
    connect(&m_pulled, &PulledTable::concluded, this, &TablePull::finished);
}

void TablePull::start(const QString &timestamp)
{
    m_timestamp = timestamp;
    if (const Result<void> prepared = m_pulled.prepare(); !prepared)
        return Q_EMIT finished(prepared.failure());
    const Result<QVariant> known = m_context.storage->session().value(SessionKey::timestamp(m_pulled.table().name));
    if (!known)
        return Q_EMIT finished(known.failure());
    if (!timestamp.isEmpty() && known->toString() == timestamp && m_pulled.isUpToDate())
        return m_pulled.conclude(PulledTable::Deletions::Untold);
    request(m_pulled.cursor(), true);
}

void TablePull::request(const QString &cursor, bool isFirstPage)
{
    PullRequest request;
    request.table = m_pulled.table();
    request.cursor = cursor;
    request.pageSize = m_context.config.pageSize;
    request.wantsRowCount = m_pulled.wantsRowCount(PulledTable::Deletions::Untold);
    request.isFirstPage = isFirstPage;
    const auto goOn = [this, isFirstPage](const Result<PullPage> &page) {
        if (!page)
            return Q_EMIT finished(page.failure());
        take(*page, isFirstPage);
    };
    whenFinished(m_context.remote->pull(request), this, goOn, [this] {
        Q_EMIT finished(Failure(Failure::Code::Cancelled, QStringLiteral("The pull was stopped.")));
    });
}

void TablePull::take(const PullPage &page, bool isFirstPage)
{
    m_requests += page.requests;
    if (isFirstPage) {
        if (const Result<void> noted = m_context.noteReply(page); !noted)
            return Q_EMIT finished(noted.failure());
    }
    if (m_waiting) {
        const PullPage before = *std::exchange(m_waiting, {});
        if (const Result<void> applied = apply(before); !applied)
            return Q_EMIT finished(applied.failure());
    }
    m_waiting = page;
    if (!page.hasMore || page.cursor == m_pulled.cursor())
        return applyWaiting();
    request(page.cursor, false);
    // A request leaves from the event loop.
    QTimer::singleShot(0, this, &TablePull::applyWaiting);
}

void TablePull::applyWaiting()
{
    if (!m_waiting)
        return;
    const PullPage page = *std::exchange(m_waiting, {});
    if (const Result<void> applied = apply(page); !applied)
        return Q_EMIT finished(applied.failure());
    if (page.hasMore)
        return;
    if (page.isSettled)
        m_pulled.setTimestamp(m_timestamp);
    m_pulled.conclude(PulledTable::Deletions::Untold);
}

Result<void> TablePull::apply(const PullPage &page)
{
    TableChanges changes;
    changes.table = m_pulled.table().name;
    changes.rows = page.rows;
    changes.cursor = page.cursor;
    changes.hasMore = page.hasMore;
    changes.isReset = page.isReset;
    changes.rowCount = page.rowCount;
    return m_pulled.take(changes);
}

SyncReport TablePull::report() const
{
    SyncReport report = m_pulled.report();
    report.requests += m_requests;
    return report;
}

} // namespace Tideline
