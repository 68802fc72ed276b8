// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteencoding.h>

#include <tideline/core/json.h>

namespace Tideline::SqliteEncoding {

QVariant fromTime(const QDateTime &time)
{
    return time.isValid() ? QVariant(static_cast<qlonglong>(time.toMSecsSinceEpoch())) : QVariant();
}

QDateTime toTime(const QVariant &column)
{
    return column.isNull() ? QDateTime() : QDateTime::fromMSecsSinceEpoch(column.toLongLong(), Qt::UTC);
}

QVariant fromFailure(const Failure &failure)
{
    if (!failure.isFailure())
        return {};
    // Whatever a server put into a failure's texts, the failure itself must not become unstorable.
    if (const Result<QByteArray> json = Json::serialize(failure.toVariantMap()))
        return QString::fromUtf8(*json);
    Failure bare(failure.code, QStringLiteral("The reason holds characters that cannot be stored."));
    bare.httpStatus = failure.httpStatus;
    bare.retryAfter = failure.retryAfter;
    return QString::fromUtf8(Json::toText(bare.toVariantMap()));
}

Failure toFailure(const QVariant &column)
{
    if (column.isNull())
        return {};
    const Result<QVariantMap> map = Json::parseObject(column.toString().toUtf8());
    if (!map)
        return {Failure::Code::Deserialization, QStringLiteral("The stored reason cannot be read.")};
    return Failure::fromVariantMap(*map);
}

Result<QVariant> fromRow(const std::optional<QVariantMap> &row)
{
    if (!row)
        return QVariant();
    const Result<QByteArray> json = Json::serialize(*row);
    if (!json)
        return json.failure();
    return QVariant(QString::fromUtf8(*json));
}

Result<std::optional<QVariantMap>> toRow(const QVariant &column)
{
    if (column.isNull())
        return std::optional<QVariantMap>();
    Result<QVariantMap> row = Json::parseObject(column.toString().toUtf8());
    if (!row)
        return row.failure();
    return std::optional<QVariantMap>(std::move(*row));
}

QVariant textOrNull(const QString &text)
{
    return text.isEmpty() ? QVariant() : QVariant(text);
}

QString text(const QString &text)
{
    return text.isNull() ? QStringLiteral("") : text;
}

QString contains(const QStringList &columns, const QString &text, QVariantList *values)
{
    QString pattern = text;
    pattern.replace(QLatin1Char('\\'), QStringLiteral("\\\\"))
        .replace(QLatin1Char('%'), QStringLiteral("\\%"))
        .replace(QLatin1Char('_'), QStringLiteral("\\_"));
    QStringList terms;
    for (const QString &column : columns) {
        terms.append(column + QStringLiteral(" LIKE ? ESCAPE '\\'"));
        values->append(QLatin1Char('%') + pattern + QLatin1Char('%'));
    }
    return QStringLiteral("(%1)").arg(terms.join(QStringLiteral(" OR ")));
}

} // namespace Tideline::SqliteEncoding
