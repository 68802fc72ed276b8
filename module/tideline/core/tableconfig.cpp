// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/tableconfig.h>

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>

#include <algorithm>

namespace Tideline {

namespace {

QString keyText(const QVariant &value)
{
    if (value.metaType() == QMetaType::fromType<QString>())
        return value.toString();
    return QString::fromUtf8(Json::toText(value));
}

QString joined(const QStringList &parts)
{
    return QString::fromUtf8(Json::toText(QVariantList(parts.cbegin(), parts.cend())));
}

} // namespace

/*!
    \class Tideline::TableConfig
    \inmodule Tideline
    \inheaderfile tideline/core/tableconfig.h
    \brief One synced table; a value.

    The local and the remote table have the same name, the same key columns and the same names of columns; either may
    have columns that the other lacks.

    A record's id is a text: the value of a single key as it is, a JSON array of the values' texts for a composite key.
*/

/*!
    \variable Tideline::TableConfig::name
    The name of the table; needed.
*/

/*!
    \variable Tideline::TableConfig::key
    The key's columns, in the order in which a composite id has their values. The local table needs a primary key or a
    unique index on just these.
*/

/*!
    \variable Tideline::TableConfig::updatedAt
    The column that the server sets at every change: the version of a row, and its place among the changes. Clients
    never send it.
*/

/*!
    \variable Tideline::TableConfig::deletedAt
    The nullable timestamp that marks a row as deleted. Empty: rows are deleted for good.
*/

/*!
    \variable Tideline::TableConfig::owner
    The column that says whose a row is. Where SyncSetup::userId is set, rows with another value here are neither
    written nor stored; a row without the column, or with null, is anybody's.
*/

/*!
    \variable Tideline::TableConfig::filter
    Which rows are pulled: all those whose columns have these values, of a list any one; null matches null. Values are
    texts, numbers, booleans and nulls, a list holds neither nulls nor lists. Rows that leave the filter go from the
   local table, those with pending changes excepted. Empty: every row that the user sees.

    A changed filter takes effect with the next pull, which reads what it adds and removes what it loses.
*/

/*!
    \variable Tideline::TableConfig::conflictStrategy
    Who wins a conflict; empty: what SyncConfig says.
*/

/*!
    \fn Tideline::TableConfig::TableConfig()
    A table without a name, which no engine takes.
*/

/*!
    \fn Tideline::TableConfig::TableConfig(const QString &tableName)
    The table \a tableName with the defaults: the key \c id, the columns \c updated_at and \c user_id, no \c deletedAt.
*/

/*!
    The values of the key in \a recordId, as texts and in the order of the key. Fails with Invalid where the id of a
    single key is empty, and where that of a composite one is no JSON array of as many values, none of them null.
*/
Result<QStringList> TableConfig::keyParts(const QString &recordId) const
{
    if (key.size() == 1) {
        if (recordId.isEmpty())
            return Failure(Failure::Code::Invalid,
                           QStringLiteral("The id of a record of table %1 is empty.").arg(name));
        return QStringList{recordId};
    }
    const Result<QVariant> parsed = Json::parse(recordId.toUtf8());
    const QVariantList values = parsed ? parsed->toList() : QVariantList();
    const bool hasNull =
        std::any_of(values.cbegin(), values.cend(), [](const QVariant &value) { return value.isNull(); });
    if (values.size() != key.size() || hasNull) {
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("Table %1 has the key (%2): its record ids are JSON arrays of %3 values.")
                           .arg(name, key.join(QStringLiteral(", ")))
                           .arg(key.size()));
    }
    QStringList parts;
    std::transform(values.cbegin(), values.cend(), std::back_inserter(parts), keyText);
    return parts;
}

/*!
    The one spelling of \a recordId by which stores find the record: a composite id may come with blanks or with
    numbers. Fails as keyParts() does.
*/
Result<QString> TableConfig::canonicalRecordId(const QString &recordId) const
{
    const Result<QStringList> parts = keyParts(recordId);
    if (!parts)
        return parts.failure();
    return key.size() == 1 ? recordId : joined(*parts);
}

/*!
    The id of the record that \a row is; empty where a key column is missing or null.
*/
QString TableConfig::recordIdOf(const QVariantMap &row) const
{
    if (key.size() == 1) {
        const auto value = row.constFind(key.constFirst());
        return value == row.cend() || value->isNull() ? QString() : keyText(*value);
    }
    QStringList parts;
    for (const QString &column : key) {
        const QVariant value = row.value(column);
        if (value.isNull())
            return {};
        parts.append(keyText(value));
    }
    return joined(parts);
}

/*!
    \class Tideline::ColumnInfo
    \inmodule Tideline
    \inheaderfile tideline/core/tableconfig.h
    \brief A column as a server or a database describes it; a value.
*/

/*!
    \enum Tideline::ColumnInfo::Type
    What a column holds. In parentheses what the declared type of an SQLite column contains, which is looked for in this
    order: BOOL, JSON, DECIMAL, NUMERIC, INT, REAL, FLOA, DOUB, BLOB.

    \value Text Texts, timestamps, UUIDs: anything else.
    \value Integer 64-bit integers (\c INT).
    \value Real Doubles (\c REAL, \c FLOA, \c DOUB).
    \value Decimal Numbers of any length (\c DECIMAL, \c NUMERIC).
    \value Boolean true or false (\c BOOL).
    \value Json Any JSON (\c JSON).
    \value Blob Bytes, in rows as PostgreSQL's \c{\x} and hexadecimal digits (\c BLOB).
*/

/*!
    \variable Tideline::ColumnInfo::name
    The name of the column.
*/

/*!
    \variable Tideline::ColumnInfo::type
    What it holds.
*/

/*!
    \variable Tideline::ColumnInfo::isKey
    Whether it belongs to the primary key.
*/

/*!
    \variable Tideline::ColumnInfo::isRequired
    Whether it is said to refuse null. A local table that is made of a server's schema requires its key alone, because a
    part of a row may come before the rest.
*/

/*!
    \class Tideline::TableSchema
    \inmodule Tideline
    \inheaderfile tideline/core/tableconfig.h
    \brief A table as a server or a database describes it; a value.

    \c name is the table's, \c columns are its columns; of an SQLite table without generated and hidden ones.
*/

/*!
    Returns whether there is a column with just the name \a column.
*/
bool TableSchema::hasColumn(const QString &column) const
{
    return std::any_of(columns.cbegin(), columns.cend(), [&](const ColumnInfo &info) { return info.name == column; });
}

} // namespace Tideline

#include "moc_tableconfig.cpp"
