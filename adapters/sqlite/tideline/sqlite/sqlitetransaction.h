// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqliteturnstile.h>
#include <tideline/stores/storetransaction.h>

#include <memory>

namespace Tideline {

class SqliteConnection;

class SqliteTransaction final : public StoreTransaction
{
public:
    // Takes the write lock now: a deferred transaction would fail later, in spite of the busy timeout, where another
    // process has written in between.
    static Result<std::unique_ptr<StoreTransaction>> begin(SqliteConnection &connection,
                                                           SqliteTurnstile *turnstile = nullptr);
    ~SqliteTransaction() override;

    Result<void> commit() override;

private:
    SqliteTransaction(SqliteConnection &connection, std::unique_ptr<SqliteTurnstile::Pass> pass);
    void end();
    void rollBack();

    SqliteConnection &m_connection;
    std::unique_ptr<SqliteTurnstile::Pass> m_pass;
    bool m_isOpen = true;
};

} // namespace Tideline
