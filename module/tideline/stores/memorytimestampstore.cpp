// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memorytimestampstore.h>

namespace Tideline {

MemoryTimestampStore::MemoryTimestampStore(MemoryView &view)
    : m_view(view)
{
}

Result<SyncCursor> MemoryTimestampStore::cursor(const QString &table)
{
    SyncCursor none;
    none.table = table;
    return m_view.read().cursors.value(table, none);
}

Result<QList<SyncCursor>> MemoryTimestampStore::cursors()
{
    return m_view.read().cursors.values();
}

Result<void> MemoryTimestampStore::setCursor(StoreTransaction &transaction, const SyncCursor &cursor)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->cursors.insert(cursor.table, cursor);
    return {};
}

Result<void> MemoryTimestampStore::removeCursor(StoreTransaction &transaction, const QString &table)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->cursors.remove(table);
    return {};
}

Result<void> MemoryTimestampStore::clear(StoreTransaction &transaction)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->cursors.clear();
    return {};
}

} // namespace Tideline
