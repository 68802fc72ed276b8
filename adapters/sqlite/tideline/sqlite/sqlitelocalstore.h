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
    Result<std::optional<QVariantMap>> rowPart(const TableConfig &table, const QString &recordId,
                                               const QStringList &columns) override;
    Result<QList<QVariantMap>> rows(const TableConfig &table, qint64 limit) override;
    Result<qint64> rowCount(const QString &table) override;
    Result<std::unique_ptr<Inventory>> inventory(const TableConfig &table) override;

    Result<void> upsertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                           const QVariantMap &values) override;
    Result<bool> insertRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId,
                           const QVariantMap &values) override;
    Result<void> removeRow(StoreTransaction &transaction, const TableConfig &table, const QString &recordId) override;
    Result<void> clear(StoreTransaction &transaction, const QString &table) override;

    Result<bool> createTable(const TableSchema &schema) override;

private:
    // The columns that some values are for, and the statements that store them. It takes a while to make, and the rows
    // of a page share it.
    class Layout
    {
    public:
        QStringList names;        // of the values, as a map has them
        QList<qsizetype> columns; // of each its place in the table; < 0: it is not stored
        QString insert;
        QString insertNew; // leaves a row that is there alone, whatever the table's own constraints say
        QString update;    // empty: nothing but the key
    };
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
        Layout layout; // of the row that was stored last

        // Valid until the next call.
        const Layout &layoutOf(const QVariantMap &values);
        Result<QList<SqliteValue>> valuesOf(const TableConfig &config, const QString &recordId) const;
    };
    // What these point to lives until the next call.
    Result<const SqliteTable *> table(const QString &name);
    Result<Keyed *> keyed(const TableConfig &config);
    Result<void> forgetOldSchema();

    // A row that is ready to be stored: its values, then those of its key.
    class Bound
    {
    public:
        const Keyed *keyed = nullptr;
        const Layout *layout = nullptr;
        QList<SqliteValue> values;
    };
    Result<Bound> bound(const StoreTransaction &transaction, const TableConfig &config, const QString &recordId,
                        const QVariantMap &values);
    Result<bool> updateRow(const Bound &row);
    Result<bool> hasRow(const Keyed &keyed, const QList<SqliteValue> &key);

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
    void noteAbsence(const TableConfig &config, const QString &recordId, bool isAbsent);

    SqliteConnection &m_connection;
    Absence m_absence;
    // Descriptions of tables, good for one version of the database's schema.
    std::unordered_map<QString, SqliteTable> m_tables;
    std::unordered_map<QString, Keyed> m_keyed;
    qint64 m_schemaVersion = -1;
    qint64 m_checkedTransaction = 0; // the one in which that version was read last
};

} // namespace Tideline
