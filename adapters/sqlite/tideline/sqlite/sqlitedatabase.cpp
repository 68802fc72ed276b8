// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitedatabase.h>

#include <tideline/sqlite/sqlitefailure.h>
#include <tideline/sqlite/sqliteschema.h>
#include <tideline/sqlite/sqlitetransaction.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtSql/QSqlDriver>

#include <algorithm>

namespace Tideline {

namespace {

constexpr int modeAttempts = 100;
// How many pages the log has when a commit writes it back.
constexpr int checkpointAlone = 1000; // SQLite's own
constexpr int checkpointBesidePulls = 32000;
constexpr int synchronousNormal = 1;       // as SQLite numbers it: in a write-ahead log a commit waits for nothing
constexpr qint64 longestErasingWait = 500; // milliseconds

// Made here and not by SQLite, so that nobody else can read it for a moment; the -wal and -shm take over its mode.
Result<void> makeFile(const QString &path)
{
    QFile file(path);
    if (file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return {};
    if (QFileInfo::exists(path)) // another process was faster
        return {};
    return localFailure(
        QStringLiteral("The database file cannot be made. Check that its directory may be written and has room."));
}

Result<void> prepareFile(const QString &path)
{
    if (path.isEmpty())
        return localFailure(QStringLiteral("No database file was named. Give its path."));
    const QFileInfo file(path);
    if (!file.absoluteDir().exists())
        return localFailure(QStringLiteral("The directory of the database file does not exist. Make it, or correct the "
                                           "path."));
    if (!file.exists())
        return makeFile(path);
    if (!file.isFile())
        return localFailure(QStringLiteral("The path of the database is not a file. Name a file."));
    if (!file.isReadable() || !file.isWritable()) {
        return localFailure(
            QStringLiteral("The database file cannot be written. Give yourself read and write permission "
                           "on the file and its directory."));
    }
    return {};
}

QString connectOptions(const SqliteOptions &options)
{
    return QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(options.busyTimeout.count());
}

} // namespace

SqliteDatabase::SqliteDatabase(const QSqlDatabase &database, SqliteConnection::Ownership ownership,
                               std::shared_ptr<SqliteTurnstile> turnstile)
    : m_connection(database, ownership)
    , m_turnstile(std::move(turnstile))
{
}

SqliteDatabase::~SqliteDatabase()
{
    if (m_isCheckpointer)
        m_turnstile->hasCheckpointer = false;
}

Result<void> SqliteDatabase::openFile(const SqliteOptions &options)
{
    if (const auto prepared = prepareFile(options.path); !prepared)
        return prepared;
    if (const auto opened = m_connection.open(options.path, connectOptions(options)); !opened)
        return opened;
    // Opening succeeds on anything; only reading tells whether it is a database. A newer one is not touched.
    if (const auto known = SqliteSchema::checkKnown(m_connection); !known)
        return known;
    if (const auto logging = useWriteAheadLog(); !logging)
        return logging;
    const bool isFull = options.synchronous == SqliteOptions::Synchronous::Full;
    const auto synchronous = setPragma(QStringLiteral("synchronous"),
                                       isFull ? QStringLiteral("FULL") : QStringLiteral("NORMAL"), isFull ? 2 : 1);
    if (!synchronous)
        return synchronous;
    // Eight megabytes, where they are needed: room for the inner pages of all indexes of a million entries.
    if (const auto cache = setPragma(QStringLiteral("cache_size"), QStringLiteral("-8192"), -8192); !cache)
        return cache;
    if (const auto secure = setPragma(QStringLiteral("secure_delete"), QStringLiteral("ON"), 1); !secure)
        return secure;
    if (const auto order = takeRowsInAnyOrder(); !order)
        return order;
    m_isOwnFile = true;
    return SqliteSchema::migrate(m_connection);
}

Result<void> SqliteDatabase::openFileReadOnly(const SqliteOptions &options)
{
    m_readOnlyFile.emplace(options.path, connectOptions(options));
    return m_readOnlyFile->open(m_connection);
}

Result<void> SqliteDatabase::openApplication()
{
    const QSqlDatabase &database = m_connection.database();
    if (!database.isValid() || database.driver()->dbmsType() != QSqlDriver::SQLite) {
        return localFailure(
            QStringLiteral("The application's connection is not one to SQLite, or has been removed. Use "
                           "the driver QSQLITE and keep the connection."));
    }
    const QString file = database.databaseName();
    if (file.isEmpty() || file.contains(QStringLiteral(":memory:")) || file.contains(QStringLiteral("mode=memory"))) {
        return localFailure(
            QStringLiteral("A database in memory cannot be shared with the worker thread. Use a file, or "
                           "MemoryStorage."));
    }
    if (m_connection.ownership() == SqliteConnection::Ownership::Own) {
        if (const auto opened = m_connection.open(file, database.connectOptions()); !opened)
            return opened;
        if (const auto order = takeRowsInAnyOrder(); !order)
            return order;
    } else if (!database.isOpen()) {
        return localFailure(QStringLiteral("The application's database connection is not open. Open it first."));
    } else if (const auto attached = m_connection.attach(); !attached) {
        return attached;
    }
    if (const auto known = SqliteSchema::checkKnown(m_connection); !known)
        return known;
    if (const auto logging = useWriteAheadLog(); !logging)
        return logging;
    return SqliteSchema::migrate(m_connection);
}

// A child may come before its parent, in another page or table; the server has checked them. SQLite can be built to
// check by itself.
Result<void> SqliteDatabase::takeRowsInAnyOrder()
{
    return setPragma(QStringLiteral("foreign_keys"), QStringLiteral("OFF"), 0);
}

Result<void> SqliteDatabase::useWriteAheadLog()
{
    const QString wanted = QStringLiteral("wal");
    for (int attempt = 0; attempt < modeAttempts; ++attempt) {
        const auto current = m_connection.selectValue(QStringLiteral("PRAGMA journal_mode"));
        if (!current)
            return current.failure();
        if (current->toString() == wanted)
            return {};
        const auto changed = m_connection.selectValue(QStringLiteral("PRAGMA journal_mode = WAL"));
        if (changed && changed->toString() == wanted)
            return {};
        if (changed) {
            return localFailure(
                QStringLiteral("The database cannot use a write-ahead log, which readers and writers at "
                               "the same time need. Put the file on a local disk."));
        }
        if (primaryCode(m_connection.errorCode()) != SqliteCode::Busy)
            return changed.failure();
        // Another process opens the new file too. The switch does not wait for it, taking the write lock does.
        if (const auto waited = m_connection.execute(QStringLiteral("BEGIN IMMEDIATE")); !waited)
            return waited.failure();
        if (const auto ended = m_connection.execute(QStringLiteral("ROLLBACK")); !ended)
            return ended.failure();
    }
    return localFailure(QStringLiteral("The database is in use by programs that keep it from a write-ahead log. Close "
                                       "them, then try again."));
}

Result<void> SqliteDatabase::setPragma(const QString &name, const QString &value, int expected)
{
    const auto set = m_connection.selectValue(QStringLiteral("PRAGMA %1 = %2").arg(name, value));
    if (!set)
        return set.failure();
    const auto read = m_connection.selectValue(QStringLiteral("PRAGMA ") + name);
    if (!read)
        return read.failure();
    if (read->toInt() != expected)
        return localFailure(QStringLiteral("This build of SQLite does not support PRAGMA %1 = %2. Use another build.")
                                .arg(name, value));
    return {};
}

Result<std::unique_ptr<StoreTransaction>> SqliteDatabase::begin()
{
    if (m_connection.transaction() == nullptr && m_connection.isWritable()) {
        if (const auto used = useDurability(); !used)
            return used.failure();
    }
    if (m_isOwnFile)
        shareCheckpoints();
    return SqliteTransaction::begin(m_connection, m_turnstile.get());
}

void SqliteDatabase::setDurability(Durability durability)
{
    m_durability = durability;
    if (durability == Durability::Durable || m_isCheckpointer)
        return;
    m_isCheckpointer = true;
    m_turnstile->hasCheckpointer = true;
}

// By default whoever commits when the log has grown writes it back into the file, and waits for the disk: most often
// that would be the application's thread, which comes between the many commits of a pull. It is left to who pulls.
void SqliteDatabase::shareCheckpoints()
{
    if (m_isCheckpointer)
        m_connection.leaveCheckpoints();
    else
        m_connection.setCheckpointSize(m_turnstile->hasCheckpointer ? checkpointBesidePulls : checkpointAlone);
}

// Between transactions: within one SQLite does not take it.
Result<void> SqliteDatabase::useDurability()
{
    if (m_usedDurability == m_durability)
        return {};
    if (m_synchronous == 0) {
        const auto level = m_connection.selectValue(QStringLiteral("PRAGMA synchronous"));
        if (!level)
            return level.failure();
        m_synchronous = level->toInt();
    }
    const int level = m_durability == Durability::Durable ? m_synchronous : std::min(m_synchronous, synchronousNormal);
    if (const auto set = m_connection.configure(QStringLiteral("PRAGMA synchronous = %1").arg(level)); !set)
        return set.failure();
    m_usedDurability = m_durability;
    return {};
}

Result<qint64> SqliteDatabase::dataVersion()
{
    if (m_readOnlyFile)
        return m_readOnlyFile->dataVersion(m_connection);
    const auto version = m_connection.selectValue(QStringLiteral("PRAGMA data_version"));
    if (!version)
        return version.failure();
    return version->toLongLong();
}

Result<void> SqliteDatabase::eraseFreedBytes()
{
    if (!m_connection.isWritable())
        return localFailure(QStringLiteral("The database was opened for reading only. Open it for writing first."));
    // Pages that somebody without secure_delete has freed, or half emptied, are not copied.
    if (const auto vacuumed = m_connection.execute(QStringLiteral("VACUUM")); !vacuumed) {
        if (primaryCode(m_connection.errorCode()) != SqliteCode::Error)
            return vacuumed.failure();
        return localFailure(QStringLiteral("A query or a transaction of the application is open on its connection, "
                                           "which keeps the database from being rewritten. Finish it, then try "
                                           "again."));
    }
    return emptyWriteAheadLog();
}

// Readers are waited for, but not for as long as writers: a window may stand still meanwhile.
Result<void> SqliteDatabase::emptyWriteAheadLog()
{
    const auto timeout = m_connection.selectValue(QStringLiteral("PRAGMA busy_timeout"));
    if (!timeout)
        return timeout.failure();
    const qint64 patience = std::min<qint64>(timeout->toLongLong(), longestErasingWait);
    if (const auto set = m_connection.selectValue(QStringLiteral("PRAGMA busy_timeout = %1").arg(patience)); !set)
        return set.failure();
    // 0: the whole log is in the database now and the log is empty.
    const auto blocked = m_connection.selectValue(QStringLiteral("PRAGMA wal_checkpoint(TRUNCATE)"));
    const auto restored =
        m_connection.selectValue(QStringLiteral("PRAGMA busy_timeout = %1").arg(timeout->toLongLong()));
    if (!blocked)
        return blocked.failure();
    if (!restored)
        return restored.failure();
    if (blocked->toInt() != 0) {
        return localFailure(
            QStringLiteral("Deleted rows may still be in the write-ahead log, because another program reads "
                           "the database. Close it, then try again."));
    }
    return {};
}

} // namespace Tideline
