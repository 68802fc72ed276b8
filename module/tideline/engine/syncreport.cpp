// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/syncreport.h>

namespace Tideline {

/*!
    \class Tideline::SyncReport
    \inmodule Tideline
    \inheaderfile tideline/engine/syncreport.h
    \brief What one drain, pull or sync did; a value.
*/

/*!
    \variable Tideline::SyncReport::pushed
    Entries that the server acknowledged.
*/

/*!
    \variable Tideline::SyncReport::superseded
    Entries whose place a later change or a conflict's resolution has taken.
*/

/*!
    \variable Tideline::SyncReport::retrying
    Entries that stay in the queue for another attempt.
*/

/*!
    \variable Tideline::SyncReport::dead
    Entries that became dead letters.
*/

/*!
    \variable Tideline::SyncReport::pulled
    Rows that a pull has changed here; an idle pull gives 0.
*/

/*!
    \variable Tideline::SyncReport::deleted
    Rows that a pull has removed or marked as deleted here.
*/

/*!
    \variable Tideline::SyncReport::conflicts
    Conflicts that were settled or opened.
*/

/*!
    \variable Tideline::SyncReport::quarantined
    Rows that could not be applied and were set aside.
*/

/*!
    \variable Tideline::SyncReport::requests
    HTTP requests that it cost.
*/

/*!
    \variable Tideline::SyncReport::milliseconds
    How long it took, from its beginning; waiting for the lease counts, waiting behind other rounds does not.
*/

/*!
    \variable Tideline::SyncReport::errors
    Why something did not get done, each reason once and at most twenty of them; empty where everything that was due got
    done.
*/

/*!
    \class Tideline::TableStatus
    \inmodule Tideline
    \inheaderfile tideline/engine/syncreport.h
    \brief One table in a SyncStatus; a value.

    \c name is the table's; it has \c rows here (0 also where it does not exist), \c pending and \c dead entries as in
    TableCounts. \c cursor is opaque, \c lastPulledAt is when a pull last reached the table's end.
*/

/*!
    \class Tideline::SyncStatus
    \inmodule Tideline
    \inheaderfile tideline/engine/syncreport.h
    \brief Where a database stands, as every process on it sees it; a value.

    \sa readStatus(), SyncEngine::status()
*/

/*!
    \variable Tideline::SyncStatus::state
    What comes first; see SyncState.
*/

/*!
    \variable Tideline::SyncStatus::isOnline
    Whether the server answered the last time that it was asked; true before the first time.
*/

/*!
    \variable Tideline::SyncStatus::pending
    Entries that are neither acknowledged nor dead, in all tables.
*/

/*!
    \variable Tideline::SyncStatus::failed
    Those of the pending ones that have a last error.
*/

/*!
    \variable Tideline::SyncStatus::dead
    Dead letters.
*/

/*!
    \variable Tideline::SyncStatus::conflicts
    Open conflicts.
*/

/*!
    \variable Tideline::SyncStatus::lastSyncedAt
    When a round that was to pull last ended without an error, by this machine's clock; invalid before.
*/

/*!
    \variable Tideline::SyncStatus::nextRetryAt
    When something will be tried again, never before the time of the reading; invalid where nothing waits for a time.
*/

/*!
    \variable Tideline::SyncStatus::tables
    The tables that were asked for, in that order.
*/

/*!
    \class Tideline::RecordChange
    \inmodule Tideline
    \inheaderfile tideline/engine/syncreport.h
    \brief One change among several of SyncEngine::writeAll(); a value.

    \c operation says what becomes of the record \c recordId of \c table, \c data holds its columns; empty for a
    deletion.
*/

/*!
    \class Tideline::WriteResult
    \inmodule Tideline
    \inheaderfile tideline/engine/syncreport.h
    \brief What SyncEngine::write(), patch(), remove() and push() answer; a value.

    \c entry is the queued change. Where nothing was stored, \c failure says why and \c entry is empty.
*/

/*!
    \fn bool Tideline::WriteResult::ok() const
    Returns whether the change was stored and queued.
*/

/*!
    Adds the counts, the time and the errors of \a other.
*/
void SyncReport::add(const SyncReport &other)
{
    pushed += other.pushed;
    superseded += other.superseded;
    retrying += other.retrying;
    dead += other.dead;
    pulled += other.pulled;
    deleted += other.deleted;
    conflicts += other.conflicts;
    quarantined += other.quarantined;
    requests += other.requests;
    milliseconds += other.milliseconds;
    for (const Failure &error : other.errors)
        addError(error);
}

/*!
    Adds \a error, unless it is there already or twenty others are.
*/
void SyncReport::addError(const Failure &error)
{
    constexpr qsizetype enough = 20;
    if (errors.size() < enough && !errors.contains(error))
        errors.append(error);
}

/*!
    The report as the JSON object of the command line: its members, \c milliseconds as \c ms, and \c errors as
    Failure::toVariantMap() gives them.
*/
QVariantMap SyncReport::toVariantMap() const
{
    QVariantList failures;
    for (const Failure &error : errors)
        failures.append(error.toVariantMap());
    return {{QStringLiteral("pushed"), pushed},       {QStringLiteral("superseded"), superseded},
            {QStringLiteral("retrying"), retrying},   {QStringLiteral("dead"), dead},
            {QStringLiteral("pulled"), pulled},       {QStringLiteral("deleted"), deleted},
            {QStringLiteral("conflicts"), conflicts}, {QStringLiteral("quarantined"), quarantined},
            {QStringLiteral("requests"), requests},   {QStringLiteral("ms"), milliseconds},
            {QStringLiteral("errors"), failures}};
}

/*!
    The status as the JSON object of the command line: \c state as toText() spells it, \c online for isOnline, the other
    members under their names, and null for times that are not set. The objects in \c tables have the members of
    TableStatus.
*/
QVariantMap SyncStatus::toVariantMap() const
{
    const auto timeOrNull = [](const QDateTime &time) { return time.isValid() ? QVariant(toText(time)) : QVariant(); };
    QVariantList described;
    for (const TableStatus &table : tables) {
        described.append(QVariantMap{{QStringLiteral("name"), table.name},
                                     {QStringLiteral("rows"), table.rows},
                                     {QStringLiteral("pending"), table.pending},
                                     {QStringLiteral("dead"), table.dead},
                                     {QStringLiteral("cursor"), table.cursor.isEmpty() ? QVariant() : table.cursor},
                                     {QStringLiteral("lastPulledAt"), timeOrNull(table.lastPulledAt)}});
    }
    return {{QStringLiteral("state"), toText(state)},
            {QStringLiteral("online"), isOnline},
            {QStringLiteral("pending"), pending},
            {QStringLiteral("failed"), failed},
            {QStringLiteral("dead"), dead},
            {QStringLiteral("conflicts"), conflicts},
            {QStringLiteral("lastSyncedAt"), timeOrNull(lastSyncedAt)},
            {QStringLiteral("nextRetryAt"), timeOrNull(nextRetryAt)},
            {QStringLiteral("tables"), described}};
}

} // namespace Tideline

#include "moc_syncreport.cpp"
