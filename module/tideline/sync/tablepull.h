// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/pageapplier.h>

namespace Tideline {

// The pull of one table: pages until the server has no more, the next one in flight while one is applied; then, for
// tables that tell of no deletions, a comparison of ids. Lives on the worker thread; emits finished() once.
class TablePull : public QObject
{
    Q_OBJECT

public:
    TablePull(SyncContext &context, const TableConfig &table, QObject *parent);

    void start();

Q_SIGNALS:
    void progressed(const QString &table, qint64 rows, qint64 total);
    void finished(const Tideline::SyncReport &report, const std::optional<Tideline::Failure> &failure);

private:
    void request(const QString &cursor, bool isFirstPage);
    void takePage(const PullPage &page, bool isFirstPage);
    void afterLastPage(const PullPage &page);
    bool isReconciling() const;
    Result<bool> hasExpectedRowCount(qint64 rowCount);
    void compareIds(const QString &next);
    void takeIds(const IdentityPage &page);
    void removeAbsent();
    void fetchMissing();
    void finish(const std::optional<Failure> &failure = {});

    // take gets the answer on this thread, unless the pull has ended before.
    template <typename T, typename Take>
    void whenDone(const QFuture<Result<T>> &future, Take take);

    SyncContext &m_context;
    TableConfig m_table;
    PageApplier m_applier;
    SyncCursor m_cursor;
    qint64 m_localRows = 0;
    qint64 m_total = -1;
    qint64 m_received = 0;
    int m_requests = 0;
    QHash<QString, QString> m_remoteVersions; // record id -> version, while ids are compared
    QStringList m_missing;
};

} // namespace Tideline
