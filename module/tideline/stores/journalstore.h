// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/syncentry.h>
#include <tideline/stores/storetransaction.h>

#include <QtCore/QList>

namespace Tideline {

class JournalFilter
{
public:
    QString table;
    QString recordId;
    QString text;
    std::optional<bool> open; // conflicts only
    qint64 limit = -1;        // the newest ones
    qint64 offset = 0;
};

class LoggedEvent
{
public:
    qint64 sequence = 0;
    QDateTime at;
    QString name;
    QString table;
    QString recordId;
    QVariantMap detail; // as SyncEvent::toVariantMap() gave it

    friend bool operator==(const LoggedEvent &, const LoggedEvent &) = default;
};

// What was decided and what happened: conflicts, events, rows that could not be applied.
class TIDELINE_EXPORT JournalStore
{
public:
    JournalStore() = default;
    virtual ~JournalStore();
    Q_DISABLE_COPY_MOVE(JournalStore)

    virtual Result<ConflictRecord> conflict(const QString &conflictId) = 0;           // fails with Invalid when unknown
    virtual Result<QList<ConflictRecord>> conflicts(const JournalFilter &filter) = 0; // oldest first
    virtual Result<qint64> openConflictCount() = 0;
    virtual Result<QList<LoggedEvent>> events(const JournalFilter &filter) = 0; // oldest first
    virtual Result<qint64> quarantinedCount() = 0;
    virtual Result<QStringList> quarantinedRecords(const QString &table) = 0;

    virtual Result<void> saveConflict(StoreTransaction &transaction,
                                      const ConflictRecord &conflict) = 0; // new or changed
    // The newest 10,000 are kept.
    virtual Result<void> appendEvent(StoreTransaction &transaction, const LoggedEvent &event) = 0;
    // A row that could not be applied; a later one of the same record replaces it.
    virtual Result<void> quarantine(StoreTransaction &transaction, const QString &table, const QString &recordId,
                                    const QVariantMap &row, const Failure &reason, const QDateTime &at) = 0;
    // Fine when it is not there.
    virtual Result<void> release(StoreTransaction &transaction, const QString &table, const QString &recordId) = 0;
    virtual Result<void> clear(StoreTransaction &transaction) = 0;
};

} // namespace Tideline
