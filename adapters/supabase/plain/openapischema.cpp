// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/openapischema.h"

#include <QtCore/QHash>

#include <algorithm>

namespace Tideline::Rest {

namespace {

ColumnInfo::Type typeOf(const QVariantMap &property)
{
    using Type = ColumnInfo::Type;
    static const QHash<QString, Type> types{
        {QStringLiteral("bigint"), Type::Integer},
        {QStringLiteral("integer"), Type::Integer},
        {QStringLiteral("smallint"), Type::Integer},
        {QStringLiteral("numeric"), Type::Decimal},
        {QStringLiteral("double precision"), Type::Real},
        {QStringLiteral("real"), Type::Real},
        {QStringLiteral("boolean"), Type::Boolean},
        {QStringLiteral("json"), Type::Json},
        {QStringLiteral("jsonb"), Type::Json},
        {QStringLiteral("bytea"), Type::Blob},
    };
    if (property.value(QStringLiteral("type")).toString() == QLatin1String("array"))
        return Type::Json;
    const QString format = property.value(QStringLiteral("format")).toString();
    return format.endsWith(QLatin1String("[]")) ? Type::Json : types.value(format, Type::Text);
}

} // namespace

Result<TableSchema> openApiSchema(const TableConfig &table, const QVariantMap &description)
{
    const QVariantMap definitions = description.value(QStringLiteral("definitions")).toMap();
    const QVariantMap definition = definitions.value(table.name).toMap();
    if (definition.isEmpty()) {
        Failure missing(
            Failure::Code::Remote,
            QStringLiteral("The server shows no table %1 to this user. Check the name and the user's rights, "
                           "and reload the server's schema cache.")
                .arg(table.name));
        missing.httpStatus = 404;
        return missing;
    }
    const QStringList required = definition.value(QStringLiteral("required")).toStringList();
    const QVariantMap properties = definition.value(QStringLiteral("properties")).toMap();
    TableSchema schema;
    schema.name = table.name;
    for (auto it = properties.cbegin(); it != properties.cend(); ++it) {
        const QVariantMap property = it->toMap();
        ColumnInfo column;
        column.name = it.key();
        column.type = typeOf(property);
        column.isKey = property.value(QStringLiteral("description")).toString().contains(QLatin1String("<pk/>"));
        column.isRequired = required.contains(column.name);
        schema.columns.append(column);
    }
    // A view has no primary key: then the key is the configured one.
    const auto isKey = [](const ColumnInfo &column) { return column.isKey; };
    if (std::none_of(schema.columns.cbegin(), schema.columns.cend(), isKey)) {
        for (ColumnInfo &column : schema.columns)
            column.isKey = table.key.contains(column.name);
    }
    std::stable_partition(schema.columns.begin(), schema.columns.end(), isKey);
    return schema;
}

} // namespace Tideline::Rest
