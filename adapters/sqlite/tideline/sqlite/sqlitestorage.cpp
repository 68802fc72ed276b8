// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitestorage.h>

#include <tideline/sqlite/sqlitedatabase.h>

#include <QtCore/QThread>

/*!
    \class Tideline::SqliteStorage
    \inmodule Tideline
    \inheaderfile tideline/sqlite/sqlitestorage.h
    \brief Keeps rows, queue, cursors, conflicts and events in one SQLite file.

    A storage belongs to the thread that made it and is destroyed there. Our own tables begin with \c tideline_; their
    version is a row of \c tideline_meta, so that \c {PRAGMA user_version} stays the application's.

    The file is an ordinary SQLite 3 database with a write-ahead log; other programs may read and write it meanwhile.
    Texts, numbers and bytes are stored as the declared type of their column has it (\l ColumnInfo::Type, and SQLite's
    own rules of affinity, \l {https://www.sqlite.org/datatype3.html}): what a column would change is refused.
*/

/*!
    \class Tideline::SqliteOptions
    \inmodule Tideline
    \inheaderfile tideline/sqlite/sqlitestorage.h
    \brief Which file to open and how; a value.
*/

/*!
    \enum Tideline::SqliteOptions::Synchronous
    What a commit waits for.

    \value Full The disk: a commit outlives a power cut.
    \value Normal Less: a power cut may take the last commits. The end of the process takes none.
*/

/*!
    \enum Tideline::SqliteOptions::Access
    What may be done with the file.

    \value ReadWrite It is made where it is missing, with mode 0600, and gets our tables; those of an older Tideline are
           brought up to date.
    \value ReadOnly It stays as it stands, and no file appears beside it. While no application has it open a private
           copy is read; Storage::dataVersion() looks for changes and copies again. Our tables must be there in the
           newest version.
*/

/*!
    \variable Tideline::SqliteOptions::path
    The file. Its directory must exist.
*/

/*!
    \variable Tideline::SqliteOptions::access
    What may be done with it.
*/

/*!
    \variable Tideline::SqliteOptions::synchronous
    What a commit waits for.
*/

/*!
    \variable Tideline::SqliteOptions::busyTimeout
    How long another writer is waited for, in milliseconds.
*/

namespace Tideline {

namespace {

using Ownership = SqliteConnection::Ownership;

Result<std::unique_ptr<Storage>> openFile(const SqliteOptions &options,
                                          const std::shared_ptr<SqliteTurnstile> &turnstile)
{
    auto storage = std::make_unique<SqliteDatabase>(
        QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), SqliteConnection::uniqueName()), Ownership::Own,
        turnstile);
    const auto opened = options.access == SqliteOptions::Access::ReadOnly ? storage->openFileReadOnly(options)
                                                                          : storage->openFile(options);
    if (!opened)
        return opened.failure();
    return std::unique_ptr<Storage>(std::move(storage));
}

// No QSqlDatabase may stand beside the storage that removes its connection.
Result<std::unique_ptr<Storage>> openApplication(const QString &connectionName, const QThread *applicationThread,
                                                 const std::shared_ptr<SqliteTurnstile> &turnstile)
{
    auto storage =
        QThread::currentThread() == applicationThread
            ? std::make_unique<SqliteDatabase>(QSqlDatabase::database(connectionName, false), Ownership::Application,
                                               turnstile)
            : std::make_unique<SqliteDatabase>(
                QSqlDatabase::cloneDatabase(connectionName, SqliteConnection::uniqueName()), Ownership::Own, turnstile);
    if (const auto opened = storage->openApplication(); !opened)
        return opened.failure();
    return std::unique_ptr<Storage>(std::move(storage));
}

} // namespace

/*!
    Opens the file that \a options name on the calling thread, which owns the storage. Fails with LocalStore: the detail
    tells whether the file is no database, encrypted, corrupt, made by a newer Tideline, in use, or not accessible.
*/
Result<std::unique_ptr<Storage>> SqliteStorage::open(const SqliteOptions &options)
{
    return openFile(options, std::make_shared<SqliteTurnstile>());
}

/*!
    A factory that calls open() with \a options; it may be called on any thread. Its storages let each other write in
   the order in which they ask; a storage of another factory or process waits until it finds a moment.
*/
StorageFactory SqliteStorage::factory(const SqliteOptions &options)
{
    return [options, turnstile = std::make_shared<SqliteTurnstile>()] { return openFile(options, turnstile); };
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
    return [name, thread, turnstile = std::make_shared<SqliteTurnstile>()] {
        return openApplication(name, thread, turnstile);
    };
}

} // namespace Tideline
