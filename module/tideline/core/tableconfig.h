// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/synctypes.h>

#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <optional>

namespace Tideline {

// One synced table. The local and the remote table have the same name, key columns and column names.
class TIDELINE_EXPORT TableConfig
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(QStringList key MEMBER key)
    Q_PROPERTY(QString updatedAt MEMBER updatedAt)
    Q_PROPERTY(QString deletedAt MEMBER deletedAt)
    Q_PROPERTY(QString owner MEMBER owner)
    Q_PROPERTY(QVariantMap filter MEMBER filter)

public:
    QString name;
    QStringList key = {QStringLiteral("id")};
    QString updatedAt = QStringLiteral("updated_at"); // set by the server at every change: a row's version
    QString deletedAt;                                // empty: rows are deleted for good
    QString owner = QStringLiteral("user_id");
    QVariantMap filter; // which rows are pulled: column -> value, null or list of values; empty: all
    std::optional<ConflictStrategy> conflictStrategy; // empty: SyncConfig's

    TableConfig() = default;
    explicit TableConfig(const QString &tableName)
        : name(tableName)
    {
    }

    // A record id is the literal text of a single key; a JSON array of the parts' texts for a composite one.
    Result<QString> canonicalRecordId(const QString &recordId) const;
    Result<QStringList> keyParts(const QString &recordId) const;
    // Empty when a key column is missing or null in the row.
    QString recordIdOf(const QVariantMap &row) const;

    friend bool operator==(const TableConfig &, const TableConfig &) = default;
};

// A column as a server or a database describes it.
class TIDELINE_EXPORT ColumnInfo
{
public:
    enum class Type { Text, Integer, Real, Decimal, Boolean, Json, Blob };
    QString name;
    Type type = Type::Text;
    bool isKey = false;
    bool isRequired = false;

    friend bool operator==(const ColumnInfo &, const ColumnInfo &) = default;
};

class TIDELINE_EXPORT TableSchema
{
public:
    QString name;
    QList<ColumnInfo> columns;

    bool hasColumn(const QString &column) const;

    friend bool operator==(const TableSchema &, const TableSchema &) = default;
};

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::TableConfig)
