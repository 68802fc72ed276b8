// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitevalue.h>
#include <tideline/stores/timestampstore.h>

#include <initializer_list>

namespace Tideline {

class SqliteConnection;

class SqliteTimestampStore final : public TimestampStore
{
public:
    explicit SqliteTimestampStore(SqliteConnection &connection);

    Result<SyncCursor> cursor(const QString &table) override;
    Result<QList<SyncCursor>> cursors() override;
    Result<void> setCursor(StoreTransaction &transaction, const SyncCursor &cursor) override;
    Result<void> removeCursor(StoreTransaction &transaction, const QString &table) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    Result<void> write(const StoreTransaction &transaction, const QString &sql,
                       std::initializer_list<SqliteValue> values = {});

    SqliteConnection &m_connection;
};

} // namespace Tideline
