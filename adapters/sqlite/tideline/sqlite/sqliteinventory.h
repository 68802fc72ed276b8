// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sqlite/sqlitecolumn.h>
#include <tideline/stores/inventory.h>

#include <QtCore/QList>

#include <optional>

namespace Tideline {

class SqliteConnection;

// A temporary table, which SQLite keeps in a file of its own when it grows: the copy is a fast one, and the memory that
// it takes is bounded.
class SqliteInventory final : public Inventory
{
public:
    // version: null where the table has no such column
    SqliteInventory(SqliteConnection &connection, const TableConfig &config, const QList<SqliteColumn> &key,
                    const SqliteColumn *version);
    ~SqliteInventory() override;

    Result<void> fill();

    Result<QHash<QString, QString>> strike(const QStringList &recordIds) override;
    Result<QStringList> next(qsizetype limit) override;

private:
    Result<std::optional<QString>> strikeOne(const QString &recordId);
    QString versionText(const QVariant &stored) const;

    SqliteConnection &m_connection;
    const TableConfig m_config;
    const QList<SqliteColumn> m_key;
    const std::optional<SqliteColumn> m_version;
    const QString m_name; // quoted
    QString m_strike;
    QString m_keyNames;           // k0, k1
    QString m_places;             // ?, ?
    QList<SqliteValue> m_lastKey; // of the record that next() gave last
};

} // namespace Tideline
