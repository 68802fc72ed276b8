// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/syncreport.h>

namespace Tideline {

/*!
    \class Tideline::SyncReport
    \inmodule Tideline
    \brief What one drain, pull or sync did; a value.

    \c pulled and \c deleted count rows that changed here, so that an idle pull gives 0. \c errors is empty when
    everything that was due got done; it holds at most twenty failures.
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

void SyncReport::addError(const Failure &error)
{
    constexpr qsizetype enough = 20;
    if (errors.size() < enough && !errors.contains(error))
        errors.append(error);
}

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
