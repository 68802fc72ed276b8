// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitejournalstore.h>
#include <tideline/sqlite/sqlitelocalstore.h>
#include <tideline/sqlite/sqlitequeuestore.h>
#include <tideline/sqlite/sqlitereadonlyfile.h>
#include <tideline/sqlite/sqlitesessionstore.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/sqlite/sqlitetimestampstore.h>
#include <tideline/sqlite/sqliteturnstile.h>
#include <tideline/stores/storage.h>

#include <optional>

namespace Tideline {

// The storage of one thread: a connection and the stores on it.
class SqliteDatabase final : public Storage
{
public:
    // turnstile: shared with the other storages of the file.
    SqliteDatabase(const QSqlDatabase &database, SqliteConnection::Ownership ownership,
                   std::shared_ptr<SqliteTurnstile> turnstile);
    ~SqliteDatabase() override;

    Result<void> openFile(const SqliteOptions &options);
    Result<void> openFileReadOnly(const SqliteOptions &options);
    // The connection is the application's own, which is open, or a clone of it, which is not yet.
    Result<void> openApplication();

    Result<std::unique_ptr<StoreTransaction>> begin() override;
    void setDurability(Durability durability) override;
    LocalStore &local() override { return m_local; }
    QueueStore &queue() override { return m_queue; }
    TimestampStore &timestamps() override { return m_timestamps; }
    JournalStore &journal() override { return m_journal; }
    SessionStore &session() override { return m_session; }

    Result<qint64> dataVersion() override;
    Result<void> eraseFreedBytes() override;

private:
    Result<void> takeRowsInAnyOrder();
    Result<void> useWriteAheadLog();
    Result<void> emptyWriteAheadLog();
    Result<void> setPragma(const QString &name, const QString &value, int expected);

    Result<void> useDurability();
    void shareCheckpoints();

    SqliteConnection m_connection;
    std::shared_ptr<SqliteTurnstile> m_turnstile;
    bool m_isOwnFile = false;
    bool m_isCheckpointer = false;
    Durability m_durability = Durability::Durable;
    Durability m_usedDurability = Durability::Durable;
    int m_synchronous = 0; // of durable commits, as SQLite numbers it; 0: not read yet
    SqliteLocalStore m_local{m_connection};
    SqliteQueueStore m_queue{m_connection};
    SqliteTimestampStore m_timestamps{m_connection};
    SqliteJournalStore m_journal{m_connection};
    SqliteSessionStore m_session{m_connection};
    std::optional<SqliteReadOnlyFile> m_readOnlyFile;
};

} // namespace Tideline
