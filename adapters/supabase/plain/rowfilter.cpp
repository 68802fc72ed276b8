// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/rowfilter.h"

#include <tideline/core/json.h>

#include <QtCore/QRegularExpression>

#include <algorithm>
#include <iterator>

namespace Tideline::Rest {

namespace {

constexpr qsizetype longestFilter = 5000; // bytes of a query; the cursor needs some, too

Failure refused(const TableConfig &table, const QString &why)
{
    return {Failure::Code::Invalid, QStringLiteral("The filter of table %1 cannot be used: %2").arg(table.name, why)};
}

bool isScalar(const QVariant &value)
{
    return value.typeId() != QMetaType::QVariantList && value.typeId() != QMetaType::QStringList
           && value.typeId() != QMetaType::QVariantMap;
}

// Numbers and UUIDs need no quotes: they would make up a sixth of a URL.
QString listed(const QVariant &value)
{
    static const QRegularExpression plain(QStringLiteral("\\A[A-Za-z0-9-]+\\z"));
    const QString text = filterText(value);
    return plain.match(text).hasMatch() ? text : quoted(text);
}

} // namespace

Result<void> addFilter(RestQuery *query, const TableConfig &table)
{
    const qsizetype length = query->encoded().size();
    for (auto it = table.filter.cbegin(); it != table.filter.cend(); ++it) {
        const QString column = columnName(it.key());
        const QVariant &value = it.value();
        if (const Result<QByteArray> text = Json::serialize(value); !text)
            return refused(table, text.failure().detail);
        if (value.isNull()) {
            query->add(column, QStringLiteral("is.null"));
        } else if (isScalar(value)) {
            query->add(column, QStringLiteral("eq.") + filterText(value));
        } else {
            const QVariantList values = value.toList();
            const bool isFlat = value.typeId() != QMetaType::QVariantMap
                                && std::all_of(values.cbegin(), values.cend(), [](const QVariant &element) {
                                       return isScalar(element) && !element.isNull();
                                   });
            if (!isFlat)
                return refused(table,
                               QStringLiteral("column %1 needs a text, a number, true, false or null, or a list of "
                                              "them without null.")
                                   .arg(it.key()));
            QStringList texts;
            std::transform(values.cbegin(), values.cend(), std::back_inserter(texts), listed);
            query->add(column, QStringLiteral("in.(") + texts.join(QLatin1Char(',')) + QLatin1Char(')'));
        }
    }
    if (query->encoded().size() - length > longestFilter)
        return refused(table,
                       QStringLiteral("it is longer than a URL may be. Shorten its lists, filter by another column, or "
                                      "enrol the table in the server kit, which has no such limit."));
    return {};
}

} // namespace Tideline::Rest
