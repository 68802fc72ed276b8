// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultedreplica.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QFutureWatcher>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace std::chrono_literals;

namespace Tideline {

namespace {

const QString notes = QStringLiteral("notes");

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

} // namespace

FaultedReplica::FaultedReplica(FaultProxy &proxy, const Options &options)
    : m_proxy(proxy)
{
    open(options);
    const QFuture<Result<QStringList>> made = m_engine->createTables();
    if (!QTest::qWaitFor([&] { return made.isFinished(); }, 20000) || !made.result())
        qFatal("no local tables");
    m_proxy.forget();
}

void FaultedReplica::open(const Options &options)
{
    SqliteOptions file;
    file.path = m_directory.filePath(QStringLiteral("app.db"));
    file.synchronous = SqliteOptions::Synchronous::Normal;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    SupabaseOptions server = options.server;
    server.url = m_proxy.url();
    setup.remote = SupabaseRemoteStore::factory(server);
    setup.config = options.config;
    setup.tables = {TableConfig(notes), TableConfig(QStringLiteral("children")),
                    TableConfig(QStringLiteral("guarded"))};
    setup.clock = m_clock.clock();
    setup.random = [] { return 0.5; };
    m_engine = std::make_unique<SyncEngine>(setup);
    QObject::connect(m_engine.get(), &SyncEngine::poisonPillFound, m_engine.get(),
                     [count = m_poisonPills] { ++*count; });
    QObject::connect(m_engine.get(), &SyncEngine::authRequired, m_engine.get(), [count = m_authRequests] { ++*count; });
    if (!m_engine->open())
        qFatal("the engine does not open");
}

void FaultedReplica::reopen(const Options &options)
{
    m_engine.reset();
    open(options);
}

bool FaultedReplica::write(const QString &id, const QString &title)
{
    return bool(m_engine->write(notes, id, titled(title)));
}

bool FaultedReplica::patch(const QString &id, const QString &title)
{
    return bool(m_engine->patch(notes, id, titled(title)));
}

bool FaultedReplica::remove(const QString &id)
{
    return bool(m_engine->remove(notes, id));
}

SyncReport FaultedReplica::wait(const QFuture<SyncReport> &future)
{
    // Told through the event queue, and so after every event that the round reported before.
    QFutureWatcher<SyncReport> watcher;
    const QSignalSpy finished(&watcher, &QFutureWatcherBase::finished);
    watcher.setFuture(future);
    if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 60000))
        qFatal("the round did not end");
    return future.result();
}

SyncReport FaultedReplica::drain()
{
    return wait(m_engine->drain());
}

SyncReport FaultedReplica::pull()
{
    return wait(m_engine->pullAll(SyncEngine::Urgency::Now));
}

int FaultedReplica::passTime(std::chrono::seconds time, std::chrono::seconds step)
{
    int requests = 0;
    for (std::chrono::seconds passed = 0s; passed < time; passed += step) {
        requests += drain().requests;
        m_clock.advance(step);
    }
    return requests;
}

bool FaultedReplica::deliver()
{
    for (int i = 0; i < 100 && pendingCount() > 0; ++i) {
        m_clock.advance(2min);
        drain();
    }
    return pendingCount() == 0;
}

QList<SyncEntry> FaultedReplica::entries(const QList<EntryState> &states) const
{
    EntryFilter filter;
    filter.states = states;
    const Result<QList<SyncEntry>> found = m_engine->storage()->queue().entries(filter);
    if (!found)
        qFatal("the queue cannot be read");
    return *found;
}

qsizetype FaultedReplica::pendingCount() const
{
    return entries({EntryState::Pending, EntryState::InFlight}).size();
}

qsizetype FaultedReplica::deadCount() const
{
    return entries({EntryState::Dead}).size();
}

int FaultedReplica::retryCount() const
{
    int count = 0;
    const QList<SyncEntry> all = entries({EntryState::Pending, EntryState::InFlight, EntryState::Dead, EntryState::Done,
                                          EntryState::Superseded, EntryState::Discarded});
    for (const SyncEntry &entry : all)
        count += entry.retryCount;
    return count;
}

QMap<QString, QString> FaultedReplica::titles() const
{
    QMap<QString, QString> titles;
    for (const QString &table : m_engine->tableNames()) {
        const Result<QList<QVariantMap>> rows = m_engine->rows(table);
        if (!rows)
            qFatal("the local rows cannot be read");
        for (const QVariantMap &row : *rows)
            titles.insert(table + QLatin1Char(' ') + row.value(QStringLiteral("id")).toString(),
                          row.value(QStringLiteral("title")).toString());
    }
    return titles;
}

} // namespace Tideline
