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
#include <tideline/stores/storage.h>

#include <optional>

namespace Tideline {

// The storage of one thread: a connection and the stores on it.
class SqliteDatabase final : public Storage
{
public:
    SqliteDatabase(const QSqlDatabase &database, SqliteConnection::Ownership ownership);

    Result<void> openFile(const SqliteOptions &options);
    Result<void> openFileReadOnly(const SqliteOptions &options);
    // The connection is the application's own, which is open, or a clone of it, which is not yet.
    Result<void> openApplication();

    Result<std::unique_ptr<StoreTransaction>> begin() override;
    LocalStore &local() override { return m_local; }
    QueueStore &queue() override { return m_queue; }
    TimestampStore &timestamps() override { return m_timestamps; }
    JournalStore &journal() override { return m_journal; }
    SessionStore &session() override { return m_session; }

    Result<qint64> dataVersion() override;
    Result<void> eraseFreedBytes() override;

private:
    Result<void> useWriteAheadLog();
    Result<void> emptyWriteAheadLog();
    Result<void> setPragma(const QString &name, const QString &value, int expected);

    SqliteConnection m_connection;
    SqliteLocalStore m_local{m_connection};
    SqliteQueueStore m_queue{m_connection};
    SqliteTimestampStore m_timestamps{m_connection};
    SqliteJournalStore m_journal{m_connection};
    SqliteSessionStore m_session{m_connection};
    std::optional<SqliteReadOnlyFile> m_readOnlyFile;
};

} // namespace Tideline
