// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/journalstore.h>
#include <tideline/stores/localstore.h>
#include <tideline/stores/queuestore.h>
#include <tideline/stores/sessionstore.h>
#include <tideline/stores/timestampstore.h>

#include <functional>
#include <memory>

namespace Tideline {

// One open connection to the local database and the stores that share its transactions. It is made, used and destroyed
// on one thread; the engine opens one on the application's thread and one on its worker.
class TIDELINE_EXPORT Storage
{
public:
    Storage() = default;
    virtual ~Storage();
    Q_DISABLE_COPY_MOVE(Storage)

    // Waits for another writer for a bounded time, then fails with LocalStore.
    virtual Result<std::unique_ptr<StoreTransaction>> begin() = 0;
    virtual LocalStore &local() = 0;
    virtual QueueStore &queue() = 0;
    virtual TimestampStore &timestamps() = 0;
    virtual JournalStore &journal() = 0;
    virtual SessionStore &session() = 0;

    // What the commits of the transactions that begin from now on wait for.
    enum class Durability {
        Durable,    // what the storage was told to wait for when it was opened
        Repeatable, // nothing: what is in them can be had again. A power cut may take the last of them, never a part of
                    // one; a later durable commit makes them durable too
    };
    virtual void setDurability(Durability durability);

    // Changes whenever another connection, of any process, has committed.
    virtual Result<qint64> dataVersion() = 0;
    // After a logout: nothing of deleted rows remains in any file.
    virtual Result<void> eraseFreedBytes() = 0;
};

using StorageFactory = std::function<Result<std::unique_ptr<Storage>>()>;

} // namespace Tideline
