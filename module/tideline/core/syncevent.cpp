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

QString SyncEvent::name() const
{
    static const QStringList names{QStringLiteral("SyncDrainComplete"), QStringLiteral("SyncPullComplete"),
                                   QStringLiteral("SyncAuthRequired"),  QStringLiteral("SyncConflict"),
                                   QStringLiteral("SyncPoisonPill"),    QStringLiteral("SyncRetryScheduled"),
                                   QStringLiteral("SyncError")};
    static_assert(std::variant_size_v<Detail> == 7);
    return names.at(static_cast<qsizetype>(detail.index()));
}

QString SyncEvent::table() const
{
    return std::visit(Overloaded{[](const SyncDrainComplete &) { return QString(); },
                                 [](const SyncAuthRequired &) { return QString(); },
                                 [](const SyncPoisonPill &event) { return event.entry.table; },
                                 [](const SyncRetryScheduled &event) { return event.entry.table; },
                                 [](const auto &event) { return event.table; }},
                      detail);
}

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

QVariantMap SyncEvent::toVariantMap() const
{
    QVariantMap map = std::visit([](const auto &event) { return describe(event); }, detail);
    map.insert(QStringLiteral("event"), name());
    map.insert(QStringLiteral("timestamp"), toText(timestamp));
    return map;
}

QVariant toVariant(const std::optional<QVariantMap> &row)
{
    return row ? QVariant(*row) : QVariant();
}

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
            {QStringLiteral("error"), entry.error.isFailure() ? QVariant(entry.error.toVariantMap()) : QVariant()}};
}

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

QVariantMap masked(const QVariantMap &values, const QStringList &sensitiveFields)
{
    if (sensitiveFields.isEmpty())
        return values;
    QVariantMap result = values;
    for (auto it = result.begin(); it != result.end(); ++it)
        it.value() = sensitiveFields.contains(it.key()) ? QVariant(mask) : maskedValue(it.value(), sensitiveFields);
    return result;
}

SyncEntry masked(SyncEntry entry, const QStringList &sensitiveFields)
{
    entry.payload = masked(entry.payload, sensitiveFields);
    if (entry.base)
        entry.base = masked(*entry.base, sensitiveFields);
    return entry;
}

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
