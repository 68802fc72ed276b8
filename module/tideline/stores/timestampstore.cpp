// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/timestampstore.h>

namespace Tideline {

/*!
    \class Tideline::TimestampStore
    \inmodule Tideline
    \inheaderfile tideline/stores/timestampstore.h
    \brief How far each table was pulled.

    A cursor is saved in the transaction of the rows that it covers. Used on the thread of its Storage. All functions
    fail with LocalStore where the database fails; mutators also unless their transaction is the one that is open on the
    same storage.
*/

/*!
    \fn Result<SyncCursor> Tideline::TimestampStore::cursor(const QString &table)
    The cursor of \a table; one with an empty value where the table was never pulled.
*/

/*!
    \fn Result<QList<SyncCursor>> Tideline::TimestampStore::cursors()
    All cursors, by the names of their tables.
*/

/*!
    \fn Result<void> Tideline::TimestampStore::setCursor(StoreTransaction &transaction, const SyncCursor &cursor)
    Stores \a cursor in the place of its table's former one. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::TimestampStore::removeCursor(StoreTransaction &transaction, const QString &table)
    Forgets the cursor of \a table, so that the next pull begins from the beginning; fine where there is none. Part of
    \a transaction.
*/

/*!
    \fn Result<void> Tideline::TimestampStore::clear(StoreTransaction &transaction)
    Forgets all cursors. Part of \a transaction.
*/

// Out of line, so that the interface has its vtable in this library.
TimestampStore::~TimestampStore() = default;

} // namespace Tideline
