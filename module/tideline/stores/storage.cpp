// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/storage.h>

namespace Tideline {

/*!
    \class Tideline::StoreTransaction
    \inmodule Tideline
    \inheaderfile tideline/stores/storetransaction.h
    \brief The only way to change a store: what mutators take as their first argument.

    It holds the write lock from the start (\c{BEGIN IMMEDIATE} in SQLite), so that nothing that is written in it can be
    refused for another writer's sake. Its destructor takes everything back unless commit() has succeeded. It belongs to
    the thread of its storage and must go before it.

    \sa Storage::begin()
*/

/*!
    \fn Result<void> Tideline::StoreTransaction::commit()
    Makes all changes durable at once. When it fails (disk, I/O) everything has been taken back. A transaction that has
    ended fails with LocalStore.
*/

// The destructors are out of line, so that the interfaces have their vtables in this library.
StoreTransaction::~StoreTransaction() = default;

/*!
    \class Tideline::Storage
    \inmodule Tideline
    \inheaderfile tideline/stores/storage.h
    \brief One open connection to the local database, and the stores that share its transactions.

    It is made, used and destroyed on one thread. An engine opens two by its StorageFactory: one on its own thread, one
    on its worker's. The stores belong to the storage.

    SqliteStorage and MemoryStorage make them; an application may bring its own.
*/

/*!
    \fn Result<std::unique_ptr<StoreTransaction>> Tideline::Storage::begin()
    Takes the write lock. Waits for another writer for a bounded time, five seconds unless SqliteOptions say something
    else. Fails with LocalStore where that one does not end, where a transaction is open on this storage already, and
    where the database was opened for reading only.
*/

/*!
    \fn LocalStore &Tideline::Storage::local()
    The application's rows.
*/

/*!
    \fn QueueStore &Tideline::Storage::queue()
    The queued changes and the dead letters.
*/

/*!
    \fn TimestampStore &Tideline::Storage::timestamps()
    How far each table was pulled.
*/

/*!
    \fn JournalStore &Tideline::Storage::journal()
    Conflicts, events and rows that were set aside.
*/

/*!
    \fn SessionStore &Tideline::Storage::session()
    The session, and who syncs.
*/

/*!
    \fn Result<qint64> Tideline::Storage::dataVersion()
    A number that changes when another connection, of any process, has committed (\c{PRAGMA data_version} in SQLite).
    Its own commits do not change it. Cheap enough to be asked several times a second.
*/

/*!
    \fn Result<void> Tideline::Storage::eraseFreedBytes()
    Makes sure that nothing of deleted rows remains in any file: for the end of a session. It rewrites the database and
    may take its time. Fails with LocalStore where somebody else's reading keeps bytes in the write-ahead log; call it
    again then. There must be no open transaction.
*/

/*!
    \enum Tideline::Storage::Durability
    What the commits of a storage wait for.

    \value Durable What the storage was told to wait for when it was opened; the default.
    \value Repeatable Nothing: what is in them can be had again, as rows of the server with the cursor that covers them.
           A power cut may take the last of these commits, each of them whole; the end of the process takes none. A
           later durable commit, of whatever connection, makes them durable too.
*/

Storage::~Storage() = default;

/*!
    From now on transactions of this storage that begin wait for what \a durability says. A storage without a difference
    between the two need not override it.
*/
void Storage::setDurability(Durability durability)
{
    Q_UNUSED(durability)
}

/*!
    \typedef Tideline::StorageFactory
    Opens a storage on the thread of the call, which owns it. It is called on the engine's thread and on the worker's
    and must be copyable.
*/

} // namespace Tideline
