// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>
#include <tideline/sync/synccontext.h>

namespace Tideline {

// Fills columns that came to a table after its rows were pulled: reads them, and nothing else, of all rows. A row that
// has changed on the server meanwhile comes with its next pull as a whole. Lives on the worker's thread; emits
// finished() once.
class Backfill : public QObject
{
    Q_OBJECT

public:
    Backfill(SyncContext &context, const TableConfig &table, const QStringList &columns, QObject *parent);

    void start();
    int requests() const { return m_requests; }

Q_SIGNALS:
    void finished(const std::optional<Tideline::Failure> &failure);

private:
    void request(bool isFirstPage);
    void take(const PullPage &page);
    Result<void> fill(UnitOfWork &work, const RemoteRow &row);

    SyncContext &m_context;
    TableConfig m_table;
    QStringList m_columns;
    QString m_cursor;
    int m_requests = 0;
};

} // namespace Tideline
