// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitetransaction.h>

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>

namespace Tideline {

namespace {

// How many pages the log has when it is written back. Of many pages some are written once instead of several times.
constexpr int usualLog = 4000;
constexpr int longestLog = 16000;

} // namespace

Result<std::unique_ptr<StoreTransaction>> SqliteTransaction::begin(SqliteConnection &connection,
                                                                   SqliteTurnstile *turnstile)
{
    if (!connection.isWritable())
        return localFailure(QStringLiteral("The database was opened for reading only. Open it for writing first."));
    if (connection.transaction() != nullptr)
        return localFailure(QStringLiteral("A transaction is open on this storage already. End it first."));
    if (connection.isInTransaction()) {
        return localFailure(QStringLiteral("The application has a transaction of its own open on this connection. "
                                           "Commit it or roll it back, then try again."));
    }
    std::unique_ptr<SqliteTurnstile::Pass> pass;
    if (turnstile != nullptr) {
        pass = turnstile->enter(connection.busyTimeout());
        if (!pass)
            return sqliteFailure(SqliteCode::Busy, QString());
    }
    if (const auto begun = connection.begin(); !begun)
        return begun.failure();
    return std::unique_ptr<StoreTransaction>(new SqliteTransaction(connection, std::move(pass)));
}

SqliteTransaction::SqliteTransaction(SqliteConnection &connection, std::unique_ptr<SqliteTurnstile::Pass> pass)
    : m_connection(connection)
    , m_pass(std::move(pass))
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
    // The next one need not wait for the disk. But where one always comes, the log would never get to its end.
    m_connection.writeBackLog(longestLog);
    m_pass.reset();
    m_connection.writeBackLog(usualLog);
}

void SqliteTransaction::rollBack()
{
    // Before end(), which lets the next one in. SQLite may have done it already. Should a transaction stay open for
    // another reason, the next begin() says so.
    m_connection.setTransaction(nullptr);
    if (m_connection.isInTransaction())
        (void)m_connection.execute(QStringLiteral("ROLLBACK"));
    end();
}

} // namespace Tideline
