// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitetable.h>
#include <tideline/sqlite/sqlitevalue.h>
#include <tideline/stores/localstore.h>

#include <QtCore/QHash>

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
    // "a" = ? AND "b" = ?, with what to bind.
    struct KeyCondition
    {
        QString sql;
        QList<SqliteValue> values;
        QStringList columns; // quoted
    };
    Result<SqliteTable> table(const QString &name);
    static Result<KeyCondition> condition(const SqliteTable &table, const TableConfig &config, const QString &recordId);
    Result<bool> updateRow(const SqliteTable &table, const KeyCondition &key, const QStringList &columns,
                           const QList<SqliteValue> &values);

    SqliteConnection &m_connection;
    // Descriptions of tables, good for one version of the database's schema.
    QHash<QString, SqliteTable> m_tables;
    qint64 m_schemaVersion = -1;
};

} // namespace Tideline
