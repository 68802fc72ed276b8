// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/core/syncentry.h>
#include <tideline/core/synctypes.h>

#include <QtCore/QDateTime>
#include <QtCore/QList>

namespace Tideline {

// What one drain, pull or sync did.
class TIDELINE_EXPORT SyncReport
{
    Q_GADGET
    Q_PROPERTY(int pushed MEMBER pushed)
    Q_PROPERTY(int pulled MEMBER pulled)
    Q_PROPERTY(int dead MEMBER dead)
    Q_PROPERTY(int conflicts MEMBER conflicts)

public:
    int pushed = 0;
    int superseded = 0;
    int retrying = 0;
    int dead = 0;
    int pulled = 0;  // rows that changed here
    int deleted = 0; // rows that went from here
    int conflicts = 0;
    int quarantined = 0;
    int requests = 0;
    qint64 milliseconds = 0;
    QList<Failure> errors;

    void add(const SyncReport &other);
    void addError(const Failure &error);
    QVariantMap toVariantMap() const; // the document of cli.md
};

class TIDELINE_EXPORT TableStatus
{
public:
    QString name;
    qint64 rows = 0;
    qint64 pending = 0;
    qint64 dead = 0;
    QString cursor;
    QDateTime lastPulledAt;
};

// Where a database stands, as every process on it sees it.
class TIDELINE_EXPORT SyncStatus
{
public:
    SyncState state = SyncState::Idle;
    bool isOnline = true;
    qint64 pending = 0; // not acknowledged and not dead
    qint64 failed = 0;  // those of them with a last error
    qint64 dead = 0;
    qint64 conflicts = 0; // open ones
    QDateTime lastSyncedAt;
    QDateTime nextRetryAt;
    QList<TableStatus> tables;

    QVariantMap toVariantMap() const; // the document of cli.md
};

// One change among several of SyncEngine::writeAll().
class TIDELINE_EXPORT RecordChange
{
    Q_GADGET
    Q_PROPERTY(Tideline::SyncOperation operation MEMBER operation)
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(QString recordId MEMBER recordId)
    Q_PROPERTY(QVariantMap data MEMBER data)

public:
    SyncOperation operation = SyncOperation::Upsert;
    QString table;
    QString recordId;
    QVariantMap data; // empty for a deletion
};

// What write(), patch(), remove() and push() answer: the queued entry, or why nothing was stored.
class TIDELINE_EXPORT WriteResult
{
    Q_GADGET
    Q_PROPERTY(bool ok READ ok)
    Q_PROPERTY(Tideline::SyncEntry entry MEMBER entry)
    Q_PROPERTY(Tideline::Failure failure MEMBER failure)

public:
    SyncEntry entry;
    Failure failure;

    bool ok() const { return !failure.isFailure(); }
    explicit operator bool() const { return ok(); }
};

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::SyncReport)
Q_DECLARE_METATYPE(Tideline::RecordChange)
Q_DECLARE_METATYPE(Tideline::WriteResult)
