// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/queuestore.h>

namespace Tideline {

/*!
    \class Tideline::QueueStore
    \inmodule Tideline
    \inheaderfile tideline/stores/queuestore.h
    \brief The queued changes, in the order of the sequence numbers that enqueue() assigns.

    Dead letters are entries in the state Dead. Entries that are done, superseded or discarded stay for the record's
    history until purge(). Used on the thread of its Storage. All functions fail with LocalStore where the database
    fails; mutators also unless their transaction is the one that is open on the same storage.

    An entry that SqliteStorage cannot decode is listed with a Deserialization failure as its error; due() leaves it
    out, so that it holds up no record but its own.
*/

/*!
    \class Tideline::EntryFilter
    \inmodule Tideline
    \inheaderfile tideline/stores/queuestore.h
    \brief Which entries a listing shows; what is empty does not restrict.

    \c states, \c table and \c recordId select entries in one of these states, of this table, of this record; \c text
    must occur in the table's name, the record's id, the payload or the error as they are stored, in capitals or small
    letters (SqliteStorage knows those of ASCII). \c limit is the number of entries shown, negative for all, after the
    first \c offset ones.
*/

/*!
    \class Tideline::TableCounts
    \inmodule Tideline
    \inheaderfile tideline/stores/queuestore.h
    \brief How many entries of a table are open.

    \c pending are neither acknowledged nor dead; of these, \c failed have a last error and \c held wait for the
    settlement of a conflict or of a dead letter. \c dead are dead letters.
*/

/*!
    \fn Result<SyncEntry> Tideline::QueueStore::entry(const QString &entryId)
    The entry \a entryId in whatever state; fails with Invalid where there is none.
*/

/*!
    \fn Result<QList<SyncEntry>> Tideline::QueueStore::entries(const EntryFilter &filter)
    The entries that \a filter selects, in the order of the sequence.
*/

/*!
    \fn Result<qint64> Tideline::QueueStore::entryCount(const EntryFilter &filter)
    How many entries \a filter selects; limit and offset do not count.
*/

/*!
    \fn Result<QList<SyncEntry>> Tideline::QueueStore::openEntries(const QString &table, const QString &recordId)
    The entries of the record \a recordId of \a table that are pending, in flight or dead, in the order of the sequence.
*/

/*!
    \fn Result<int> Tideline::QueueStore::openCount(const QString &table, const QString &recordId)
    How many entries openEntries() has for the record \a recordId of \a table; cheaper.
*/

/*!
    \fn Result<EntryState> Tideline::QueueStore::state(const QString &entryId)
    The state of the entry \a entryId; fails with Invalid where there is none. Cheaper than entry().
*/

/*!
    \fn Result<QHash<QString, int>> Tideline::QueueStore::openRecords(const QString &table)
    The records of \a table that have entries which are pending, in flight or dead, and how many each has.
*/

/*!
    \fn Result<QList<SyncEntry>> Tideline::QueueStore::due(const QDateTime &now, int limit, bool ignoreBackoff, const QStringList &excludedTables)
    What may be sent at the time \a now, at most \a limit entries, in the order of the sequence: pending, neither held
    nor merged into another, with no time to wait for (or \a ignoreBackoff), of no table in \a excludedTables, and with
    no earlier entry of the same record that is pending or in flight. So there is at most one entry of a record.
*/

/*!
    \fn Result<QDateTime> Tideline::QueueStore::nextRetryAt()
    The earliest time that a pending entry waits for, held ones left out; it may have passed. Invalid where none waits
    for a time.
*/

/*!
    \fn Result<QHash<QString, TableCounts>> Tideline::QueueStore::counts()
    The counts of each table that has open entries. Cheap: SqliteStorage has triggers that keep them.
*/

/*!
    \fn Result<QList<SyncAttempt>> Tideline::QueueStore::attempts(const QString &entryId)
    The failed attempts to send \a entryId, oldest first; none for an unknown entry.
*/

/*!
    \fn Result<SyncEntry> Tideline::QueueStore::enqueue(StoreTransaction &transaction, const SyncEntry &entry)
    Puts \a entry at the end of the queue and answers it with its sequence number. Its id must be set and new, else it
    fails with Invalid. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::QueueStore::update(StoreTransaction &transaction, const SyncEntry &entry)
    Stores every field of \a entry but id, sequence, table, recordId and createdAt, which never change. Fails with
    Invalid where its id is unknown. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::QueueStore::markSent(StoreTransaction &transaction, const QString &entryId, const QDateTime &sentAt, const QString &mergedInto)
    Makes \a entryId in flight since \a sentAt, where \a mergedInto is not empty as a part of that entry. Fails with
    Invalid where it is unknown. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::QueueStore::finish(StoreTransaction &transaction, const QString &entryId, EntryState state, const QDateTime &finishedAt)
    Gives \a entryId its last \a state, Done, Superseded or Discarded, at \a finishedAt, and takes away its error, its
    next time and what held it. Fails with Invalid where it is unknown. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::QueueStore::addAttempt(StoreTransaction &transaction, const QString &entryId, const SyncAttempt &attempt)
    Adds \a attempt to the history of \a entryId, of which the newest hundred are kept. Part of \a transaction.
*/

/*!
    \fn Result<int> Tideline::QueueStore::recoverInFlight(StoreTransaction &transaction)
    Makes every entry that is in flight pending again, and answers how many there were; sentAt stays. For the new holder
    of the lease: whoever sent them is gone, and their outcome is unknown. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::QueueStore::releaseHeld(StoreTransaction &transaction, const QString &holderId)
    Lets the entries go that wait for \a holderId, a conflict or a dead letter; fine where there are none. Part of
    \a transaction.
*/

/*!
    \fn Result<int> Tideline::QueueStore::purge(StoreTransaction &transaction, const QDateTime &finishedBefore)
    Removes entries that were done, superseded or discarded before \a finishedBefore, with their attempts, a thousand at
    most, and answers how many there were. Dead letters stay. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::QueueStore::clear(StoreTransaction &transaction)
    Removes all entries, dead letters included, and their attempts. Part of \a transaction.
*/

// Out of line, so that the interface has its vtable in this library.
QueueStore::~QueueStore() = default;

} // namespace Tideline
