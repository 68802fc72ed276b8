// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqliteexport.h>
#include <tideline/stores/storage.h>

#include <QtCore/QString>
#include <QtSql/QSqlDatabase>

#include <chrono>

namespace Tideline {

class SqliteOptions
{
public:
    enum class Synchronous { Full, Normal }; // Normal: a power cut may take the last commits, a killed process none
    enum class Access {
        ReadWrite, // made, with our tables, when missing (mode 0600)
        ReadOnly,  // as it stands; nothing is written, also no -wal or -shm file: other commits are seen by
                   // dataVersion()
    };

    QString path;
    Access access = Access::ReadWrite;
    Synchronous synchronous = Synchronous::Full;
    std::chrono::milliseconds busyTimeout = std::chrono::seconds(5);
};

// Storage in an SQLite file, on a connection of QSqlDatabase.
class TIDELINE_SQLITE_EXPORT SqliteStorage
{
public:
    static StorageFactory factory(const SqliteOptions &options);
    // On the thread of this call the application's own connection is used, so that both share one transaction scope;
    // other threads get a clone. The connection must stay open as long as the engine lives.
    static StorageFactory factory(const QSqlDatabase &application);
    static Result<std::unique_ptr<Storage>> open(const SqliteOptions &options);
};

} // namespace Tideline
