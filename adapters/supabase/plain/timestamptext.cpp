// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/timestamptext.h"

#include <QtCore/QDateTime>

#include <limits>

namespace Tideline::Rest {

namespace {

struct Split
{
    QString seconds; // the text without the fraction
    QString fraction;
};

Split split(const QString &timestamp)
{
    const qsizetype point = timestamp.indexOf(QLatin1Char('.'));
    if (point < 0)
        return {timestamp, {}};
    qsizetype end = point + 1;
    while (end < timestamp.size() && timestamp.at(end).isDigit())
        ++end;
    return {timestamp.left(point) + timestamp.mid(end), timestamp.mid(point + 1, end - point - 1)};
}

std::optional<qint64> toSeconds(const QString &timestamp)
{
    // QDateTime reads bare years too; a version that is a number is none of them.
    if (timestamp.size() < 19)
        return {};
    QDateTime time = QDateTime::fromString(timestamp, Qt::ISODate);
    if (!time.isValid())
        return {};
    if (time.timeSpec() == Qt::LocalTime) // a timestamp without zone
        time.setTimeSpec(Qt::UTC);
    return time.toSecsSinceEpoch();
}

} // namespace

std::optional<qint64> toMilliseconds(const QString &timestamp)
{
    if (timestamp == QLatin1String("infinity"))
        return std::numeric_limits<qint64>::max();
    const Split parts = split(timestamp);
    const std::optional<qint64> seconds = toSeconds(parts.seconds);
    if (!seconds)
        return {};
    return *seconds * 1000 + parts.fraction.leftJustified(3, QLatin1Char('0'), true).toInt();
}

bool isEarlier(const QString &left, const QString &right)
{
    const std::optional<qint64> first = toMilliseconds(left);
    const std::optional<qint64> second = toMilliseconds(right);
    if (!first || !second)
        return false;
    if (*first != *second)
        return *first < *second;
    const QString leftFraction = split(left).fraction;
    const QString rightFraction = split(right).fraction;
    const qsizetype width = qMax(leftFraction.size(), rightFraction.size());
    return leftFraction.leftJustified(width, QLatin1Char('0')) < rightFraction.leftJustified(width, QLatin1Char('0'));
}

bool isPrecise(const QString &timestamp)
{
    return split(timestamp).fraction.size() > 3;
}

} // namespace Tideline::Rest
