// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QDateTime>
#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QTemporaryDir>

#include <memory>

namespace Tideline {

class SqliteConnection;

// Reads a customer's file and leaves nothing beside it. While an application has it open (-wal and -shm are there) the
// file itself is read; else a private copy is, because SQLite would make a -wal and a -shm file. Never immutable=1: it
// hides the rows that are still in the -wal.
class SqliteReadOnlyFile
{
public:
    SqliteReadOnlyFile(const QString &path, const QString &connectOptions);

    Result<void> open(SqliteConnection &connection);
    // Copies again, or goes over to the file itself, where that has changed.
    Result<qint64> dataVersion(SqliteConnection &connection);

private:
    struct Part
    {
        bool exists = false;
        qint64 size = 0;
        QDateTime modified;
        friend bool operator==(const Part &, const Part &) = default;
    };
    using Fingerprint = QList<Part>;
    Fingerprint fingerprint() const;
    bool isLive() const;
    Result<void> openLive(SqliteConnection &connection);
    Result<void> openCopy(SqliteConnection &connection);
    Result<void> copyInto(const QTemporaryDir &directory) const;

    QString m_path;
    QString m_connectOptions;
    std::unique_ptr<QTemporaryDir> m_directory; // null while the file itself is open
    Fingerprint m_copied;
    qint64 m_generation = 0;
};

} // namespace Tideline
