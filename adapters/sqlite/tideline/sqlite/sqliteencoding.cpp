// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteencoding.h>

#include <tideline/core/json.h>

namespace Tideline::SqliteEncoding {

SqliteValue fromTime(const QDateTime &time)
{
    return time.isValid() ? SqliteValue(qint64(time.toMSecsSinceEpoch())) : SqliteValue();
}

QDateTime toTime(const SqliteRow &row, int column)
{
    return row.isNull(column) ? QDateTime() : QDateTime::fromMSecsSinceEpoch(row.integer(column), Qt::UTC);
}

SqliteValue fromFailure(const Failure &failure)
{
    if (!failure.isFailure())
        return {};
    // Whatever a server put into a failure's texts, the failure itself must not become unstorable.
    if (const Result<QByteArray> json = Json::serialize(failure.toVariantMap()))
        return SqliteValue::ofUtf8(*json);
    Failure bare(failure.code, QStringLiteral("The reason holds characters that cannot be stored."));
    bare.httpStatus = failure.httpStatus;
    bare.retryAfter = failure.retryAfter;
    return SqliteValue::ofUtf8(Json::toText(bare.toVariantMap()));
}

Failure toFailure(const SqliteRow &row, int column)
{
    if (row.isNull(column))
        return {};
    const Result<QVariantMap> map = Json::parseObject(row.utf8(column));
    if (!map)
        return {Failure::Code::Deserialization, QStringLiteral("The stored reason cannot be read.")};
    return Failure::fromVariantMap(*map);
}

Result<SqliteValue> fromRow(const std::optional<QVariantMap> &values)
{
    if (!values)
        return SqliteValue();
    const Result<QByteArray> json = Json::serialize(*values);
    if (!json)
        return json.failure();
    return SqliteValue::ofUtf8(*json);
}

Result<std::optional<QVariantMap>> toRow(const SqliteRow &row, int column)
{
    if (row.isNull(column))
        return std::optional<QVariantMap>();
    Result<QVariantMap> values = Json::parseObject(row.utf8(column));
    if (!values)
        return values.failure();
    return std::optional<QVariantMap>(std::move(*values));
}

SqliteValue textOrNull(const QString &text)
{
    return text.isEmpty() ? SqliteValue() : SqliteValue(text);
}

QString contains(const QStringList &columns, const QString &text, QList<SqliteValue> *values)
{
    QString pattern = text;
    pattern.replace(QLatin1Char('\\'), QStringLiteral("\\\\"))
        .replace(QLatin1Char('%'), QStringLiteral("\\%"))
        .replace(QLatin1Char('_'), QStringLiteral("\\_"));
    QStringList terms;
    for (const QString &column : columns) {
        terms.append(column + QStringLiteral(" LIKE ? ESCAPE '\\'"));
        values->append(QString(QLatin1Char('%') + pattern + QLatin1Char('%')));
    }
    return QStringLiteral("(%1)").arg(terms.join(QStringLiteral(" OR ")));
}

} // namespace Tideline::SqliteEncoding
