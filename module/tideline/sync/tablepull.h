// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/pulledtable.h>

namespace Tideline {

// The pull of one table by itself: pages until the server has no more, the next one in flight while one is applied.
// Lives on the worker's thread; emits finished() once.
class TablePull : public QObject
{
    Q_OBJECT

public:
    TablePull(SyncContext &context, const TableConfig &table, QObject *parent);

    // timestamp: what RemoteStore::remoteTimestamps() has told of the table; empty: nothing.
    void start(const QString &timestamp);
    SyncReport report() const;

Q_SIGNALS:
    void progressed(const QString &table, qint64 rows, qint64 total);
    void finished(const std::optional<Tideline::Failure> &failure);

private:
    void request(const QString &cursor, bool isFirstPage);
    void take(const PullPage &page, bool isFirstPage);
    void applyWaiting();
    Result<void> apply(const PullPage &page);

    SyncContext &m_context;
    PulledTable m_pulled;
    QString m_timestamp;
    std::optional<PullPage> m_waiting; // to be applied while the server works on the next one
    int m_requests = 0;
};

} // namespace Tideline
