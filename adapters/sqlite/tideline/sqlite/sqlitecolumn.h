// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/tableconfig.h>
#include <tideline/sqlite/sqlitevalue.h>

namespace Tideline {

// A column of one of the application's tables: what it is declared as, and what SQLite does to values put into it.
class SqliteColumn
{
public:
    enum class Affinity { Text, Numeric, Integer, Real, None };

    SqliteColumn() = default;
    SqliteColumn(const QString &name, const QString &declaredType);

    QString name;
    QString quotedName;
    ColumnInfo::Type type = ColumnInfo::Type::Text;
    Affinity affinity = Affinity::Text;
    bool isKey = false;
    bool isRequired = false;

    // The value to bind. Fails with Deserialization where the column could not give the same value back.
    Result<SqliteValue> bound(const QString &table, const QVariant &value) const;
    // The value to bind for a part of a record id; fails with Invalid where no row of this column can have that id.
    Result<SqliteValue> boundKey(const QString &table, const QString &part) const;
    // What the database holds, as the server would give it; a value that does not fit its declared type comes as it is.
    QVariant decode(const QVariant &stored) const;

    // For CREATE TABLE.
    static QString declaration(ColumnInfo::Type type);

private:
    std::optional<SqliteValue> boundAtOnce(const QVariant &value) const;
    Result<QVariant> encode(const QString &table, const QVariant &value) const;
    std::optional<QVariant> encodeKey(const QString &part) const;
    std::optional<QVariant> encodeBoolean(const QVariant &value) const;
    std::optional<QVariant> encodeNumber(const QVariant &value) const;
    std::optional<QVariant> encodeString(const QString &text) const;
    bool changesText(const QString &text) const;
};

} // namespace Tideline
