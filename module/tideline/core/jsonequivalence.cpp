// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>

#include <QtCore/QDateTime>
#include <QtCore/QRegularExpression>

namespace Tideline::Json {

namespace {

// 1.50e2 -> 15, exponent 1: digits without leading and trailing zeros, and a power of ten.
struct Normalized
{
    bool isNegative = false;
    QByteArray digits;
    qlonglong exponent = 0;
    friend bool operator==(const Normalized &, const Normalized &) = default;
};

Normalized normalized(QByteArray text)
{
    Normalized number;
    if (text.startsWith('-')) {
        number.isNegative = true;
        text.remove(0, 1);
    }
    if (const qsizetype e = text.toLower().indexOf('e'); e >= 0) {
        number.exponent = text.mid(e + 1).toLongLong();
        text.truncate(e);
    }
    if (const qsizetype point = text.indexOf('.'); point >= 0) {
        number.exponent -= text.size() - point - 1;
        text.remove(point, 1);
    }
    while (text.startsWith('0'))
        text.remove(0, 1);
    while (text.endsWith('0')) {
        text.chop(1);
        ++number.exponent;
    }
    number.digits = text;
    if (text.isEmpty())
        return {};
    return number;
}

bool isNumber(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Double:
    case QMetaType::Float:
        return true;
    default:
        return value.metaType() == QMetaType::fromType<Decimal>();
    }
}

bool sameTime(const QString &left, const QString &right)
{
    // Both with a date, a time and a zone; QDateTime keeps milliseconds only, so what follows is compared as text.
    const auto fraction = [](const QString &text) {
        qsizetype at = text.indexOf(QLatin1Char('.')) + 1;
        QString digits;
        while (at > 0 && at < text.size() && text.at(at).isDigit())
            digits += text.at(at++);
        while (digits.endsWith(QLatin1Char('0')))
            digits.chop(1);
        return digits;
    };
    // Without a zone both would be read in this machine's.
    static const QRegularExpression zone(QStringLiteral("(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"));
    const auto instant = [](const QString &text) { return QDateTime::fromString(text, Qt::ISODateWithMs); };
    if (left.size() < 19 || right.size() < 19 || left.at(4) != QLatin1Char('-') || right.at(4) != QLatin1Char('-')
        || !zone.match(left).hasMatch() || !zone.match(right).hasMatch())
        return false;
    const QDateTime first = instant(left);
    return first.isValid() && first == instant(right) && fraction(left) == fraction(right);
}

} // namespace

/*!
    Returns whether \a left and \a right are the same value for a server. Numbers are compared by their value, 1.50
    equals 1.5, with all their digits; texts are the same also where both are timestamps of one instant,
    2024-01-01T00:00:00Z equals 2024-01-01T00:00:00+00:00; objects must have the same keys. An empty text is not null.
*/
bool equivalent(const QVariant &left, const QVariant &right)
{
    const bool leftIsNull = !left.isValid() || left.typeId() == QMetaType::Nullptr;
    const bool rightIsNull = !right.isValid() || right.typeId() == QMetaType::Nullptr;
    if (leftIsNull || rightIsNull)
        return leftIsNull && rightIsNull;
    if (isNumber(left) && isNumber(right))
        return normalized(toText(left)) == normalized(toText(right));
    if (left.typeId() == QMetaType::QVariantMap && right.typeId() == QMetaType::QVariantMap) {
        const QVariantMap first = left.toMap();
        const QVariantMap second = right.toMap();
        if (first.size() != second.size())
            return false;
        for (auto a = first.cbegin(), b = second.cbegin(); a != first.cend(); ++a, ++b) {
            if (a.key() != b.key() || !equivalent(a.value(), b.value()))
                return false;
        }
        return true;
    }
    if (left.typeId() == QMetaType::QVariantList && right.typeId() == QMetaType::QVariantList) {
        const QVariantList first = left.toList();
        const QVariantList second = right.toList();
        return std::equal(first.cbegin(), first.cend(), second.cbegin(), second.cend(), equivalent);
    }
    if (left.typeId() == QMetaType::QString && right.typeId() == QMetaType::QString)
        return left.toString() == right.toString() || sameTime(left.toString(), right.toString());
    const Result<QByteArray> first = serialize(left);
    const Result<QByteArray> second = serialize(right);
    return first && second && *first == *second;
}

} // namespace Tideline::Json
