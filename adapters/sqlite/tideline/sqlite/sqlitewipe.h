// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QSet>
#include <QtCore/QString>

namespace Tideline {

class SqliteConnection;

// Empties a table as the end of a session wants it, within the transaction that is open: whatever the application's
// foreign keys say about the rows of other tables that refer to it happens, also on our own connections, which do not
// enforce foreign keys; and what ANALYZE has copied out of the table goes too.
class SqliteWipe
{
public:
    explicit SqliteWipe(SqliteConnection &connection);
    Result<void> clear(const QString &table);

private:
    // For the rows of the table that a condition names; an empty one: all.
    Result<void> followForeignKeys(const QString &table, const QString &condition);
    Result<void> removeStatistics(const QString &table);

    SqliteConnection &m_connection;
    QSet<QString> m_followed; // foreign keys may go round in circles
};

} // namespace Tideline
