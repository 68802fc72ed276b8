// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitetransaction.h>

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>

namespace Tideline {

Result<std::unique_ptr<StoreTransaction>> SqliteTransaction::begin(SqliteConnection &connection)
{
    if (!connection.isWritable())
        return localFailure(QStringLiteral("The database was opened for reading only. Open it for writing first."));
    if (connection.transaction() != nullptr)
        return localFailure(QStringLiteral("A transaction is open on this storage already. End it first."));
    if (connection.isInTransaction()) {
        return localFailure(QStringLiteral("The application has a transaction of its own open on this connection. "
                                           "Commit it or roll it back, then try again."));
    }
    if (const auto begun = connection.execute(QStringLiteral("BEGIN IMMEDIATE")); !begun)
        return begun.failure();
    return std::unique_ptr<StoreTransaction>(new SqliteTransaction(connection));
}

SqliteTransaction::SqliteTransaction(SqliteConnection &connection)
    : m_connection(connection)
{
    m_connection.setTransaction(this);
}

SqliteTransaction::~SqliteTransaction()
{
    if (m_isOpen)
        rollBack();
}

Result<void> SqliteTransaction::commit()
{
    if (!m_isOpen)
        return localFailure(QStringLiteral("The transaction has ended already."));
    const auto committed = m_connection.execute(QStringLiteral("COMMIT"));
    if (committed) {
        end();
        return {};
    }
    const Failure failure = committed.failure();
    rollBack();
    return failure;
}

void SqliteTransaction::end()
{
    m_isOpen = false;
    m_connection.setTransaction(nullptr);
}

void SqliteTransaction::rollBack()
{
    end();
    // SQLite may have done it already. Should a transaction stay open for another reason, the next begin() says so.
    if (m_connection.isInTransaction())
        (void)m_connection.execute(QStringLiteral("ROLLBACK"));
}

} // namespace Tideline
