// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/syncentry.h>
#include <tideline/stores/storetransaction.h>

#include <QtCore/QHash>
#include <QtCore/QList>

namespace Tideline {

// What a listing shows. Empty fields do not restrict.
class EntryFilter
{
public:
    QList<EntryState> states;
    QString table;
    QString recordId;
    QString heldBy;
    QString text; // anywhere in table, record id, payload or error, ignoring case
    qint64 limit = -1;
    qint64 offset = 0;
};

class TableCounts
{
public:
    qint64 pending = 0; // not acknowledged and not dead
    qint64 failed = 0;  // those of them with a last error
    qint64 dead = 0;
    qint64 held = 0; // those of pending that wait for a conflict's or a dead letter's settlement

    friend bool operator==(const TableCounts &, const TableCounts &) = default;
};

// The queue, in the order of the sequence that enqueue() assigns; dead letters are entries in state Dead. Entries that
// are done, superseded or discarded stay until purge() for the record's history.
class TIDELINE_EXPORT QueueStore
{
public:
    QueueStore() = default;
    virtual ~QueueStore();
    Q_DISABLE_COPY_MOVE(QueueStore)

    virtual Result<SyncEntry> entry(const QString &entryId) = 0;             // fails with Invalid when unknown
    virtual Result<QList<SyncEntry>> entries(const EntryFilter &filter) = 0; // in sequence order
    virtual Result<qint64> entryCount(const EntryFilter &filter) = 0;        // ignores limit and offset
    // Pending, in flight and dead entries of one record, in sequence order.
    virtual Result<QList<SyncEntry>> openEntries(const QString &table, const QString &recordId) = 0;
    // How many those are, and the state of one entry (fails with Invalid when unknown), without reading what they hold.
    virtual Result<int> openCount(const QString &table, const QString &recordId) = 0;
    virtual Result<EntryState> state(const QString &entryId) = 0;
    // Which records of the table have pending, in-flight or dead entries: record id -> number of them.
    virtual Result<QHash<QString, int>> openRecords(const QString &table) = 0;
    // What may be sent now: pending, not held nor merged, its time has come (or ignoreBackoff), no earlier pending or
    // in-flight entry of the same record, not of an excluded table; in sequence order. Where more entries than the
    // limit have waited for a time that has come, those that wait longest are given.
    virtual Result<QList<SyncEntry>> due(const QDateTime &now, int limit, bool ignoreBackoff,
                                         const QStringList &excludedTables) = 0;
    // The earliest nextRetryAt of a pending entry that is neither held nor merged; invalid when none waits for a time.
    virtual Result<QDateTime> nextRetryAt() = 0;
    virtual Result<QHash<QString, TableCounts>> counts() = 0;                // by table
    virtual Result<QList<SyncAttempt>> attempts(const QString &entryId) = 0; // oldest first

    // Assigns the sequence number; the id must be set and new.
    virtual Result<SyncEntry> enqueue(StoreTransaction &transaction, const SyncEntry &entry) = 0;
    // Stores every field but id, sequence, table, recordId and createdAt.
    virtual Result<void> update(StoreTransaction &transaction, const SyncEntry &entry) = 0;
    // The two steps of every entry, which store only what they name. Sent: in flight since then, as a part of that
    // other entry where there is one.
    virtual Result<void> markSent(StoreTransaction &transaction, const QString &entryId, const QDateTime &sentAt,
                                  const QString &mergedInto) = 0;
    // Done, superseded or discarded: it waits for nothing any more and has no error.
    virtual Result<void> finish(StoreTransaction &transaction, const QString &entryId, EntryState state,
                                const QDateTime &finishedAt) = 0;
    // The newest hundred of an entry are kept.
    virtual Result<void> addAttempt(StoreTransaction &transaction, const QString &entryId,
                                    const SyncAttempt &attempt) = 0;
    // In-flight entries become pending again, sentAt stays: their process died. Returns how many.
    virtual Result<int> recoverInFlight(StoreTransaction &transaction) = 0;
    // Entries held by this conflict or dead letter may go again.
    virtual Result<void> releaseHeld(StoreTransaction &transaction, const QString &holderId) = 0;
    // Removes done, superseded and discarded entries that finished before then, a thousand at most, so that nobody has
    // to wait long for the write lock. Returns how many.
    virtual Result<int> purge(StoreTransaction &transaction, const QDateTime &finishedBefore) = 0;
    virtual Result<void> clear(StoreTransaction &transaction) = 0;
};

} // namespace Tideline
