// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/journalstore.h>

namespace Tideline {

/*!
    \class Tideline::JournalStore
    \inmodule Tideline
    \inheaderfile tideline/stores/journalstore.h
    \brief What was decided and what happened: conflicts, events, rows that could not be applied.

    Used on the thread of its Storage. All functions fail with LocalStore where the database fails; mutators also unless
    their transaction is the one that is open on the same storage.
*/

/*!
    \class Tideline::JournalFilter
    \inmodule Tideline
    \inheaderfile tideline/stores/journalstore.h
    \brief Which conflicts or events a listing shows; what is empty does not restrict.

    \c table and \c recordId select those of this table and of this record; \c text must occur in table, record id or
    the stored content (of events also in the name), in capitals or small letters (SqliteStorage knows those of ASCII);
    \c open selects open or settled conflicts and says nothing of events. Of what is found the newest \c limit are
    listed, negative for all, after the newest \c offset ones.
*/

/*!
    \class Tideline::LoggedEvent
    \inmodule Tideline
    \inheaderfile tideline/stores/journalstore.h
    \brief An event as the log keeps it; a value.

    \c sequence is its place in the log, \c at its time, \c name the event's class; \c table and \c recordId are empty
    where it concerns no single one; \c detail is what SyncEvent::toVariantMap() gave, with sensitive fields masked.
*/

/*!
    \fn Result<ConflictRecord> Tideline::JournalStore::conflict(const QString &conflictId)
    The conflict \a conflictId; fails with Invalid where there is none.
*/

/*!
    \fn Result<QList<ConflictRecord>> Tideline::JournalStore::conflicts(const JournalFilter &filter)
    The conflicts that \a filter selects, oldest first. Fails with Deserialization where one of them cannot be read.
*/

/*!
    \fn Result<qint64> Tideline::JournalStore::openConflictCount()
    How many conflicts are open.
*/

/*!
    \fn Result<QList<LoggedEvent>> Tideline::JournalStore::events(const JournalFilter &filter)
    The events that \a filter selects, oldest first.
*/

/*!
    \fn Result<qint64> Tideline::JournalStore::quarantinedCount()
    How many rows are set aside, in all tables.
*/

/*!
    \fn Result<QStringList> Tideline::JournalStore::quarantinedRecords(const QString &table)
    The ids of the records of \a table that are set aside; one of them is empty where a row came without a key.
*/

/*!
    \fn Result<void> Tideline::JournalStore::saveConflict(StoreTransaction &transaction, const ConflictRecord &conflict)
    Stores \a conflict, in the place of the one with its id where there is one. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::JournalStore::appendEvent(StoreTransaction &transaction, const LoggedEvent &event)
    Adds \a event to the log, which assigns its sequence number and keeps the newest 10,000. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::JournalStore::quarantine(StoreTransaction &transaction, const QString &table, const QString &recordId, const QVariantMap &row, const Failure &reason, const QDateTime &at)
    Sets aside \a row, a version of the record \a recordId of \a table that could not be applied for \a reason at the
    time \a at. A later one of the same record takes its place. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::JournalStore::release(StoreTransaction &transaction, const QString &table, const QString &recordId)
    Forgets what was set aside of the record \a recordId of \a table; fine where nothing was. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::JournalStore::clear(StoreTransaction &transaction)
    Removes conflicts, events and rows that were set aside. Part of \a transaction.
*/

// Out of line, so that the interface has its vtable in this library.
JournalStore::~JournalStore() = default;

} // namespace Tideline
