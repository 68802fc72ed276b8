// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncconfig.h>
#include <tideline/core/syncevent.h>
#include <tideline/stores/storage.h>

#include <QtCore/QSet>

#include <functional>
#include <memory>

namespace Tideline {

// What leaves a finished unit of work. Called on the thread of its storage.
class WorkListener
{
public:
    virtual ~WorkListener() = default;
    virtual void workCommitted(const QList<SyncEvent> &events, const QSet<QString> &changedTables) = 0;
};

// One transaction of the engine. What it reports is logged in the same transaction and told only after the commit:
// there is one event for each thing that happened and none for one that did not. It fails with Cancelled when the
// session that it was begun for has ended: nothing of an old session is written after a logout, by whatever process.
class UnitOfWork
{
public:
    UnitOfWork(Storage &storage, const SyncConfig &config, const Clock &clock, WorkListener *listener);

    // session: the fence; empty: none.
    Result<void> begin(const QString &session);
    Result<void> commit();

    Storage &storage() const { return m_storage; }
    StoreTransaction &transaction() const { return *m_transaction; }
    const SyncConfig &config() const { return m_config; }
    QDateTime now() const { return m_now; }

    void report(const SyncEvent::Detail &detail);
    void touch(const QString &table) { m_changedTables.insert(table); }

private:
    Storage &m_storage;
    const SyncConfig &m_config;
    QDateTime m_now;
    WorkListener *m_listener;
    std::unique_ptr<StoreTransaction> m_transaction;
    QList<SyncEvent> m_events;
    QSet<QString> m_changedTables;
};

// The same event with sensitive fields masked.
SyncEvent masked(SyncEvent event, const QStringList &sensitiveFields);

} // namespace Tideline
