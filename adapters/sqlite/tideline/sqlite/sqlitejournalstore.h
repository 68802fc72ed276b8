// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitevalue.h>
#include <tideline/stores/journalstore.h>

namespace Tideline {

class SqliteConnection;

class SqliteJournalStore final : public JournalStore
{
public:
    explicit SqliteJournalStore(SqliteConnection &connection);

    Result<ConflictRecord> conflict(const QString &conflictId) override;
    Result<QList<ConflictRecord>> conflicts(const JournalFilter &filter) override;
    Result<qint64> openConflictCount() override;
    Result<QList<LoggedEvent>> events(const JournalFilter &filter) override;
    Result<qint64> quarantinedCount() override;
    Result<QStringList> quarantinedRecords(const QString &table) override;

    Result<void> saveConflict(StoreTransaction &transaction, const ConflictRecord &conflict) override;
    Result<void> appendEvent(StoreTransaction &transaction, const LoggedEvent &event) override;
    Result<void> quarantine(StoreTransaction &transaction, const QString &table, const QString &recordId,
                            const QVariantMap &row, const Failure &reason, const QDateTime &at) override;
    Result<void> release(StoreTransaction &transaction, const QString &table, const QString &recordId) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    Result<QList<ConflictRecord>> readConflicts(const QString &condition, const QList<SqliteValue> &values);
    Result<void> write(const StoreTransaction &transaction, const QString &sql, const QList<SqliteValue> &values = {});

    SqliteConnection &m_connection;
};

} // namespace Tideline
