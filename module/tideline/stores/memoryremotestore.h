// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

#include <QtCore/QHash>
#include <QtCore/QMutex>

#include <memory>

namespace Tideline {

// A server in memory, for an application's tests and this project's own: rows with versions that it sets itself. Shared
// between the test's thread and the worker's, hence the mutex.
class TIDELINE_EXPORT MemoryServer
{
public:
    explicit MemoryServer(const Clock &clock = systemClock);

    // As another client would: sets the version, returns the stored row.
    QVariantMap put(const TableConfig &table, const QVariantMap &values);
    void erase(const TableConfig &table, const QString &recordId);
    std::optional<QVariantMap> row(const QString &table, const QString &recordId) const;
    qint64 rowCount(const QString &table) const;
    int requestCount() const;

    // What the next requests meet; called for every item of a push (entry set) and every other request (entry null).
    using Fault = std::function<std::optional<Failure>(const SyncEntry *entry)>;
    void setFault(const Fault &fault);
    // The next push is applied but its reply is lost.
    void loseNextReply();
    // Whether it answers for many tables at once, as the server kit does, and tells a timestamp for each.
    void setServesChanges(bool servesChanges);
    void setTellsTimestamps(bool tellsTimestamps);
    // As a database that was replaced: cursors from before mean nothing.
    void forgetHistory();

private:
    friend class MemoryRemoteStore;
    struct Row
    {
        qint64 change = 0;
        QVariantMap values;
        bool isDeleted = false;
    };
    QVariantMap store(const TableConfig &table, const QString &recordId, QVariantMap values);
    std::optional<Failure> fault(const SyncEntry *entry);
    std::optional<qint64> position(const QString &cursor) const;
    QString cursor(qint64 change) const;
    QList<Row> changedSince(const QString &table, qint64 change);
    qint64 matchingRows(const TableConfig &table);
    TableChanges changes(const TableCursor &wanted, int *left);

    mutable QMutex m_mutex;
    Clock m_clock;
    Fault m_fault;
    QHash<QString, QMap<QString, Row>> m_tables;
    qint64 m_change = 0;
    int m_requests = 0;
    int m_history = 1;
    bool m_losesNextReply = false;
    bool m_servesChanges = false;
    bool m_tellsTimestamps = false;
};

class TIDELINE_EXPORT MemoryRemoteStore final : public RemoteStore
{
public:
    explicit MemoryRemoteStore(std::shared_ptr<MemoryServer> server);

    QFuture<PushReply> push(const QList<PushItem> &items, bool stopOnFirstError) override;
    QFuture<Result<PullPage>> pull(const PullRequest &request) override;
    QFuture<Result<ChangesPage>> changes(const QList<TableCursor> &tables, int pageSize) override;
    QFuture<Result<QHash<QString, QString>>> remoteTimestamps(const QList<TableConfig> &tables) override;
    QFuture<Result<IdentityPage>> identities(const TableConfig &table, const QString &next) override;
    QFuture<Result<PullPage>> fetch(const TableConfig &table, const QStringList &recordIds) override;
    QFuture<Result<TableSchema>> schema(const TableConfig &table) override;
    QFuture<Result<bool>> refreshAuthentication() override;
    void reset() override;

private:
    PushOutcome pushOne(const PushItem &item);
    std::shared_ptr<MemoryServer> m_server;
};

} // namespace Tideline
