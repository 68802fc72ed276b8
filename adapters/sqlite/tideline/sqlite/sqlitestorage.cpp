// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitestorage.h>

#include <tideline/sqlite/sqlitedatabase.h>

#include <QtCore/QThread>

/*!
    \class Tideline::SqliteStorage
    \inmodule Tideline
    \brief Keeps rows, queue, cursors, conflicts and events in one SQLite file.

    A storage belongs to the thread that made it and is destroyed there. Our own tables begin with \c tideline_; their
    version is a row of \c tideline_meta, so that \c {PRAGMA user_version} stays the application's.
*/

/*!
    \class Tideline::SqliteOptions
    \inmodule Tideline
    \brief Which file to open and how.
*/

namespace Tideline {

namespace {

using Ownership = SqliteConnection::Ownership;

// No QSqlDatabase may stand beside the storage that removes its connection.
Result<std::unique_ptr<Storage>> openApplication(const QString &connectionName, const QThread *applicationThread)
{
    auto storage =
        QThread::currentThread() == applicationThread
            ? std::make_unique<SqliteDatabase>(QSqlDatabase::database(connectionName, false), Ownership::Application)
            : std::make_unique<SqliteDatabase>(
                QSqlDatabase::cloneDatabase(connectionName, SqliteConnection::uniqueName()), Ownership::Own);
    if (const auto opened = storage->openApplication(); !opened)
        return opened.failure();
    return std::unique_ptr<Storage>(std::move(storage));
}

} // namespace

/*!
    Opens the file on the calling thread, which owns the storage. A missing file is made with mode 0600, unless it is
    opened for reading only. Fails with LocalStore: the detail tells whether the file is no database, encrypted,
   corrupt, made by a newer Tideline, in use, or not accessible.
*/
Result<std::unique_ptr<Storage>> SqliteStorage::open(const SqliteOptions &options)
{
    auto storage = std::make_unique<SqliteDatabase>(
        QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), SqliteConnection::uniqueName()), Ownership::Own);
    const auto opened = options.access == SqliteOptions::Access::ReadOnly ? storage->openFileReadOnly(options)
                                                                          : storage->openFile(options);
    if (!opened)
        return opened.failure();
    return std::unique_ptr<Storage>(std::move(storage));
}

/*!
    A factory that calls open() with these options; it may be called on any thread.
*/
StorageFactory SqliteStorage::factory(const SqliteOptions &options)
{
    return [options] { return open(options); };
}

/*!
    A factory for an application that has its database open already. On the thread of this call the application's own
    \a application connection is used, so that a transaction of the one is seen by the other: while the application has
    one open, Storage::begin() fails. On other threads a clone is opened. The connection stays the application's: it is
    neither closed nor removed here. The database is switched to a write-ahead log.
*/
StorageFactory SqliteStorage::factory(const QSqlDatabase &application)
{
    // A QSqlDatabase must not be used on another thread, its name may.
    const QString name = application.connectionName();
    const QThread *thread = QThread::currentThread();
    return [name, thread] { return openApplication(name, thread); };
}

} // namespace Tideline
