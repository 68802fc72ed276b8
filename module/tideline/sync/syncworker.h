// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/synccontext.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QPromise>
#include <QtCore/QTimer>

#include <memory>

namespace Tideline {

class PullRound;
class SyncSetup;

// A round that somebody asked for.
class SyncOrder
{
public:
    bool drains = false;
    QStringList pulls; // tables
    bool ignoresBackoff = false;
    QList<std::shared_ptr<QPromise<SyncReport>>> promises;
    bool isAutomatic = false; // goes on though nobody waits for it
};

// What syncs, on its own thread: takes orders one after the other, holds the database's lease while it works, and, when
// it is automatic, gives itself orders at every write, poll and retry time. Every member but the constructor is called
// on the worker's thread.
class SyncWorker : public QObject, private WorkListener
{
    Q_OBJECT

public:
    explicit SyncWorker(const SyncSetup &setup);
    ~SyncWorker() override;

    void order(const SyncOrder &order);
    void setAutomatic(bool isAutomatic);
    // Ends the pull in hand, whoever ordered it. What it has applied stays, and the next one goes on from there.
    void cancelPull();
    // Nobody waits for this order any more; one that nobody waits for need not go on pulling.
    void withdraw(const std::shared_ptr<QPromise<SyncReport>> &promise);
    void retire(); // drops everything; the last call
    void setTables(const TableCatalog &tables);
    void wake();                             // something was written
    void resume();                           // the network is back
    void setSession(const QString &session); // whose orders are carried out; first of all
    void endSession();                       // the user has signed out: nothing of theirs goes on
    void fetch(const TableConfig &table, const QStringList &recordIds,
               const std::shared_ptr<QPromise<Result<PullPage>>> &promise);
    void describe(const TableConfig &table, const std::shared_ptr<QPromise<Result<TableSchema>>> &promise);

Q_SIGNALS:
    void eventHappened(const Tideline::SyncEvent &event);
    void rowsChanged(const QStringList &tables);
    void statusChanged();
    void roundEnded(); // before the promises of its orders finish
    void drainingChanged(bool isDraining);
    void pullProgressed(const QString &table, qint64 rows, qint64 total);
    void drainProgressed(qint64 pushed, qint64 remaining);
    void sessionEnded();

private:
    void workCommitted(const QList<SyncEvent> &events, const QSet<QString> &changedTables) override;

    Result<void> open();
    void startNext();
    void acquireLease();
    Result<bool> takeLease(SyncState activity);
    void begin();
    void drain();
    void pull();
    void finish();
    Result<void> closeRound();
    void planRetry();
    void lookForChanges();
    void orderDrainWhenDue();
    void cancelOrders(const Failure &failure);
    RemoteStore &remote() { return m_keptRemote ? *m_keptRemote : *m_context.remote; }

    // Owned by the thread, made on first use.
    SyncContext m_context;
    std::unique_ptr<RemoteStore> m_keptRemote; // while a round of an ended session has a closed one
    StorageFactory m_makeStorage;
    RemoteFactory m_makeRemote;
    const QString m_leaseHolder;

    QList<SyncOrder> m_orders;
    std::optional<SyncOrder> m_current;
    bool m_isDraining = false;
    bool m_isWoken = false;
    bool m_isCutShort = false; // the round ended before its time without a failure
    PullRound *m_pull = nullptr;
    SyncReport m_report;
    QElapsedTimer m_elapsed;
    QElapsedTimer m_leaseWait;
    QDateTime m_purgedAt;

    bool m_isAutomatic = false;
    qint64 m_dataVersion = -1;
    QString m_knownSession;
    QTimer m_leaseTimer{this}; // tries again, then renews
    QTimer m_pollTimer{this};
    QTimer m_retryTimer{this};
    QTimer m_watchTimer{this};
};

} // namespace Tideline
