// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitefailure.h>

namespace Tideline {

int primaryCode(int extendedCode)
{
    return extendedCode & 0xff;
}

Failure localFailure(const QString &detail)
{
    return {Failure::Code::LocalStore, detail};
}

Failure sqliteFailure(int extendedCode, const QString &text)
{
    if (extendedCode == SqliteCode::BusySnapshot) {
        return localFailure(QStringLiteral("A query of this connection is still open and shows an older state of the "
                                           "database. Finish the query, then try again."));
    }
    switch (primaryCode(extendedCode)) {
    case SqliteCode::Busy:
    case SqliteCode::Locked:
    case SqliteCode::Protocol: // the write-ahead log's locks were busy a hundred times
        return localFailure(QStringLiteral("The database is in use: another program or connection did not end its "
                                           "transaction in time. Try again; if it stays so, close the other program."));
    case SqliteCode::ReadOnly:
        return localFailure(QStringLiteral("The database cannot be written. Give write permission to the file and its "
                                           "directory."));
    case SqliteCode::IoError:
        return localFailure(QStringLiteral("The disk reported an error (SQLite code %1). Check the disk and its "
                                           "connection, then try again.")
                                .arg(extendedCode));
    case SqliteCode::Corrupt:
        return localFailure(QStringLiteral("The database is encrypted or corrupt. Restore it from a backup."));
    case SqliteCode::Full:
        return localFailure(QStringLiteral("The disk is full or the database has reached its size limit; nothing was "
                                           "stored. Free some space, then try again."));
    case SqliteCode::CannotOpen:
        return localFailure(QStringLiteral("The database file cannot be opened. Check that its directory exists and "
                                           "that you may read and write there."));
    case SqliteCode::NotADatabase:
        return localFailure(QStringLiteral("The file is not an SQLite database, or it is encrypted. Choose another "
                                           "file."));
    case SqliteCode::Constraint:
    case SqliteCode::Mismatch:
        // SQLite names the constraint and its columns here, never a value.
        return {Failure::Code::Deserialization,
                QStringLiteral("The local database refuses the row: %1. Change the row or the table's constraint.")
                    .arg(text)};
    case SqliteCode::TooBig:
        return {Failure::Code::PayloadTooLarge,
                QStringLiteral("A value is larger than SQLite can store. Make it smaller.")};
    default:
        return localFailure(QStringLiteral("The local database failed: %1 (SQLite code %2). Check its tables against "
                                           "the configuration.")
                                .arg(text)
                                .arg(extendedCode));
    }
}

} // namespace Tideline
