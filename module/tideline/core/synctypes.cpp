// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/synctypes.h>

#include <QtCore/QMetaEnum>
#include <QtCore/QRandomGenerator>

namespace Tideline {

namespace {

// The published spellings are the enumerators' with a small first letter.
template <typename Enum>
const QList<std::pair<Enum, QString>> &spellings()
{
    static const QList<std::pair<Enum, QString>> list = [] {
        const QMetaEnum meta = QMetaEnum::fromType<Enum>();
        QList<std::pair<Enum, QString>> all;
        for (int i = 0; i < meta.keyCount(); ++i) {
            QString text = QString::fromLatin1(meta.key(i));
            text[0] = text[0].toLower();
            all.append({static_cast<Enum>(meta.value(i)), text});
        }
        return all;
    }();
    return list;
}

template <typename Enum>
QString spelled(Enum value)
{
    for (const auto &[candidate, text] : spellings<Enum>()) {
        if (candidate == value)
            return text;
    }
    return {};
}

template <typename Enum>
bool parsed(const QString &text, Enum *value)
{
    for (const auto &[candidate, spelling] : spellings<Enum>()) {
        if (spelling == text) {
            *value = candidate;
            return true;
        }
    }
    return false;
}

} // namespace

/*!
    \module Tideline
    \title Tideline
    \brief Local-first sync for Qt applications.

    An application works on its own SQLite database; changes are queued in the transaction that makes them, sent to a
    PostgREST server when it can be reached, and what others change is pulled back. Start at Tideline::SyncEngine.
*/

/*!
    \namespace Tideline
    \inmodule Tideline
    \inheaderfile tideline/core/synctypes.h
    \brief Everything that the library has.

    Values (SyncEntry, SyncConfig, Failure, ...) are copied to any thread. An object belongs to the thread that made it.
    No exception crosses the API: what can fail answers a Result.

    Of the functions toVariantMap(), toVariant() and masked() are declared in \c tideline/core/syncevent.h, readStatus()
    in \c tideline/engine/statusreader.h, differences() in \c tideline/models/recorddiff.h.
*/

/*!
    \enum Tideline::SyncOperation
    What a queued change asks of the server.

    \value Upsert A whole record: inserted, or changed in the columns that are given.
    \value Delete The record's removal; where the table has a \c deletedAt column, its mark.
    \value Patch A set of columns of a record that is there.
*/

/*!
    \enum Tideline::ConflictStrategy
    Who wins where a version of the server's meets pending changes made on another base.

    \value LastWriteWins The later of the row's \c updatedAt and the newest pending entry's \c createdAt, the latter
           corrected by the measured offset of the clocks. A pending edit wins over a row that is gone for good or has
           no time.
    \value ServerWins The server's version.
    \value ClientWins The pending changes, on top of the server's version.
    \value Custom SyncConfig::onConflict is asked; the conflict stays open until it answers.
    \value FieldMerge Columns that one side alone has changed are taken from that side. Where both have changed one, and
           where either side has deleted the record, SyncConfig::mergeFallback decides.
    \value Manual The conflict stays open until SyncEngine::resolve().
*/

/*!
    \enum Tideline::EntryState
    The life of a queue entry.

    \value Pending Not acknowledged; waits for its turn, its time or a settlement.
    \value InFlight Marked before its bytes left; the outcome is not known yet.
    \value Dead A dead letter: given up for now, kept with its payload and every attempt until a person decides.
    \value Done The server has acknowledged it.
    \value Superseded A later change of the record, or a conflict's resolution, has taken its place.
    \value Discarded A person has given it up.
*/

/*!
    \enum Tideline::RecordState
    How one record stands to the server.

    \value Synced Nothing of it is queued.
    \value Pending It has changes that are not acknowledged.
    \value Failed It has a dead letter.
    \value Conflict Its changes wait for an open conflict.
*/

/*!
    \enum Tideline::SyncState
    What a status names first of a database, in the order of precedence.

    \value AuthRequired The server does not accept the sign-in.
    \value Stuck A person is needed: there are dead letters, open conflicts or changes that wait for one of these.
    \value Offline The last attempt to reach the server failed.
    \value Waiting Something will be tried again later.
    \value Draining Some process on this database is sending.
    \value Pulling Some process on this database is fetching.
    \value Idle None of these.
*/

/*!
    \enum Tideline::SensitiveFieldPolicy
    Where the values of SyncConfig::sensitiveFields are masked.

    \value MaskDiagnostics In events and in their log; rows, queue and server keep the values.
    \value MaskEverywhere Also in what a write stores and sends: the values are lost.
*/

/*!
    \enum Tideline::ReconcilePolicy
    How deletions are found in tables that have no \c deletedAt column.

    \value Automatic A pull compares ids with the server's when the server's number of rows is not the expected one
           (asked for at every pull of up to 10,000 local rows), and when the last comparison is older than 15 minutes.
    \value Off Never: rows deleted elsewhere stay here.
*/

/*!
    \typedef Tideline::Clock
    Tells the time in UTC. Copies are called on the application's and on the worker's thread.
*/

/*!
    \typedef Tideline::RandomSource
    Gives a number in [0, 1), for the jitter of retries and polls. Called on the worker's thread.
*/

/*!
    The machine's clock, in UTC; on any thread.
*/
QDateTime systemClock()
{
    return QDateTime::currentDateTimeUtc();
}

/*!
    Qt's global generator; on any thread.
*/
double systemRandom()
{
    return QRandomGenerator::global()->generateDouble();
}

/*!
    The spelling that the command line, the event log and the database use: \a operation's enumerator with a small first
    letter, \c upsert.
*/
QString toText(SyncOperation operation)
{
    return spelled(operation);
}

/*!
    \overload
    For \a strategy, \c lastWriteWins.
*/
QString toText(ConflictStrategy strategy)
{
    return spelled(strategy);
}

/*!
    \overload
    For \a state, \c inFlight.
*/
QString toText(EntryState state)
{
    return spelled(state);
}

/*!
    \overload
    For \a state, \c synced.
*/
QString toText(RecordState state)
{
    return spelled(state);
}

/*!
    \overload
    For \a state, \c authRequired.
*/
QString toText(SyncState state)
{
    return spelled(state);
}

/*!
    Reads what toText() wrote. Returns false, and leaves \a operation as it is, where \a text is no such spelling.
*/
bool fromText(const QString &text, SyncOperation *operation)
{
    return parsed(text, operation);
}

/*!
    \overload
    Returns false, and leaves \a strategy as it is, where \a text is no strategy's spelling.
*/
bool fromText(const QString &text, ConflictStrategy *strategy)
{
    return parsed(text, strategy);
}

/*!
    \overload
    Returns false, and leaves \a state as it is, where \a text is no state's spelling.
*/
bool fromText(const QString &text, EntryState *state)
{
    return parsed(text, state);
}

/*!
    \overload
    For \a time: ISO 8601 in UTC, with milliseconds and a Z; empty for an invalid time.
*/
QString toText(const QDateTime &time)
{
    return time.isValid() ? time.toUTC().toString(Qt::ISODateWithMs) : QString();
}

} // namespace Tideline

#include "moc_synctypes.cpp"
