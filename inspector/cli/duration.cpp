// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "duration.h"

#include <array>

namespace Tideline::Cli {

namespace {

struct Unit
{
    const char *name;
    qint64 milliseconds;
};

// The longest first: durationText() takes the first that divides.
constexpr std::array units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"min", 60'000}, Unit{"s", 1000},
                           Unit{"ms", 1}};
constexpr qint64 longest = 36'500LL * 86'400'000;

} // namespace

std::optional<std::chrono::milliseconds> parsedDuration(const QString &text)
{
    qsizetype digits = 0;
    while (digits < text.size() && text.at(digits) >= QLatin1Char('0') && text.at(digits) <= QLatin1Char('9'))
        ++digits;
    bool isNumber = false;
    const qint64 number = QStringView(text).left(digits).toLongLong(&isNumber);
    const QStringView name = QStringView(text).mid(digits);
    for (const Unit &unit : units) {
        if (name == QLatin1String(unit.name) && isNumber && number <= longest / unit.milliseconds)
            return std::chrono::milliseconds(number * unit.milliseconds);
    }
    return std::nullopt;
}

QString durationText(std::chrono::milliseconds duration)
{
    const qint64 count = duration.count();
    for (const Unit &unit : units) {
        if (count % unit.milliseconds == 0 && count != 0)
            return QString::number(count / unit.milliseconds) + QLatin1String(unit.name);
    }
    return QStringLiteral("0s");
}

} // namespace Tideline::Cli
