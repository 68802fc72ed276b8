// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/syncevent.h>

namespace Tideline {

namespace {

const QString mask = QStringLiteral("***");

QVariant maskedValue(const QVariant &value, const QStringList &sensitiveFields)
{
    if (value.metaType() == QMetaType::fromType<QVariantMap>())
        return masked(value.toMap(), sensitiveFields);
    if (value.metaType() == QMetaType::fromType<QVariantList>()) {
        QVariantList list = value.toList();
        for (QVariant &element : list)
            element = maskedValue(element, sensitiveFields);
        return list;
    }
    return value;
}

QVariant textOrNull(const QString &text)
{
    return text.isEmpty() ? QVariant() : QVariant(text);
}

QVariant timeOrNull(const QDateTime &time)
{
    return time.isValid() ? QVariant(toText(time)) : QVariant();
}

QVariantMap describe(const SyncDrainComplete &event)
{
    return {{QStringLiteral("pushed"), event.pushed}, {QStringLiteral("remaining"), event.remaining}};
}

QVariantMap describe(const SyncPullComplete &event)
{
    return {{QStringLiteral("table"), event.table}, {QStringLiteral("rowCount"), event.rowCount}};
}

QVariantMap describe(const SyncAuthRequired &event)
{
    return {{QStringLiteral("error"), event.error.toVariantMap()}};
}

QVariantMap describe(const SyncConflict &event)
{
    return {{QStringLiteral("table"), event.table},
            {QStringLiteral("recordId"), event.recordId},
            {QStringLiteral("localVersion"), event.localVersion},
            {QStringLiteral("remoteVersion"), event.remoteVersion},
            {QStringLiteral("baseVersion"), event.baseVersion},
            {QStringLiteral("resolvedVersion"), event.resolvedVersion},
            {QStringLiteral("strategyUsed"), toText(event.strategyUsed)}};
}

QVariantMap describe(const SyncPoisonPill &event)
{
    return {{QStringLiteral("entry"), toVariantMap(event.entry)},
            {QStringLiteral("error"), event.error.toVariantMap()}};
}

QVariantMap describe(const SyncRetryScheduled &event)
{
    return {{QStringLiteral("entry"), toVariantMap(event.entry)},
            {QStringLiteral("nextRetryAt"), timeOrNull(event.nextRetryAt)},
            {QStringLiteral("error"), event.error.toVariantMap()}};
}

QVariantMap describe(const SyncError &event)
{
    QVariantMap map{{QStringLiteral("error"), event.error.toVariantMap()}, {QStringLiteral("context"), event.context}};
    if (!event.table.isEmpty())
        map.insert(QStringLiteral("table"), event.table);
    if (!event.recordId.isEmpty())
        map.insert(QStringLiteral("recordId"), event.recordId);
    return map;
}

template <typename... Visitors>
struct Overloaded : Visitors...
{
    using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

} // namespace

/*!
    \class Tideline::SyncEvent
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief Something that happened: any of the seven events, with its time; a value.

    An event is logged in the transaction that it tells of and told after the commit. Sensitive fields are masked in it.
*/

/*!
    \variable Tideline::SyncEvent::timestamp
    When it happened, by this machine's clock, in UTC.
*/

/*!
    \variable Tideline::SyncEvent::detail
    The event itself.
*/

/*!
    \typedef Tideline::SyncEvent::Detail
    One of SyncDrainComplete, SyncPullComplete, SyncAuthRequired, SyncConflict, SyncPoisonPill, SyncRetryScheduled and
    SyncError.
*/

/*!
    \class Tideline::SyncDrainComplete
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief A drain has ended, well or not.

    \c pushed entries were acknowledged by it, \c remaining are neither acknowledged nor dead, in all tables.
*/

/*!
    \class Tideline::SyncPullComplete
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief The pull of \c table has reached its end.

    \c rowCount rows have changed or gone here.
*/

/*!
    \class Tideline::SyncAuthRequired
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief The server does not accept the sign-in, and the token provider had no better token.

    \c error is the failure. It comes once, until a request succeeds.
*/

/*!
    \class Tideline::SyncConflict
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief A version of the server's has met pending changes of \c recordId in \c table.

    The versions are QVariantMaps, or invalid where the row does not exist: \c baseVersion is what the changes were made
    on, \c localVersion the base with the changes, \c remoteVersion the server's, \c resolvedVersion what both sides are
    to have, invalid also while the conflict is open. \c strategyUsed has decided or is to decide. The same conflict
    comes again when somebody has chosen.
*/

/*!
    \class Tideline::SyncPoisonPill
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief An \c entry has become a dead letter, because of \c error. It is kept.
*/

/*!
    \class Tideline::SyncRetryScheduled
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief An \c entry has failed with \c error and will be sent again at \c nextRetryAt.

    Where the whole server fails the queue pauses, and one event tells of the first entry that met the failure.
*/

/*!
    \class Tideline::SyncError
    \inmodule Tideline
    \inheaderfile tideline/core/syncevent.h
    \brief Something went wrong that is told by none of the other events.

    A row that cannot be stored or is another user's, a table that the server does not know or whose pull failed,
    columns that have no place here, a status that cannot be read, a resolver's answer that cannot be used. The last two
    are told only, not logged.
*/

/*!
    \variable Tideline::SyncError::error
    The reason.
*/

/*!
    \variable Tideline::SyncError::context
    What was being done: \c push, \c pull, \c status or \c resolver.
*/

/*!
    \variable Tideline::SyncError::table
    The table; empty where it concerns no single one.
*/

/*!
    \variable Tideline::SyncError::recordId
    The record; empty where it concerns no single one.
*/

/*!
    The name of the event's class: \c SyncDrainComplete, ...
*/
QString SyncEvent::name() const
{
    static const QStringList names{QStringLiteral("SyncDrainComplete"), QStringLiteral("SyncPullComplete"),
                                   QStringLiteral("SyncAuthRequired"),  QStringLiteral("SyncConflict"),
                                   QStringLiteral("SyncPoisonPill"),    QStringLiteral("SyncRetryScheduled"),
                                   QStringLiteral("SyncError")};
    static_assert(std::variant_size_v<Detail> == 7);
    return names.at(static_cast<qsizetype>(detail.index()));
}

/*!
    The table that it concerns; empty where it concerns no single one.
*/
QString SyncEvent::table() const
{
    return std::visit(Overloaded{[](const SyncDrainComplete &) { return QString(); },
                                 [](const SyncAuthRequired &) { return QString(); },
                                 [](const SyncPoisonPill &event) { return event.entry.table; },
                                 [](const SyncRetryScheduled &event) { return event.entry.table; },
                                 [](const auto &event) { return event.table; }},
                      detail);
}

/*!
    The record that it concerns; empty where it concerns no single one.
*/
QString SyncEvent::recordId() const
{
    return std::visit(Overloaded{[](const SyncDrainComplete &) { return QString(); },
                                 [](const SyncPullComplete &) { return QString(); },
                                 [](const SyncAuthRequired &) { return QString(); },
                                 [](const SyncPoisonPill &event) { return event.entry.recordId; },
                                 [](const SyncRetryScheduled &event) { return event.entry.recordId; },
                                 [](const auto &event) { return event.recordId; }},
                      detail);
}

/*!
    The event as the JSON object of the command line and of the event log: \c event (its name()), \c timestamp (as
    toText() spells it) and the members of its class.
*/
QVariantMap SyncEvent::toVariantMap() const
{
    QVariantMap map = std::visit([](const auto &event) { return describe(event); }, detail);
    map.insert(QStringLiteral("event"), name());
    map.insert(QStringLiteral("timestamp"), toText(timestamp));
    return map;
}

/*!
    \a row as a QVariantMap, or an invalid QVariant where it is empty.
*/
QVariant toVariant(const std::optional<QVariantMap> &row)
{
    return row ? QVariant(*row) : QVariant();
}

/*!
    \a entry as the JSON object of the command line: \c id, \c seq, \c table, \c recordId, \c operation, \c payload,
    \c base, \c createdAt, \c retryCount, \c nextRetryAt, \c state, \c error, \c heldBy and \c mergedInto, with null for
    what is not set. Nothing is masked.
*/
QVariantMap toVariantMap(const SyncEntry &entry)
{
    return {{QStringLiteral("id"), entry.id},
            {QStringLiteral("seq"), entry.sequence},
            {QStringLiteral("table"), entry.table},
            {QStringLiteral("recordId"), entry.recordId},
            {QStringLiteral("operation"), toText(entry.operation)},
            {QStringLiteral("payload"), entry.payload},
            {QStringLiteral("base"), toVariant(entry.base)},
            {QStringLiteral("createdAt"), timeOrNull(entry.createdAt)},
            {QStringLiteral("retryCount"), entry.retryCount},
            {QStringLiteral("nextRetryAt"), timeOrNull(entry.nextRetryAt)},
            {QStringLiteral("state"), toText(entry.state)},
            {QStringLiteral("error"), entry.error.isFailure() ? QVariant(entry.error.toVariantMap()) : QVariant()},
            {QStringLiteral("heldBy"), textOrNull(entry.heldBy)},
            {QStringLiteral("mergedInto"), textOrNull(entry.mergedInto)}};
}

/*!
    \overload
    For \a conflict: \c id, \c table, \c recordId, \c strategy, \c state (\c open or \c resolved), \c base, \c local,
    \c remote, \c resolved and \c at, with null for a version in which the row does not exist. Nothing is masked.
*/
QVariantMap toVariantMap(const ConflictRecord &conflict)
{
    return {{QStringLiteral("id"), conflict.id},
            {QStringLiteral("table"), conflict.table},
            {QStringLiteral("recordId"), conflict.recordId},
            {QStringLiteral("strategy"), toText(conflict.strategy)},
            {QStringLiteral("state"), conflict.isOpen ? QStringLiteral("open") : QStringLiteral("resolved")},
            {QStringLiteral("base"), toVariant(conflict.base)},
            {QStringLiteral("local"), toVariant(conflict.local)},
            {QStringLiteral("remote"), toVariant(conflict.remote)},
            {QStringLiteral("resolved"), toVariant(conflict.resolved)},
            {QStringLiteral("at"), toText(conflict.at)}};
}

/*!
    \a values with \c{***} for the value of every field that \a sensitiveFields name, at any depth.
*/
QVariantMap masked(const QVariantMap &values, const QStringList &sensitiveFields)
{
    if (sensitiveFields.isEmpty())
        return values;
    QVariantMap result = values;
    for (auto it = result.begin(); it != result.end(); ++it)
        it.value() = sensitiveFields.contains(it.key()) ? QVariant(mask) : maskedValue(it.value(), sensitiveFields);
    return result;
}

/*!
    \overload
    \a entry with \a sensitiveFields masked in its payload and in its base.
*/
SyncEntry masked(SyncEntry entry, const QStringList &sensitiveFields)
{
    entry.payload = masked(entry.payload, sensitiveFields);
    if (entry.base)
        entry.base = masked(*entry.base, sensitiveFields);
    return entry;
}

/*!
    \overload
    \a conflict with \a sensitiveFields masked in its four versions.
*/
ConflictRecord masked(ConflictRecord conflict, const QStringList &sensitiveFields)
{
    for (std::optional<QVariantMap> *row : {&conflict.base, &conflict.local, &conflict.remote, &conflict.resolved}) {
        if (*row)
            *row = masked(**row, sensitiveFields);
    }
    return conflict;
}

} // namespace Tideline

#include "moc_syncevent.cpp"
