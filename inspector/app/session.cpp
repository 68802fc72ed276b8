// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/session.h"

#include <tideline/engine/statusreader.h>
#include <tideline/sqlite/sqlitestorage.h>

using namespace std::chrono_literals;

namespace Tideline::Inspector {

Session::Session(QObject *parent)
    : QObject(parent)
{
    EntryFilter dead;
    dead.states = {EntryState::Dead};
    m_deadLetters.setFilter(dead);
    m_poll.setInterval(500ms);
    connect(&m_poll, &QTimer::timeout, this, &Session::poll);
}

Session::~Session()
{
    close();
}

Result<void> Session::open(const QString &path)
{
    close();
    m_path = path;
    SqliteOptions options;
    options.path = path;
    options.access = SqliteOptions::Access::ReadOnly;
    options.busyTimeout = 250ms; // the window waits meanwhile; the next poll tries again
    Result<std::unique_ptr<Storage>> storage = SqliteStorage::open(options);
    if (!storage)
        return storage.failure();
    const Result<qint64> version = (*storage)->dataVersion();
    if (!version)
        return version.failure();
    m_storage = std::move(*storage);
    m_dataVersion = *version;
    for (StorageModel *model : models())
        model->setStorage(m_storage.get());
    m_poll.start();
    return {};
}

void Session::close()
{
    m_poll.stop();
    for (StorageModel *model : models())
        model->setStorage(nullptr);
    m_storage.reset();
}

bool Session::isOpen() const
{
    return m_storage != nullptr;
}

QString Session::path() const
{
    return m_path;
}

Result<Overview> Session::overview(const QDateTime &now)
{
    if (!m_storage)
        return Failure(Failure::Code::Invalid, tr("No database is open."));
    const Result<QStringList> tables = m_storage->session().enrolledTables();
    if (!tables)
        return tables.failure();
    const Result<SyncStatus> status = readStatus(*m_storage, *tables, now);
    if (!status)
        return status.failure();
    EntryFilter first;
    first.states = {EntryState::Pending, EntryState::InFlight};
    first.limit = 1;
    const Result<QList<SyncEntry>> oldest = m_storage->queue().entries(first);
    if (!oldest)
        return oldest.failure();
    return Overview{*status, oldest->isEmpty() ? QDateTime() : oldest->constFirst().createdAt};
}

QStringList Session::sensitiveFields() const
{
    return m_queue.sensitiveFields();
}

void Session::setSensitiveFields(const QStringList &fields)
{
    for (StorageModel *model : models())
        model->setSensitiveFields(fields);
}

EntryModel &Session::queue()
{
    return m_queue;
}

EntryModel &Session::deadLetters()
{
    return m_deadLetters;
}

ConflictModel &Session::conflicts()
{
    return m_conflicts;
}

CursorModel &Session::cursors()
{
    return m_cursors;
}

EventModel &Session::events()
{
    return m_events;
}

void Session::poll()
{
    const Result<qint64> version = m_storage->dataVersion();
    if (!version) {
        Q_EMIT unreadable(version.failure());
        return;
    }
    if (*version == m_dataVersion)
        return;
    m_dataVersion = *version;
    Q_EMIT changed();
}

QList<StorageModel *> Session::models()
{
    return {&m_queue, &m_deadLetters, &m_conflicts, &m_cursors, &m_events};
}

} // namespace Tideline::Inspector
