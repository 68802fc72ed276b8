// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "fakeclock.h"
#include "faultproxy.h"

#include <tideline/engine/syncengine.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QMap>
#include <QtCore/QTemporaryDir>

#include <memory>

namespace Tideline {

// One client behind a FaultProxy: a database on disk and an engine on it, with a clock that a test moves. Its drains
// are scheduled ones: they make no request before its time.
class FaultedReplica
{
public:
    class Options
    {
    public:
        SupabaseOptions server; // its url is the proxy's
        SyncConfig config;
    };

    // With empty local tables for those of HistoryServer.
    FaultedReplica(FaultProxy &proxy, const Options &options);

    // Ends the engine and begins another one on the same database, as another process would.
    void reopen(const Options &options);
    SyncEngine *operator->() const { return m_engine.get(); }
    FakeClock &clock() { return m_clock; }

    bool write(const QString &id, const QString &title);
    bool patch(const QString &id, const QString &title);
    bool remove(const QString &id);

    SyncReport drain();
    SyncReport pull();
    QFuture<SyncReport> beginDrain() { return m_engine->drain(); }
    static SyncReport wait(const QFuture<SyncReport> &future);
    // Drains every few seconds of that time; the number of requests that it took.
    int passTime(std::chrono::seconds time, std::chrono::seconds step = std::chrono::seconds(5));
    // Drains until nothing waits any more, with time enough in between. False: something still does.
    bool deliver();

    QList<SyncEntry> entries(const QList<EntryState> &states = {}) const;
    qsizetype pendingCount() const;
    qsizetype deadCount() const;
    // The sum over all entries.
    int retryCount() const;
    // By "table id": the title.
    QMap<QString, QString> titles() const;

    int poisonPillCount() const { return *m_poisonPills; }
    int authRequiredCount() const { return *m_authRequests; }

private:
    void open(const Options &options);

    FaultProxy &m_proxy;
    QTemporaryDir m_directory;
    FakeClock m_clock;
    std::shared_ptr<int> m_poisonPills = std::make_shared<int>();
    std::shared_ptr<int> m_authRequests = std::make_shared<int>();
    std::unique_ptr<SyncEngine> m_engine;
};

} // namespace Tideline
