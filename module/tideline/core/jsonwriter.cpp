// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>

#include <QtCore/QDateTime>
#include <QtCore/QUuid>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>

namespace Tideline::Json {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

Failure unrepresentable(const QString &why)
{
    return {Failure::Code::Invalid, why};
}

Result<void> writeString(Writer &writer, const QString &text)
{
    if (text.contains(QChar::Null))
        return unrepresentable(
            QStringLiteral("A text holds a NUL character, which PostgreSQL and JSON cannot store. Remove it."));
    if (!text.isValidUtf16())
        return unrepresentable(
            QStringLiteral("A text holds half of a surrogate pair, which is no Unicode character. Remove it."));
    const QByteArray utf8 = text.toUtf8();
    writer.String(utf8.constData(), static_cast<rapidjson::SizeType>(utf8.size()));
    return {};
}

Result<void> write(Writer &writer, const QVariant &value, int depth);

Result<void> writeMap(Writer &writer, const QVariantMap &map, int depth)
{
    writer.StartObject();
    for (auto it = map.cbegin(); it != map.cend(); ++it) {
        if (const Result<void> key = writeString(writer, it.key()); !key)
            return key;
        if (const Result<void> element = write(writer, it.value(), depth + 1); !element)
            return element;
    }
    writer.EndObject();
    return {};
}

template <typename List>
Result<void> writeList(Writer &writer, const List &list, int depth)
{
    writer.StartArray();
    for (const auto &value : list) {
        if (const Result<void> element = write(writer, value, depth + 1); !element)
            return element;
    }
    writer.EndArray();
    return {};
}

Result<void> writeReal(Writer &writer, double value)
{
    if (!std::isfinite(value))
        return unrepresentable(QStringLiteral("A number is infinite or not a number, which JSON cannot hold."));
    const QByteArray digits = QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
    writer.RawValue(digits.constData(), static_cast<size_t>(digits.size()), rapidjson::kNumberType);
    return {};
}

Result<void> write(Writer &writer, const QVariant &value, int depth)
{
    if (depth > maximumDepth)
        return unrepresentable(QStringLiteral("A value is nested deeper than %1 levels.").arg(maximumDepth));
    const int type = value.typeId();
    switch (type) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        writer.Null();
        return {};
    case QMetaType::Bool:
        writer.Bool(value.toBool());
        return {};
    case QMetaType::Int:
    case QMetaType::Short:
    case QMetaType::Long:
    case QMetaType::LongLong:
        writer.Int64(value.toLongLong());
        return {};
    case QMetaType::UInt:
    case QMetaType::UShort:
    case QMetaType::ULong:
    case QMetaType::ULongLong:
        writer.Uint64(value.toULongLong());
        return {};
    case QMetaType::Double:
    case QMetaType::Float:
        return writeReal(writer, value.toDouble());
    case QMetaType::QString:
        return writeString(writer, value.toString());
    case QMetaType::QVariantMap:
        return writeMap(writer, value.toMap(), depth);
    case QMetaType::QVariantList:
        return writeList(writer, value.toList(), depth);
    case QMetaType::QStringList:
        return writeList(writer, value.toStringList(), depth);
    case QMetaType::QByteArray: // PostgreSQL's text form of a bytea
        return writeString(writer, QStringLiteral("\\x") + QString::fromLatin1(value.toByteArray().toHex()));
    case QMetaType::QDateTime:
        return writeString(writer, value.toDateTime().toUTC().toString(Qt::ISODateWithMs));
    case QMetaType::QDate:
        return writeString(writer, value.toDate().toString(Qt::ISODate));
    case QMetaType::QTime:
        return writeString(writer, value.toTime().toString(Qt::ISODateWithMs));
    case QMetaType::QUuid:
        return writeString(writer, value.toUuid().toString(QUuid::WithoutBraces));
    default:
        break;
    }
    if (value.metaType() == QMetaType::fromType<Decimal>()) {
        const QByteArray digits = value.value<Decimal>().digits().toLatin1();
        if (!Json::parse(digits))
            return unrepresentable(QStringLiteral("A Decimal holds no number."));
        writer.RawValue(digits.constData(), static_cast<size_t>(digits.size()), rapidjson::kNumberType);
        return {};
    }
    return unrepresentable(
        QStringLiteral("A value of type %1 cannot be stored: use text, numbers, booleans, lists and maps.")
            .arg(QString::fromLatin1(value.typeName())));
}

} // namespace

/*!
    \a value as compact JSON in UTF-8.

    Beside the types that parse() gives it takes all integers, float, nullptr (null), QStringList, QByteArray
    (PostgreSQL's \c{\x} and hexadecimal digits), QDateTime (ISO 8601 in UTC with milliseconds), QDate, QTime and QUuid.
    A null QString is an empty text. Fails with Invalid for what JSON or the server cannot hold: NUL characters, half
    surrogate pairs, infinities, other types, more than \c maximumDepth levels.
*/
Result<QByteArray> serialize(const QVariant &value)
{
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    if (const Result<void> written = write(writer, value, 0); !written)
        return written.failure();
    return QByteArray(buffer.GetString(), static_cast<qsizetype>(buffer.GetSize()));
}

/*!
    serialize() for a \a value that is known to be representable, because it was parsed or checked before. Anything else
    is a programming error: it stops a debug build and gives \c null in others.
*/
QByteArray toText(const QVariant &value)
{
    const Result<QByteArray> text = serialize(value);
    Q_ASSERT_X(text.ok(), "Json::toText", "a value that was not checked before");
    return text ? *text : QByteArrayLiteral("null");
}

} // namespace Tideline::Json
