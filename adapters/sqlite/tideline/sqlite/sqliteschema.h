// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

namespace Tideline {

class SqliteConnection;

// Our own tables. Their version is a row of tideline_meta: PRAGMA user_version belongs to the application.
class SqliteSchema
{
public:
    static int newestVersion();
    // Fails for tables that a newer Tideline made; never writes.
    static Result<void> checkKnown(SqliteConnection &connection);
    // Brings the tables up to the newest version; writes nothing when they are there already.
    static Result<void> migrate(SqliteConnection &connection);
    // Fails unless the tables are there in the newest version; never writes.
    static Result<void> check(SqliteConnection &connection);

private:
    static Result<int> version(SqliteConnection &connection); // 0: no tables of ours
};

} // namespace Tideline
