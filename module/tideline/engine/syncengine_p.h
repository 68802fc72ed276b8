// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/repairs.h>
#include <tideline/engine/syncengine.h>
#include <tideline/sync/syncworker.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QThread>

namespace Tideline {

class SyncEngine::Private : public WorkListener
{
public:
    Private(SyncEngine *engine, const SyncSetup &setup);
    ~Private() override;

    Result<void> open();
    SyncWorker &worker(); // made, and its thread started, on first use
    Result<TableConfig> table(const QString &name) const;
    WriteResult change(const QString &table, const QString &id, SyncOperation operation, const QVariantMap &values,
                       bool isQueuedOnly);
    Result<QList<SyncEntry>> changeAll(const QList<RecordChange> &changes);
    QFuture<SyncReport> order(bool drains, const QStringList &pulls, Urgency urgency);
    // A unit of work on the application's thread; wakes the worker when it succeeds.
    Result<void> inTransaction(const std::function<Result<void>(UnitOfWork &work)> &step);
    Result<void> enrol(UnitOfWork &work);
    Result<void> checkUser(UnitOfWork &work);
    Result<void> checkUser(); // where that is still to be done
    Result<void> wipe(UnitOfWork &work);
    void endSession();
    Result<void> eraseFreedBytes();
    void eraseWhatIsDue();
    void listen();
    void refreshStatusSoon();
    void refreshStatus();
    void tell(const SyncEvent &event);
    void askResolverSoon();
    void askResolver();
    void finishResolution(const ConflictRecord &asked, const std::optional<QVariantMap> &row);
    void takeResolverFailure(const ConflictRecord &asked, const Failure &failure);
    void workCommitted(const QList<SyncEvent> &events, const QSet<QString> &changedTables) override;

    template <typename Call>
    void onWorker(Call call)
    {
        SyncWorker *target = &worker();
        QMetaObject::invokeMethod(
            target, [target, call] { call(*target); }, Qt::QueuedConnection);
    }

    SyncEngine *q;
    SyncSetup setup;
    TableCatalog tables;
    std::unique_ptr<Storage> storage;
    std::unique_ptr<Reachability> reachability;
    QThread thread;
    SyncWorker *syncWorker = nullptr; // lives and dies on the thread
    // What the worker tells comes in here, and goes unheard with it when the session ends.
    std::unique_ptr<QObject> inbox;
    QString session;          // the one in which this engine works; a database with another one is not its user's
    bool isUserKnown = false; // the session is this user's
    SyncStatus status;
    bool isStatusDue = false;
    QElapsedTimer statusAge;
    bool isDraining = false;
    bool isInitialSyncDone = false;
    class Question
    {
    public:
        ConflictRecord conflict; // as the resolver was shown it
        bool isAnswered = false;
    };
    QHash<QString, Question> questions; // by conflict; those of open ones that the resolver got in this session
    bool isQuestionDue = false;
};

} // namespace Tideline
