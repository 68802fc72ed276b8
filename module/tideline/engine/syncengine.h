// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/syncconfig.h>
#include <tideline/core/syncevent.h>
#include <tideline/core/tableconfig.h>
#include <tideline/engine/reachability.h>
#include <tideline/engine/syncreport.h>
#include <tideline/stores/remotestore.h>
#include <tideline/stores/storage.h>

#include <QtCore/QFuture>
#include <QtCore/QObject>

#include <memory>

namespace Tideline {

// Everything an engine is made of.
class SyncSetup
{
public:
    StorageFactory storage;
    RemoteFactory remote;
    SyncConfig config;
    QList<TableConfig> tables;
    QString userId;                   // empty: no owner check
    ReachabilityFactory reachability; // null: only the engine's own timers bring it back from being offline
    Clock clock = systemClock;
    RandomSource random = systemRandom;
};

class TIDELINE_EXPORT SyncEngine : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Tideline::SyncState state READ state NOTIFY statusChanged)
    Q_PROPERTY(bool online READ isOnline NOTIFY statusChanged)
    Q_PROPERTY(qint64 pendingCount READ pendingCount NOTIFY statusChanged)
    Q_PROPERTY(qint64 failedCount READ failedCount NOTIFY statusChanged)
    Q_PROPERTY(qint64 deadLetterCount READ deadLetterCount NOTIFY statusChanged)
    Q_PROPERTY(qint64 conflictCount READ conflictCount NOTIFY statusChanged)
    Q_PROPERTY(QDateTime lastSyncedAt READ lastSyncedAt NOTIFY statusChanged)
    Q_PROPERTY(QDateTime nextRetryAt READ nextRetryAt NOTIFY statusChanged)
    Q_PROPERTY(bool isDraining READ isDraining NOTIFY isDrainingChanged)
    Q_PROPERTY(bool initialSyncDone READ isInitialSyncDone NOTIFY initialSyncDoneChanged)
    Q_PROPERTY(QString userId READ userId CONSTANT)
    Q_PROPERTY(QStringList tables READ tableNames NOTIFY tablesChanged)

public:
    enum class Urgency {
        Scheduled, // no request before its time
        Now,       // a person asks: back-off and Retry-After are ignored
    };
    Q_ENUM(Urgency)
    enum class UnsyncedWork { Keep, Discard };
    Q_ENUM(UnsyncedWork)

    explicit SyncEngine(const SyncSetup &setup, QObject *parent = nullptr);
    ~SyncEngine() override;

    // Opens the database; before it every call fails. No request is made.
    Result<void> open();
    // From now on the engine drains, pulls and retries by itself.
    Q_INVOKABLE void start();
    Q_INVOKABLE void stop();

    // Durable when they return; never wait for the network.
    Q_INVOKABLE Tideline::WriteResult write(const QString &table, const QString &id, const QVariantMap &data);
    Q_INVOKABLE Tideline::WriteResult patch(const QString &table, const QString &id, const QVariantMap &data);
    Q_INVOKABLE Tideline::WriteResult remove(const QString &table, const QString &id);
    // Several changes in one transaction: all are durable when it returns, or none.
    Result<QList<SyncEntry>> writeAll(const QList<RecordChange> &changes);
    // Queues without a local write.
    Q_INVOKABLE Tideline::WriteResult push(const QString &table, const QString &id, const QVariantMap &data,
                                           Tideline::SyncOperation operation = Tideline::SyncOperation::Upsert);

    Q_INVOKABLE QFuture<Tideline::SyncReport> drain(Tideline::SyncEngine::Urgency urgency = Urgency::Scheduled);
    Q_INVOKABLE QFuture<Tideline::SyncReport> pull(const QStringList &tables,
                                                   Tideline::SyncEngine::Urgency urgency = Urgency::Scheduled);
    Q_INVOKABLE QFuture<Tideline::SyncReport> pullAll(Tideline::SyncEngine::Urgency urgency = Urgency::Scheduled);
    Q_INVOKABLE QFuture<Tideline::SyncReport> syncAll(Tideline::SyncEngine::Urgency urgency = Urgency::Scheduled);

    // Stops the pull in hand; what it has applied stays, and the next one goes on from there.
    Q_INVOKABLE void cancelPull();

    Result<void> addTable(const TableConfig &table);
    Result<void> removeTable(const QString &table);
    // Unsynced entries, dead letters included. logout() fails with Conflict while there are any, unless told to
    // discard.
    Result<qint64> unsyncedCount();
    Result<void> logout(UnsyncedWork unsynced = UnsyncedWork::Keep);

    // Repairs. Ids are entry ids; unknown ones, or ones that are not dead, fail with Invalid and change nothing.
    Result<int> retry(const QStringList &entryIds);
    Result<int> retryAll();
    Result<int> discard(const QStringList &entryIds);
    QFuture<Result<int>> discardAndRevert(const QStringList &entryIds); // asks the server for its rows first
    Result<SyncEntry> edit(const QString &entryId, const QVariantMap &payload);
    // The row to keep on both sides; empty: delete it. Works on open conflicts and, to have the loser back, on settled
    // ones.
    Result<ConflictRecord> resolve(const QString &conflictId, const std::optional<QVariantMap> &row);

    Result<std::optional<QVariantMap>> row(const QString &table, const QString &id);
    Result<QList<QVariantMap>> rows(const QString &table, qint64 limit = -1);
    Result<RecordState> recordState(const QString &table, const QString &id);
    // Makes local tables from the server's schema; answers the names of those that were missing.
    QFuture<Result<QStringList>> createTables();

    Result<SyncStatus> status();
    // For models and listings on the application's thread; null before open().
    Storage *storage() const;
    const SyncConfig &config() const;
    QList<TableConfig> tables() const;

    SyncState state() const;
    bool isOnline() const;
    qint64 pendingCount() const;
    qint64 failedCount() const;
    qint64 deadLetterCount() const;
    qint64 conflictCount() const;
    QDateTime lastSyncedAt() const;
    QDateTime nextRetryAt() const;
    bool isDraining() const;
    bool isInitialSyncDone() const;
    QString userId() const;
    QStringList tableNames() const;

Q_SIGNALS:
    void drainCompleted(const Tideline::SyncDrainComplete &event);
    void pullCompleted(const Tideline::SyncPullComplete &event);
    void authRequired(const Tideline::SyncAuthRequired &event);
    void conflictOccurred(const Tideline::SyncConflict &event);
    void poisonPillFound(const Tideline::SyncPoisonPill &event);
    void retryScheduled(const Tideline::SyncRetryScheduled &event);
    void errorOccurred(const Tideline::SyncError &event);
    void eventOccurred(const Tideline::SyncEvent &event); // all of the above

    void pullProgressed(const QString &table, qint64 rows, qint64 total); // total < 0: not known
    void drainProgressed(qint64 pushed, qint64 remaining);
    void dataChanged(const QString &table); // rows of this table changed, by whatever this engine did
    void queueChanged();                    // entries, dead letters, conflicts or the log changed
    void statusChanged();
    void isDrainingChanged();
    void initialSyncDoneChanged();
    void tablesChanged();
    void loggedOut(); // also when another process logged out

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Tideline
