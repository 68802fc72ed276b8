// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memorystorage.h>

#include <tideline/stores/memorydatabase.h>
#include <tideline/stores/memoryjournalstore.h>
#include <tideline/stores/memorylocalstore.h>
#include <tideline/stores/memoryqueuestore.h>
#include <tideline/stores/memorysessionstore.h>
#include <tideline/stores/memorytimestampstore.h>

/*!
    \class Tideline::MemoryStorage
    \inmodule Tideline
    \inheaderfile tideline/stores/memorystorage.h
    \brief Storage without a disk, for an application's tests.

    All storages of one factory see the same data, each on its own thread, with transactions that behave as SQLite's do:
    one writer at a time, readers see what is committed, and what was not committed is gone.
*/

namespace Tideline {

namespace {

class MemoryViewStorage final : public Storage
{
public:
    explicit MemoryViewStorage(const std::shared_ptr<MemoryDatabase> &database)
        : m_view(database)
    {
    }

    Result<std::unique_ptr<StoreTransaction>> begin() override { return m_view.begin(); }
    LocalStore &local() override { return m_local; }
    QueueStore &queue() override { return m_queue; }
    TimestampStore &timestamps() override { return m_timestamps; }
    JournalStore &journal() override { return m_journal; }
    SessionStore &session() override { return m_session; }

    Result<qint64> dataVersion() override { return m_view.foreignVersion(); }
    Result<void> eraseFreedBytes() override { return {}; } // there is no file

private:
    MemoryView m_view;
    MemoryLocalStore m_local{m_view};
    MemoryQueueStore m_queue{m_view};
    MemoryTimestampStore m_timestamps{m_view};
    MemoryJournalStore m_journal{m_view};
    MemorySessionStore m_session{m_view};
};

} // namespace

/*!
    A factory whose storages share one database in memory with these empty \a tables. The data lives as long as the
    factory or one of its storages.
*/
StorageFactory MemoryStorage::factory(const QList<TableSchema> &tables)
{
    auto database = std::make_shared<MemoryDatabase>();
    MemoryData data;
    for (const TableSchema &table : tables)
        data.tables.insert(table.name, {table, {}});
    database->commit(data);
    return [database] { return Result<std::unique_ptr<Storage>>(std::make_unique<MemoryViewStorage>(database)); };
}

} // namespace Tideline
