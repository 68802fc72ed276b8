// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memorystorage.h>

/*!
    \class Tideline::InMemoryTimestampStore
    \inmodule Tideline
    \inheaderfile tideline/stores/memorystorage.h
    \brief Keeps cursors for as long as the program runs.

    It belongs to one thread. It takes part in no transaction: what was set stays set, also after a rollback.
*/

namespace Tideline {

/*!
    A store without cursors.
*/
InMemoryTimestampStore::InMemoryTimestampStore() = default;

InMemoryTimestampStore::~InMemoryTimestampStore() = default;

/*! \reimp */
Result<SyncCursor> InMemoryTimestampStore::cursor(const QString &table)
{
    SyncCursor none;
    none.table = table;
    return m_cursors.value(table, none);
}

/*! \reimp */
Result<QList<SyncCursor>> InMemoryTimestampStore::cursors()
{
    return m_cursors.values();
}

/*! \reimp */
Result<void> InMemoryTimestampStore::setCursor(StoreTransaction &, const SyncCursor &cursor)
{
    m_cursors.insert(cursor.table, cursor);
    return {};
}

/*! \reimp */
Result<void> InMemoryTimestampStore::removeCursor(StoreTransaction &, const QString &table)
{
    m_cursors.remove(table);
    return {};
}

/*! \reimp */
Result<void> InMemoryTimestampStore::clear(StoreTransaction &)
{
    m_cursors.clear();
    return {};
}

} // namespace Tideline
