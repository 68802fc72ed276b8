// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncentry.h>

#include <variant>

namespace Tideline {

class TIDELINE_EXPORT SyncDrainComplete
{
    Q_GADGET
    Q_PROPERTY(int pushed MEMBER pushed)
    Q_PROPERTY(int remaining MEMBER remaining)

public:
    int pushed = 0;
    int remaining = 0;
};

class TIDELINE_EXPORT SyncPullComplete
{
    Q_GADGET
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(int rowCount MEMBER rowCount)

public:
    QString table;
    int rowCount = 0;
};

class TIDELINE_EXPORT SyncAuthRequired
{
    Q_GADGET
    Q_PROPERTY(Tideline::Failure error MEMBER error)

public:
    Failure error;
};

class TIDELINE_EXPORT SyncConflict
{
    Q_GADGET
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(QString recordId MEMBER recordId)
    Q_PROPERTY(QVariant localVersion MEMBER localVersion)
    Q_PROPERTY(QVariant remoteVersion MEMBER remoteVersion)
    Q_PROPERTY(QVariant baseVersion MEMBER baseVersion)
    Q_PROPERTY(QVariant resolvedVersion MEMBER resolvedVersion)
    Q_PROPERTY(Tideline::ConflictStrategy strategyUsed MEMBER strategyUsed)

public:
    QString table;
    QString recordId;
    QVariant localVersion; // a QVariantMap, or null where the row does not exist
    QVariant remoteVersion;
    QVariant baseVersion;
    QVariant resolvedVersion; // null also while the conflict is open
    ConflictStrategy strategyUsed = ConflictStrategy::LastWriteWins;
};

class TIDELINE_EXPORT SyncPoisonPill
{
    Q_GADGET
    Q_PROPERTY(Tideline::SyncEntry entry MEMBER entry)
    Q_PROPERTY(Tideline::Failure error MEMBER error)

public:
    SyncEntry entry;
    Failure error;
};

class TIDELINE_EXPORT SyncRetryScheduled
{
    Q_GADGET
    Q_PROPERTY(Tideline::SyncEntry entry MEMBER entry)
    Q_PROPERTY(QDateTime nextRetryAt MEMBER nextRetryAt)
    Q_PROPERTY(Tideline::Failure error MEMBER error)

public:
    SyncEntry entry;
    QDateTime nextRetryAt;
    Failure error;
};

class TIDELINE_EXPORT SyncError
{
    Q_GADGET
    Q_PROPERTY(Tideline::Failure error MEMBER error)
    Q_PROPERTY(QString context MEMBER context)
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(QString recordId MEMBER recordId)

public:
    Failure error;
    QString context; // what was being done: "push", "pull", "status", "resolver"
    QString table;   // empty where it concerns no single table
    QString recordId;
};

// Any of the seven, with the time at which it happened. Sensitive fields are masked already.
class TIDELINE_EXPORT SyncEvent
{
    Q_GADGET
    Q_PROPERTY(QString name READ name)
    Q_PROPERTY(QDateTime timestamp MEMBER timestamp)

public:
    using Detail = std::variant<SyncDrainComplete, SyncPullComplete, SyncAuthRequired, SyncConflict, SyncPoisonPill,
                                SyncRetryScheduled, SyncError>;

    QDateTime timestamp;
    Detail detail;

    QString name() const;  // "SyncDrainComplete", ...
    QString table() const; // empty where the event concerns no table
    QString recordId() const;
    // {"event", "timestamp", ...} in the shape of cli.md
    Q_INVOKABLE QVariantMap toVariantMap() const;
};

// The "entry" object of cli.md.
TIDELINE_EXPORT QVariantMap toVariantMap(const SyncEntry &entry);
TIDELINE_EXPORT QVariantMap toVariantMap(const ConflictRecord &conflict);
TIDELINE_EXPORT QVariant toVariant(const std::optional<QVariantMap> &row);

// Every value of a sensitive field becomes "***", at any depth.
TIDELINE_EXPORT QVariantMap masked(const QVariantMap &values, const QStringList &sensitiveFields);
TIDELINE_EXPORT SyncEntry masked(SyncEntry entry, const QStringList &sensitiveFields);
TIDELINE_EXPORT ConflictRecord masked(ConflictRecord conflict, const QStringList &sensitiveFields);

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::SyncDrainComplete)
Q_DECLARE_METATYPE(Tideline::SyncPullComplete)
Q_DECLARE_METATYPE(Tideline::SyncAuthRequired)
Q_DECLARE_METATYPE(Tideline::SyncConflict)
Q_DECLARE_METATYPE(Tideline::SyncPoisonPill)
Q_DECLARE_METATYPE(Tideline::SyncRetryScheduled)
Q_DECLARE_METATYPE(Tideline::SyncError)
Q_DECLARE_METATYPE(Tideline::SyncEvent)
