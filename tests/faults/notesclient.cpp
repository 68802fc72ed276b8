// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "notesclient.h"

#include "logserver.h"

#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QEventLoop>
#include <QtCore/QFutureWatcher>

namespace Tideline {

namespace {

const QString notes = QStringLiteral("notes");

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

} // namespace

SyncSetup NotesSetup::engine(const NotesSetup &notesSetup)
{
    SqliteOptions file;
    file.path = notesSetup.database;
    file.busyTimeout = notesSetup.busyTimeout;
    file.synchronous = SqliteOptions::Synchronous::Normal; // the machine does not fail here, only the process
    SupabaseOptions remote;
    remote.url = notesSetup.url;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = notesSetup.log.isEmpty() ? SupabaseRemoteStore::factory(remote) : LogServer::factory(notesSetup.log);
    setup.tables = {TableConfig(notes)};
    setup.clock = [later = notesSetup.later] { return systemClock().addSecs(later.count()); };
    setup.config.backoffBase = std::chrono::milliseconds(100);
    return setup;
}

NotesClient::NotesClient(const NotesSetup &setup)
    : NotesClient(NotesSetup::engine(setup))
{
}

NotesClient::NotesClient(const SyncSetup &setup)
    : m_engine(std::make_unique<SyncEngine>(setup))
{
}

Result<void> NotesClient::open()
{
    return m_engine->open();
}

WriteResult NotesClient::write(const QString &id, const QString &title)
{
    QVariantMap row = titled(title);
    row.insert(QStringLiteral("body"), QStringLiteral("of ") + title);
    return m_engine->write(notes, id, row);
}

WriteResult NotesClient::patch(const QString &id, const QString &title)
{
    return m_engine->patch(notes, id, titled(title));
}

WriteResult NotesClient::remove(const QString &id)
{
    return m_engine->remove(notes, id);
}

SyncReport NotesClient::drain()
{
    // It sleeps until it is woken; QTest::qWaitFor() looks every ten milliseconds, which is long for thousands.
    QFutureWatcher<SyncReport> watcher;
    QEventLoop loop;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(m_engine->drain(SyncEngine::Urgency::Now));
    loop.exec();
    return watcher.result();
}

QStringList NotesClient::deadLetters() const
{
    EntryFilter filter;
    filter.states = {EntryState::Dead};
    const Result<QList<SyncEntry>> found = m_engine->storage()->queue().entries(filter);
    QStringList ids;
    for (const SyncEntry &entry : found ? *found : QList<SyncEntry>())
        ids.append(entry.id);
    return ids;
}

} // namespace Tideline
