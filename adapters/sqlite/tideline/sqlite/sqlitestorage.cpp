// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitestorage.h>

#include <tideline/sqlite/sqlitedatabase.h>
#include <tideline/sqlite/sqlitefailure.h>

#include <QtCore/QThread>
#include <QtSql/QSqlDriver>

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

Result<std::unique_ptr<Storage>> openApplication(const QString &connectionName, const QThread *applicationThread)
{
    const bool isShared = QThread::currentThread() == applicationThread;
    const QSqlDatabase database = isShared
                                      ? QSqlDatabase::database(connectionName, false)
                                      : QSqlDatabase::cloneDatabase(connectionName, SqliteConnection::uniqueName());
    auto storage = std::make_unique<SqliteDatabase>(database, isShared ? Ownership::Application : Ownership::Own);
    const QString file = database.databaseName();
    if (isShared && !database.isOpen())
        return localFailure(QStringLiteral("The application's database connection is not open. Open it first."));
    if (database.driver()->dbmsType() != QSqlDriver::SQLite)
        return localFailure(
            QStringLiteral("The application's connection is not one to SQLite. Use the driver QSQLITE."));
    if (file.isEmpty() || file.contains(QStringLiteral(":memory:")) || file.contains(QStringLiteral("mode=memory"))) {
        return localFailure(
            QStringLiteral("A database in memory cannot be shared with the worker thread. Use a file, or "
                           "MemoryStorage."));
    }
    if (const auto opened = storage->openApplication(database); !opened)
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
    const QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), SqliteConnection::uniqueName());
    auto storage = std::make_unique<SqliteDatabase>(database, Ownership::Own);
    if (!database.isValid())
        return localFailure(QStringLiteral("Qt's SQLite driver is missing. Install the plugin QSQLITE of Qt SQL."));
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
