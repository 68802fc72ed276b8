// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/syncconfig.h>
#include <tideline/core/syncentry.h>

/*!
    \class Tideline::SyncConfig
    \inmodule Tideline
    \inheaderfile tideline/core/syncconfig.h
    \brief How an engine syncs; a value.

    The engine copies it when it is made. The fields and defaults of dynos_sync come first. Times are
    \c{std::chrono::milliseconds}.
*/

/*!
    \variable Tideline::SyncConfig::batchSize
    How many entries one push takes at most; at least 1. A remote store that takes many in one request may be given
    more: with the server kit twenty times as many (RemoteStore::entriesPerPush()). After a timeout pushes get smaller
    until one passes.
*/

/*!
    \variable Tideline::SyncConfig::queueRetention
    How long entries that are done, superseded or discarded stay for the record's history. They are removed after
    rounds, a thousand at a time and, when none is left, once an hour. Dead letters stay until somebody decides.
*/

/*!
    \variable Tideline::SyncConfig::stopOnFirstError
    Whether a transport failure ends the drain. Where it is false the other tables are still tried. The refusal of a
    record never ends a drain.
*/

/*!
    \variable Tideline::SyncConfig::maxRetries
    How often a refusal that may pass (a missing parent, a conflict of constraints, an error of the database) is tried
    again; the next one makes a dead letter. Being offline, throttled or signed out never counts.
*/

/*!
    \variable Tideline::SyncConfig::sensitiveFields
    Names of fields, at any depth, whose values are masked; see sensitiveFieldPolicy.
*/

/*!
    \variable Tideline::SyncConfig::useExponentialBackoff
    Whether the delay doubles with each failure in a row, from backoffBase to maxBackoff; where it is false it stays
    backoffBase. A random part of up to a half is taken off either.
*/

/*!
    \variable Tideline::SyncConfig::conflictStrategy
    Who wins a conflict in tables whose TableConfig does not say.
*/

/*!
    \variable Tideline::SyncConfig::onConflict
    Asked for each conflict of the strategy Custom, on the engine's thread. Without it such conflicts stay open for a
    person.
*/

/*!
    \variable Tideline::SyncConfig::maxPayloadBytes
    How large the columns of one change may be, as JSON in UTF-8; a larger write fails with PayloadTooLarge.
*/

/*!
    \variable Tideline::SyncConfig::maxBackoff
    The longest delay that the back-off reaches, and that of a table which the server does not know.
*/

/*!
    \variable Tideline::SyncConfig::isTransientError
    Asked on the worker's thread about the failure of an entry: true retries it without counting, false makes a dead
    letter, an empty optional leaves it to the documented table of replies. It is not asked about a refused sign-in nor
    about failures that concern the whole server: a "permanent" there would kill the whole queue.
*/

/*!
    \variable Tideline::SyncConfig::sensitiveFieldPolicy
    Where sensitiveFields are masked.
*/

/*!
    \variable Tideline::SyncConfig::backoffBase
    The delay after the first failure.
*/

/*!
    \variable Tideline::SyncConfig::maxRetryAfter
    The most of a server's Retry-After that is heeded.
*/

/*!
    \variable Tideline::SyncConfig::pollInterval
    How often a started engine drains and pulls, give or take a tenth, drawn once at the start, so that many clients do
    not poll together.
*/

/*!
    \variable Tideline::SyncConfig::pageSize
    How many rows a pull asks for at once.
*/

/*!
    \variable Tideline::SyncConfig::reconcile
    How deletions are found in tables without a \c deletedAt column.
*/

/*!
    \variable Tideline::SyncConfig::mergeFallback
    Who wins where FieldMerge meets a clash. FieldMerge itself counts as LastWriteWins here.
*/

/*!
    \typedef Tideline::ConflictResolver
    Called on the engine's thread with an open ConflictRecord. The future may be fulfilled on any thread; its value is
    the row to keep on both sides, an empty optional deletes the record. A cancelled future leaves the conflict open.
*/

/*!
    \class Tideline::SyncEntry
    \inmodule Tideline
    \inheaderfile tideline/core/syncentry.h
    \brief One queued change; a value.
*/

/*!
    \variable Tideline::SyncEntry::sequence
    Its place in the queue, given by QueueStore::enqueue(); the order of all sending.
*/

/*!
    \variable Tideline::SyncEntry::id
    A UUID, stable from before the first attempt.
*/

/*!
    \variable Tideline::SyncEntry::table
    The name of the table, here and on the server.
*/

/*!
    \variable Tideline::SyncEntry::recordId
    Which record, as TableConfig::canonicalRecordId() spells it.
*/

