// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitereadonlyfile.h>

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>
#include <tideline/sqlite/sqliteschema.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

namespace Tideline {

namespace {

constexpr int copyAttempts = 5;

// What belongs to a database's state, the file itself first. A -shm is made anew from the -wal.
const QStringList &suffixes()
{
    static const QStringList list{QString(), QStringLiteral("-wal"), QStringLiteral("-journal")};
    return list;
}

} // namespace

SqliteReadOnlyFile::SqliteReadOnlyFile(const QString &path, const QString &connectOptions)
    : m_path(path)
    , m_connectOptions(connectOptions)
{
}

Result<void> SqliteReadOnlyFile::open(SqliteConnection &connection)
{
    const QFileInfo file(m_path);
    if (!file.exists())
        return localFailure(QStringLiteral("There is no file with this name. Check the path."));
    if (!file.isFile() || !file.isReadable())
        return localFailure(QStringLiteral("The file cannot be read. Choose a database file that you may read."));
    connection.setWritable(false);
    if (isLive()) {
        if (const auto opened = openLive(connection); opened)
            return opened;
        // Leftovers of a killed application that may not be touched: the copy can do without.
    }
    return openCopy(connection);
}

Result<qint64> SqliteReadOnlyFile::dataVersion(SqliteConnection &connection)
{
    if (m_directory && fingerprint() != m_copied) {
        if (const auto reopened = open(connection); !reopened)
            return reopened.failure();
        ++m_generation;
    }
    const auto version = connection.selectValue(QStringLiteral("PRAGMA data_version"));
    if (!version)
        return version.failure();
    return (m_generation << 32) + version->toLongLong();
}

SqliteReadOnlyFile::Fingerprint SqliteReadOnlyFile::fingerprint() const
{
    Fingerprint parts;
    for (const QString &suffix : suffixes()) {
        const QFileInfo file(m_path + suffix);
        parts.append(file.exists() ? Part{true, file.size(), file.lastModified()} : Part());
    }
    return parts;
}

bool SqliteReadOnlyFile::isLive() const
{
    return QFileInfo::exists(m_path + QStringLiteral("-wal")) && QFileInfo::exists(m_path + QStringLiteral("-shm"));
}

Result<void> SqliteReadOnlyFile::openLive(SqliteConnection &connection)
{
    if (const auto opened = connection.open(m_path, m_connectOptions + QStringLiteral(";QSQLITE_OPEN_READONLY"));
        !opened)
        return opened;
    if (const auto checked = SqliteSchema::check(connection); !checked)
        return checked;
    m_directory.reset();
    return {};
}

Result<void> SqliteReadOnlyFile::openCopy(SqliteConnection &connection)
{
    for (int attempt = 0; attempt < copyAttempts; ++attempt) {
        const Fingerprint before = fingerprint();
        auto directory = std::make_unique<QTemporaryDir>();
        if (const auto copied = copyInto(*directory); !copied)
            return copied;
        // A copy of a file that changed meanwhile would be half old and half new.
        if (fingerprint() != before)
            continue;
        if (const auto opened = connection.open(directory->filePath(QStringLiteral("copy.db")), m_connectOptions);
            !opened)
            return opened;
        m_directory = std::move(directory);
        m_copied = before;
        // Not QSQLITE_OPEN_READONLY: the copy of a killed application's file may need its journal played back.
        if (const auto locked = connection.execute(QStringLiteral("PRAGMA query_only = ON")); !locked)
            return locked.failure();
        return SqliteSchema::check(connection);
    }
    return localFailure(QStringLiteral("The file changes faster than it can be copied. Try again in a moment."));
}

Result<void> SqliteReadOnlyFile::copyInto(const QTemporaryDir &directory) const
{
    const Failure failure = localFailure(QStringLiteral("The file cannot be copied for reading. Check that you may "
                                                        "read it and that the disk for temporary files has room."));
    if (!directory.isValid())
        return failure;
    for (const QString &suffix : suffixes()) {
        const QString copy = directory.filePath(QStringLiteral("copy.db")) + suffix;
        if (!QFileInfo::exists(m_path + suffix))
            continue;
        if (!QFile::copy(m_path + suffix, copy)
            || !QFile::setPermissions(copy, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
            return failure;
    }
    return {};
}

} // namespace Tideline
