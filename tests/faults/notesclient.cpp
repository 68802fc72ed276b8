// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "notesclient.h"

#include "logserver.h"

#include <QtCore/QEventLoop>
#include <QtCore/QFutureWatcher>

namespace Tideline {

namespace {

const QString notes = QStringLiteral("notes");

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

QVariantMap rowOf(const QString &title)
{
    return {{QStringLiteral("title"), title}, {QStringLiteral("body"), QStringLiteral("of ") + title}};
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
    remote.mode = notesSetup.mode;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = notesSetup.log.isEmpty() ? SupabaseRemoteStore::factory(remote) : LogServer::factory(notesSetup.log);
    setup.tables = {TableConfig(notes)};
    setup.clock = [later = notesSetup.later] { return systemClock().addSecs(later.count()); };
    setup.config.pageSize = notesSetup.pageSize;
    if (!notesSetup.isReconciling)
        setup.config.reconcile = ReconcilePolicy::Off;
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
    return m_engine->write(notes, id, rowOf(title));
}

Result<QList<SyncEntry>> NotesClient::writeBoth(const QString &id, const QString &otherId, const QString &title)
{
    QList<RecordChange> changes;
    for (const QString &recordId : {id, otherId}) {
        RecordChange change;
        change.table = notes;
        change.recordId = recordId;
        change.data = rowOf(title);
        changes.append(change);
    }
    return m_engine->writeAll(changes);
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
    return wait(m_engine->drain(SyncEngine::Urgency::Now));
}

SyncReport NotesClient::pull()
{
    return wait(m_engine->pullAll(SyncEngine::Urgency::Now));
}

SyncReport NotesClient::wait(const QFuture<SyncReport> &future)
{
    // It sleeps until it is woken; QTest::qWaitFor() looks every ten milliseconds, which is long for thousands.
    QFutureWatcher<SyncReport> watcher;
    QEventLoop loop;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(future);
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
