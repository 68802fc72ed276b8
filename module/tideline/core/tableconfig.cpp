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

Result<QString> TableConfig::canonicalRecordId(const QString &recordId) const
{
    const Result<QStringList> parts = keyParts(recordId);
    if (!parts)
        return parts.failure();
    return key.size() == 1 ? recordId : joined(*parts);
}

QString TableConfig::recordIdOf(const QVariantMap &row) const
{
    QStringList parts;
    for (const QString &column : key) {
        const QVariant value = row.value(column);
        if (value.isNull())
            return {};
        parts.append(keyText(value));
    }
    return key.size() == 1 ? parts.constFirst() : joined(parts);
}

bool TableSchema::hasColumn(const QString &column) const
{
    return std::any_of(columns.cbegin(), columns.cend(), [&](const ColumnInfo &info) { return info.name == column; });
}

} // namespace Tideline

#include "moc_tableconfig.cpp"
