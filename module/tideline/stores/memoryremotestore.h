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

    mutable QMutex m_mutex;
    Clock m_clock;
    Fault m_fault;
    QHash<QString, QMap<QString, Row>> m_tables;
    qint64 m_change = 0;
    int m_requests = 0;
    bool m_losesNextReply = false;
};

class TIDELINE_EXPORT MemoryRemoteStore final : public RemoteStore
{
public:
    explicit MemoryRemoteStore(std::shared_ptr<MemoryServer> server);

    QFuture<PushReply> push(const QList<PushItem> &items, bool stopOnFirstError) override;
    QFuture<Result<PullPage>> pull(const PullRequest &request) override;
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
