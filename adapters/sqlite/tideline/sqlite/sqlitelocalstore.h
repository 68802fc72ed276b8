// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitetable.h>
#include <tideline/sqlite/sqlitevalue.h>
#include <tideline/stores/localstore.h>

#include <unordered_map>

namespace Tideline {

class SqliteConnection;

class SqliteLocalStore final : public LocalStore
{
public:
    explicit SqliteLocalStore(SqliteConnection &connection);

    Result<TableSchema> schema(const QString &table) override;
    Result<std::optional<QVariantMap>> row(const TableConfig &table, const QString &recordId) override;
    Result<QList<QVariantMap>> rows(const TableConfig &table, qint64 limit) override;
    Result<qint64> rowCount(const QString &table) override;
    Result<QList<RecordVersion>> versions(const TableConfig &table) override;

    Result<void> upsertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                           const QVariantMap &values) override;
    Result<void> removeRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId) override;
    Result<void> clear(StoreTransaction &transaction, const QString &table) override;

    Result<bool> createTable(const TableSchema &schema) override;

private:
    // A table with the key by which its records are told apart, and the statements that follow from the two.
    class Keyed
    {
    public:
        SqliteTable table;
        QStringList key;
        QList<SqliteColumn> keyColumns;
        bool isUnique = false;
        QString isRecord; // "a" = ? AND "b" = ?
        QString selectRow;

        Result<QList<SqliteValue>> valuesOf(const TableConfig &config, const QString &recordId) const;
    };
    // What these point to lives until the next call.
    Result<const SqliteTable *> table(const QString &name);
    Result<const Keyed *> keyed(const TableConfig &config);
    Result<void> forgetOldSchema();
    Result<bool> updateRow(const Keyed &keyed, const QList<const SqliteColumn *> &columns,
                           const QList<SqliteValue> &values);

    // The record that row() has just not found, in the transaction that is open: until the next write there is no need
    // to look again.
    class Absence
    {
    public:
        qint64 transaction = 0;
        QString table;
        QString recordId;
        friend bool operator==(const Absence &, const Absence &) = default;
    };

    SqliteConnection &m_connection;
    Absence m_absence;
    // Descriptions of tables, good for one version of the database's schema.
    std::unordered_map<QString, SqliteTable> m_tables;
    std::unordered_map<QString, Keyed> m_keyed;
    qint64 m_schemaVersion = -1;
    qint64 m_checkedTransaction = 0; // the one in which that version was read last
};

} // namespace Tideline
