// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/tableconfig.h>
#include <tideline/stores/journalstore.h>
#include <tideline/stores/queuestore.h>
#include <tideline/stores/timestampstore.h>

#include <QtCore/QMap>
#include <QtCore/QMutex>

#include <memory>

namespace Tideline {

class MemoryTable
{
public:
    TableSchema schema;
    QMap<QString, QVariantMap> rows; // by record id
};

// Everything that a database holds. Copies are cheap: the containers share until one of them is changed.
class MemoryData
{
public:
    QMap<QString, MemoryTable> tables;
    QMap<qint64, SyncEntry> entries;
    QHash<QString, qint64> sequences; // entry id -> sequence
    qint64 lastSequence = 0;
    QHash<QString, QList<SyncAttempt>> attempts;
    QMap<QString, SyncCursor> cursors;
    QList<ConflictRecord> conflicts;
    QList<LoggedEvent> events;
    qint64 lastEvent = 0;
    QMap<std::pair<QString, QString>, QVariantMap> quarantine;
    QVariantMap session;
    QMap<QString, bool> enrolled;
    QString leaseHolder;
    QDateTime leaseUntil;
};

// What is committed, shared by the storages of all threads: hence the mutexes.
class MemoryDatabase
{
public:
    MemoryData committed() const;
    qint64 version() const;

    // The write lock. unlock() on the thread that locked.
    bool lock();
    void commit(const MemoryData &data);
    void unlock();

private:
    mutable QMutex m_dataMutex;
    QMutex m_writeMutex;
    MemoryData m_data;
    qint64 m_version = 0;
};

// What the stores of one storage see: the committed data, or in a transaction of theirs the changed copy.
class MemoryView
{
public:
    explicit MemoryView(std::shared_ptr<MemoryDatabase> database);

    Result<std::unique_ptr<StoreTransaction>> begin();
    MemoryData read() const;
    // Null unless the transaction is the one that is open here.
    MemoryData *change(const StoreTransaction &transaction);
    qint64 foreignVersion() const; // commits of other storages

    static Failure noTransaction();

private:
    friend class MemoryTransaction;
    std::shared_ptr<MemoryDatabase> m_database;
    std::unique_ptr<MemoryData> m_changed;
    const StoreTransaction *m_transaction = nullptr;
    qint64 m_ownCommits = 0;
};

class MemoryTransaction final : public StoreTransaction
{
public:
    explicit MemoryTransaction(MemoryView &view);
    ~MemoryTransaction() override;
    Result<void> commit() override;

private:
    void end();
    MemoryView &m_view;
    bool m_isOpen = true;
};

} // namespace Tideline
