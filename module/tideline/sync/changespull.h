// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/pulledtable.h>

#include <map>
#include <memory>

namespace Tideline {

// The pull of many tables at once, as far as the server can: each request asks for what is new in all of those that are
// not done yet, the next one in flight while one is applied. Lives on the worker's thread; emits tableFinished() once
// for every table, and then finished().
class ChangesPull : public QObject
{
    Q_OBJECT

public:
    ChangesPull(SyncContext &context, const QList<TableConfig> &tables, QObject *parent);

    void start();
    // Tables that the server does not serve in this way.
    const QStringList &unserved() const { return m_unserved; }
    // Tables that a failure kept from being done.
    QStringList unfinished() const;
    // Of the tables that are not done, and of the requests that belong to no single one.
    SyncReport report() const;

Q_SIGNALS:
    void progressed(const QString &table, qint64 rows, qint64 total);
    void tableFinished(const Tideline::TableConfig &table, const Tideline::SyncReport &report,
                       const std::optional<Tideline::Failure> &failure);
    void finished(const std::optional<Tideline::Failure> &failure);

private:
    void request();
    void take(const ChangesPage &page);
    bool makesProgress(const ChangesPage &page) const;
    bool applyWaiting();
    Result<void> apply(const TableChanges &changes);
    void concludeQuietOnes();
    void concludeNext();
    void tableDone(const QString &table, const std::optional<Failure> &failure);

    SyncContext &m_context;
    std::map<QString, std::unique_ptr<PulledTable>> m_tables; // that are not done
    QStringList m_open;                                       // with more to come, or nothing known of them yet
    QHash<QString, QString> m_cursors;                        // of the newest pages
    QList<TableChanges> m_waiting;                            // to be applied while the server works on the next page
    QStringList m_quiet;                                      // that nothing was told of
    QStringList m_unserved;
    bool m_isFirstPage = true;
    int m_requests = 0;
};

} // namespace Tideline
