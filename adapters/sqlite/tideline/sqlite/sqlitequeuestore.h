// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitevalue.h>
#include <tideline/stores/queuestore.h>

#include <initializer_list>

namespace Tideline {

class SqliteConnection;

class SqliteQueueStore final : public QueueStore
{
public:
    explicit SqliteQueueStore(SqliteConnection &connection);

    Result<SyncEntry> entry(const QString &entryId) override;
    Result<QList<SyncEntry>> entries(const EntryFilter &filter) override;
    Result<qint64> entryCount(const EntryFilter &filter) override;
    Result<QList<SyncEntry>> openEntries(const QString &table, const QString &recordId) override;
    Result<int> openCount(const QString &table, const QString &recordId) override;
    Result<EntryState> state(const QString &entryId) override;
    Result<QHash<QString, int>> openRecords(const QString &table) override;
    Result<QList<SyncEntry>> due(const QDateTime &now, int limit, bool ignoreBackoff,
                                 const QStringList &excludedTables) override;
    Result<QDateTime> nextRetryAt() override;
    Result<QHash<QString, TableCounts>> counts() override;
    Result<QList<SyncAttempt>> attempts(const QString &entryId) override;

    Result<SyncEntry> enqueue(StoreTransaction &transaction, const SyncEntry &entry) override;
    Result<void> update(StoreTransaction &transaction, const SyncEntry &entry) override;
    Result<void> markSent(StoreTransaction &transaction, const QString &entryId, const QDateTime &sentAt,
                          const QString &mergedInto) override;
    Result<void> finish(StoreTransaction &transaction, const QString &entryId, EntryState state,
                        const QDateTime &finishedAt) override;
    Result<void> addAttempt(StoreTransaction &transaction, const QString &entryId, const SyncAttempt &attempt) override;
    Result<int> recoverInFlight(StoreTransaction &transaction) override;
    Result<void> releaseHeld(StoreTransaction &transaction, const QString &holderId) override;
    Result<int> purge(StoreTransaction &transaction, const QDateTime &finishedBefore) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    // undecodable: leaves those out and counts them; null: shows them, too.
    Result<QList<SyncEntry>> read(const QString &sql, const QList<SqliteValue> &values,
                                  qsizetype *undecodable = nullptr);
    Result<QList<SyncEntry>> due(const QStringList &tables, qint64 until, int limit);
    Result<qint64> write(const StoreTransaction &transaction, const QString &sql,
                         std::initializer_list<SqliteValue> values = {});

    SqliteConnection &m_connection;
};

} // namespace Tideline
