// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/formats.h"

#include <QtCore/QLocale>
#include <QtCore/QTimeZone>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

QString Formats::duration(qint64 seconds)
{
    if (seconds < 60)
        return tr("%1 s").arg(seconds);
    const qint64 minutes = seconds / 60;
    if (minutes < 60)
        return tr("%1 min").arg(minutes);
    const qint64 hours = minutes / 60;
    if (hours < 24)
        return minutes % 60 == 0 ? tr("%1 h").arg(hours) : tr("%1 h %2 min").arg(hours).arg(minutes % 60);
    const QString days = number(hours / 24);
    return hours % 24 == 0 ? tr("%1 d").arg(days) : tr("%1 d %2 h").arg(days).arg(hours % 24);
}

QString Formats::relativeTime(const QDateTime &time, const QDateTime &now)
{
    if (!time.isValid())
        return {};
    const qint64 seconds = time.secsTo(now);
    if (seconds < -1)
        return tr("in %1").arg(duration(-seconds));
    return seconds < 2 ? tr("just now") : tr("%1 ago").arg(duration(seconds));
}

QString Formats::absoluteTime(const QDateTime &time)
{
    if (!time.isValid())
        return {};
    const QDateTime local = time.toLocalTime();
    const QLocale locale;
    const qint64 offset = local.offsetFromUtc();
    const QString zone = u"UTC%1%2:%3"_s.arg(offset < 0 ? u"−"_s : u"+"_s)
                             .arg(qAbs(offset) / 3600, 2, 10, QLatin1Char('0'))
                             .arg(qAbs(offset) / 60 % 60, 2, 10, QLatin1Char('0'));
    //: 1: date, 2: time of day with seconds, 3: zone such as UTC+02:00
    return tr("%1, %2 %3")
        .arg(locale.toString(local.date(), QLocale::ShortFormat), local.time().toString(u"HH:mm:ss"_s),
             offset == 0 ? u"UTC"_s : zone);
}

QString Formats::number(qint64 value)
{
    return QLocale().toString(value);
}

QString Formats::bytes(qint64 value)
{
    return QLocale().formattedDataSize(value, value < 1024 ? 0 : 1);
}

QString Formats::entryState(const QString &state)
{
    EntryState value = EntryState::Pending;
    if (!fromText(state, &value))
        return state;
    switch (value) {
    case EntryState::Pending:
        return tr("Waiting");
    case EntryState::InFlight:
        return tr("Being sent");
    case EntryState::Dead:
        return tr("Dead letter");
    case EntryState::Done:
        return tr("Done");
    case EntryState::Superseded:
        return tr("Superseded");
    case EntryState::Discarded:
        return tr("Discarded");
    }
    return state;
}

QString Formats::operation(const QString &operation)
{
    SyncOperation value = SyncOperation::Upsert;
    if (!fromText(operation, &value))
        return operation;
    switch (value) {
    case SyncOperation::Upsert:
        return tr("Upsert");
    case SyncOperation::Delete:
        return tr("Delete");
    case SyncOperation::Patch:
        return tr("Patch");
    }
    return operation;
}

QString Formats::strategy(const QString &strategy)
{
    ConflictStrategy value = ConflictStrategy::Manual;
    if (!fromText(strategy, &value))
        return strategy;
    switch (value) {
    case ConflictStrategy::LastWriteWins:
        return tr("Last write wins");
    case ConflictStrategy::ServerWins:
        return tr("Server wins");
    case ConflictStrategy::ClientWins:
        return tr("Client wins");
    case ConflictStrategy::Custom:
        return tr("Decided by the application");
    case ConflictStrategy::FieldMerge:
        return tr("Field merge");
    case ConflictStrategy::Manual:
        return tr("Decided by a person");
    }
    return strategy;
}

QString Formats::conflictState(const QString &state)
{
    return state == "open"_L1 ? tr("Open") : tr("Resolved");
}

QString Formats::eventName(const QString &name)
{
    if (name == "SyncDrainComplete"_L1)
        return tr("Drain complete");
    if (name == "SyncPullComplete"_L1)
        return tr("Pull complete");
    if (name == "SyncAuthRequired"_L1)
        return tr("Sign-in required");
    if (name == "SyncConflict"_L1)
        return tr("Conflict");
    if (name == "SyncPoisonPill"_L1)
        return tr("Change refused for good");
    if (name == "SyncRetryScheduled"_L1)
        return tr("Retry scheduled");
    if (name == "SyncError"_L1)
        return tr("Error");
    return name;
}

QString Formats::failureCode(const Failure &failure)
{
    if (!failure.isFailure())
        return {};
    QStringList parts{Failure::codeName(failure.code)};
    if (failure.httpStatus != 0)
        parts.append(tr("HTTP %1").arg(failure.httpStatus));
    if (!failure.serverCode.isEmpty())
        parts.append(failure.serverCode);
    return parts.join(u", "_s);
}

QIcon Formats::icon(const QString &name)
{
    return QIcon(u":/tideline/icons/%1.svg"_s.arg(name));
}

QIcon Formats::entryIcon(const QString &state)
{
    EntryState value = EntryState::Pending;
    if (!fromText(state, &value))
        return {};
    switch (value) {
    case EntryState::Pending:
        return icon(u"waiting"_s);
    case EntryState::InFlight:
        return icon(u"sending"_s);
    case EntryState::Dead:
        return icon(u"dead"_s);
    case EntryState::Done:
    case EntryState::Superseded:
    case EntryState::Discarded:
        return icon(u"done"_s);
    }
    return {};
}

QIcon Formats::conflictIcon(const QString &state)
{
    return icon(state == "open"_L1 ? u"conflict"_s : u"done"_s);
}

QIcon Formats::eventIcon(const QString &name)
{
    if (name == "SyncDrainComplete"_L1)
        return icon(u"sending"_s);
    if (name == "SyncPullComplete"_L1)
        return icon(u"pull"_s);
    if (name == "SyncConflict"_L1)
        return icon(u"conflict"_s);
    if (name == "SyncPoisonPill"_L1)
        return icon(u"dead"_s);
    if (name == "SyncRetryScheduled"_L1)
        return icon(u"waiting"_s);
    return icon(u"warning"_s);
}

} // namespace Tideline::Inspector
