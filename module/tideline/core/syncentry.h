// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/core/synctypes.h>

#include <QtCore/QDateTime>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <optional>

namespace Tideline {

// One queued change. payload holds the columns to send (empty for a delete); base is the last server version of the row
// that this client had seen when the change was made, null when it knew of none.
class TIDELINE_EXPORT SyncEntry
{
    Q_GADGET
    Q_PROPERTY(qint64 sequence MEMBER sequence)
    Q_PROPERTY(QString id MEMBER id)
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(QString recordId MEMBER recordId)
    Q_PROPERTY(Tideline::SyncOperation operation MEMBER operation)
    Q_PROPERTY(QVariantMap payload MEMBER payload)
    Q_PROPERTY(QDateTime createdAt MEMBER createdAt)
    Q_PROPERTY(int retryCount MEMBER retryCount)
    Q_PROPERTY(QDateTime nextRetryAt MEMBER nextRetryAt)
    Q_PROPERTY(Tideline::EntryState state MEMBER state)
    Q_PROPERTY(Tideline::Failure error MEMBER error)

public:
    qint64 sequence = 0;
    QString id;
    QString table;
    QString recordId;
    SyncOperation operation = SyncOperation::Upsert;
    QVariantMap payload;
    std::optional<QVariantMap> base;
    QDateTime createdAt;
    int retryCount = 0; // refusals only: being offline never counts
    QDateTime nextRetryAt;
    EntryState state = EntryState::Pending;
    Failure error;          // the last one
    QDateTime sentAt;       // set, durably, before the bytes leave: the outcome may be unknown
    QDateTime finishedAt;   // when it became done, dead, superseded or discarded
    QString heldBy;         // id of the conflict or dead letter that this entry waits for
    QString mergedInto;     // id of the earlier entry of the record that carries this change to the server
    bool isDamaged = false; // its stored payload, base or operation cannot be read

    bool isUnsynced() const { return !isDamaged && (state == EntryState::Pending || state == EntryState::InFlight); }

    friend bool operator==(const SyncEntry &, const SyncEntry &) = default;
};

class TIDELINE_EXPORT SyncAttempt
{
    Q_GADGET
    Q_PROPERTY(QDateTime at MEMBER at)
    Q_PROPERTY(Tideline::Failure failure MEMBER failure)

public:
    QDateTime at;
    Failure failure;

    friend bool operator==(const SyncAttempt &, const SyncAttempt &) = default;
};

// A decision between two versions of one record, kept so that the loser can be had back. An empty optional is "the row
// does not exist".
class TIDELINE_EXPORT ConflictRecord
{
    Q_GADGET
    Q_PROPERTY(QString id MEMBER id)
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(QString recordId MEMBER recordId)
    Q_PROPERTY(Tideline::ConflictStrategy strategy MEMBER strategy)
    Q_PROPERTY(bool isOpen MEMBER isOpen)
    Q_PROPERTY(QDateTime at MEMBER at)

public:
    QString id;
    QString table;
    QString recordId;
    ConflictStrategy strategy = ConflictStrategy::LastWriteWins;
    bool isOpen = false;
    std::optional<QVariantMap> base;
    std::optional<QVariantMap> local;
    std::optional<QVariantMap> remote;
    std::optional<QVariantMap> resolved; // meaningless while open
    QDateTime at;

    friend bool operator==(const ConflictRecord &, const ConflictRecord &) = default;
};

class TIDELINE_EXPORT SyncCursor
{
    Q_GADGET
    Q_PROPERTY(QString table MEMBER table)
    Q_PROPERTY(QString value MEMBER value)
    Q_PROPERTY(QDateTime pulledAt MEMBER pulledAt)

public:
    QString table;
    QString value;          // opaque: only the remote store that made it reads it
    QDateTime pulledAt;     // when a pull of the table last ended well
    QDateTime reconciledAt; // when its ids were last compared

    friend bool operator==(const SyncCursor &, const SyncCursor &) = default;
};

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::SyncEntry)
Q_DECLARE_METATYPE(Tideline::SyncAttempt)
Q_DECLARE_METATYPE(Tideline::ConflictRecord)
Q_DECLARE_METATYPE(Tideline::SyncCursor)
