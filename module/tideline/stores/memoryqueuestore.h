// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/memorydatabase.h>
#include <tideline/stores/queuestore.h>

#include <functional>

namespace Tideline {

class MemoryQueueStore final : public QueueStore
{
public:
    explicit MemoryQueueStore(MemoryView &view);

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
    MemoryView &m_view;
};

} // namespace Tideline