/*!
    \variable Tideline::SyncEntry::operation
    What is asked of the server.
*/

/*!
    \variable Tideline::SyncEntry::payload
    The columns to send, in the types of Tideline::Json; empty for a deletion.
*/

/*!
    \variable Tideline::SyncEntry::base
    The row that the change is made on, as the server was last seen to have it: the condition of its push. Empty where
    no row was known. When an earlier change of the record is acknowledged, the server's new row becomes the base.
*/

/*!
    \variable Tideline::SyncEntry::createdAt
    When the change was made, by this machine's clock.
*/

/*!
    \variable Tideline::SyncEntry::retryCount
    How many refusals were counted; being offline never is.
*/

/*!
    \variable Tideline::SyncEntry::nextRetryAt
    Not sent before this time; invalid where it waits for none.
*/

/*!
    \variable Tideline::SyncEntry::state
    Where it stands.
*/

/*!
    \variable Tideline::SyncEntry::error
    The last failure; none after success.
*/

/*!
    \variable Tideline::SyncEntry::sentAt
    When it was last marked as sent, which is durable before the bytes leave. Set on a pending entry it says that the
    outcome of an earlier attempt may be unknown.
*/

/*!
    \variable Tideline::SyncEntry::finishedAt
    When it became done, dead, superseded or discarded.
*/

/*!
    \variable Tideline::SyncEntry::heldBy
    The id of the conflict or of the dead letter that it waits for; empty for none.
*/

/*!
    \variable Tideline::SyncEntry::mergedInto
    The id of the entry that carries this change to the server, or has done so: several changes of a record that were
    never sent travel as one. Empty for none. When the server refuses the whole, each of them goes on its own.
*/

/*!
    \variable Tideline::SyncEntry::isDamaged
    Whether its stored payload, base or operation cannot be read. It is never sent; a drain makes a dead letter of it,
   of which what is stored stays as it is until it is edited.
*/

/*!
    \fn bool Tideline::SyncEntry::isUnsynced() const
    Returns whether it is pending or in flight, and can be sent. A dead letter is not, nor one that is damaged: they go
    nowhere by themselves.
*/

/*!
    \class Tideline::SyncAttempt
    \inmodule Tideline
    \inheaderfile tideline/core/syncentry.h
    \brief One attempt to send an entry that failed; a value.

    \c at is its time, \c failure the reason. Refused sign-ins are not recorded: they say nothing about the entry.
*/

/*!
    \class Tideline::ConflictRecord
    \inmodule Tideline
    \inheaderfile tideline/core/syncentry.h
    \brief A decision between two versions of one record, kept so that the loser can be had back; a value.

    In each version an empty optional says that the row does not exist. Stores give it unmasked.
*/

/*!
    \variable Tideline::ConflictRecord::id
    A UUID.
*/

/*!
    \variable Tideline::ConflictRecord::table
    The name of the table.
*/

/*!
    \variable Tideline::ConflictRecord::recordId
    Which record.
*/

/*!
    \variable Tideline::ConflictRecord::strategy
    Who decided or is to decide.
*/

/*!
    \variable Tideline::ConflictRecord::isOpen
    Whether somebody has still to choose. Meanwhile the record's changes are held.
*/

/*!
    \variable Tideline::ConflictRecord::base
    What the pending changes were made on.
*/

/*!
    \variable Tideline::ConflictRecord::local
    The base with the pending changes on top.
*/

/*!
    \variable Tideline::ConflictRecord::remote
    The server's version. It is brought up to date while the conflict is open.
*/

/*!
    \variable Tideline::ConflictRecord::resolved
    What both sides were to have; meaningless while the conflict is open.
*/

/*!
    \variable Tideline::ConflictRecord::at
    When it was found or last changed, by this machine's clock.
*/

/*!
    \class Tideline::SyncCursor
    \inmodule Tideline
    \inheaderfile tideline/core/syncentry.h
    \brief How far a table was pulled; a value.

    Times are this machine's and invalid where the thing never happened.
*/

/*!
    \variable Tideline::SyncCursor::table
    The name of the table.
*/

/*!
    \variable Tideline::SyncCursor::value
    Opaque: only the RemoteStore that made it reads it. Empty: from the beginning.
*/

/*!
    \variable Tideline::SyncCursor::pulledAt
    When a pull last reached the end of the table.
*/

/*!
    \variable Tideline::SyncCursor::reconciledAt
    When ids were last compared with the server's; for a table that was just filled, when that was done.
*/

#include "moc_syncconfig.cpp"
#include "moc_syncentry.cpp"
