// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>

#include <tideline/core/decimal.h>

#include <QtCore/QDateTime>
#include <QtCore/QStack>
#include <QtCore/QUuid>

#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <optional>

namespace Tideline::Json {

namespace {

// An integer or a double only where that loses not a digit.
QVariant exactNumber(const QByteArray &digits)
{
    bool isInteger = false;
    const qlonglong integer = digits.toLongLong(&isInteger);
    if (isInteger && QByteArray::number(integer) == digits)
        return integer;
    bool isReal = false;
    const double real = digits.toDouble(&isReal);
    if (isReal && std::isfinite(real) && QByteArray::number(real, 'g', QLocale::FloatingPointShortest) == digits)
        return real;
    return QVariant::fromValue(Decimal(QString::fromLatin1(digits)));
}

// Receives the parser's events and builds QVariants; every container in the making stands on the stack.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder>
{
public:
    explicit Builder(DuplicateKeys duplicates)
        : m_duplicates(duplicates)
    {
    }

    bool Null() { return add(QVariant()); }
    bool Bool(bool value) { return add(value); }
    bool RawNumber(const char *text, rapidjson::SizeType length, bool)
    {
        return add(exactNumber(QByteArray(text, static_cast<qsizetype>(length))));
    }
    bool String(const char *text, rapidjson::SizeType length, bool)
    {
        return add(QString::fromUtf8(text, static_cast<qsizetype>(length)));
    }
    bool StartObject() { return open(true); }
    bool Key(const char *text, rapidjson::SizeType length, bool)
    {
        Container &object = m_open.top();
        object.key = QString::fromUtf8(text, static_cast<qsizetype>(length));
        if (m_duplicates == DuplicateKeys::LastWins || !object.object.contains(object.key))
            return true;
        duplicate = object.key;
        return false;
    }
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool StartArray() { return open(false); }
    bool EndArray(rapidjson::SizeType) { return close(); }

    QVariant result;
    bool isTooDeep = false;
    std::optional<QString> duplicate;

private:
    struct Container
    {
        bool isObject = false;
        QString key;
        QVariantMap object;
        QVariantList array;
    };

    bool open(bool isObject)
    {
        if (m_open.size() >= maximumDepth) {
            isTooDeep = true;
            return false;
        }
        m_open.push(Container{isObject, {}, {}, {}});
        return true;
    }

    bool close()
    {
        const Container done = m_open.pop();
        return add(done.isObject ? QVariant(done.object) : QVariant(done.array));
    }

    bool add(const QVariant &value)
    {
        if (m_open.isEmpty())
            result = value;
        else if (Container &parent = m_open.top(); parent.isObject)
            parent.object.insert(parent.key, value);
        else
            parent.array.append(value);
        return true;
    }

    DuplicateKeys m_duplicates;
    QStack<Container> m_open;
};

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
        if (value.toString().isNull() && value.isNull())
            writer.Null();
        else
            return writeString(writer, value.toString());
        return {};
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
    const auto instant = [](const QString &text) { return QDateTime::fromString(text, Qt::ISODateWithMs); };
    if (left.size() < 19 || right.size() < 19 || left.at(4) != QLatin1Char('-') || right.at(4) != QLatin1Char('-'))
        return false;
    const QDateTime first = instant(left);
    return first.isValid() && first == instant(right) && fraction(left) == fraction(right);
}

} // namespace

Result<QVariant> parse(const QByteArray &text, DuplicateKeys duplicates)
{
    // RapidJSON takes a NUL behind the value for the end of the text and would not look at what follows.
    if (const qsizetype nul = text.indexOf('\0'); nul >= 0)
        return Failure(Failure::Code::Deserialization, QStringLiteral("not valid JSON at byte %1").arg(nul));
    constexpr unsigned flags =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
    rapidjson::Reader reader;
    rapidjson::MemoryStream bytes(text.constData(), static_cast<size_t>(text.size()));
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    Builder builder(duplicates);
    if (!reader.Parse<flags>(stream, builder).IsError())
        return builder.result;
    if (builder.isTooDeep)
        return Failure(Failure::Code::Deserialization,
                       QStringLiteral("JSON nested deeper than %1 levels").arg(maximumDepth));
    if (builder.duplicate)
        return Failure(Failure::Code::Deserialization,
                       QStringLiteral("JSON with the key \"%1\" twice in one object").arg(*builder.duplicate));
    return Failure(Failure::Code::Deserialization,
                   QStringLiteral("not valid JSON at byte %1").arg(reader.GetErrorOffset()));
}

Result<QVariantMap> parseObject(const QByteArray &text, DuplicateKeys duplicates)
{
    const Result<QVariant> parsed = parse(text, duplicates);
    if (!parsed)
        return parsed.failure();
    if (parsed->typeId() != QMetaType::QVariantMap)
        return Failure(Failure::Code::Deserialization, QStringLiteral("not a JSON object"));
    return parsed->toMap();
}

Result<QByteArray> serialize(const QVariant &value)
{
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    if (const Result<void> written = write(writer, value, 0); !written)
        return written.failure();
    return QByteArray(buffer.GetString(), static_cast<qsizetype>(buffer.GetSize()));
}

QByteArray toText(const QVariant &value)
{
    const Result<QByteArray> text = serialize(value);
    Q_ASSERT_X(text.ok(), "Json::toText", "a value that was not checked before");
    return text ? *text : QByteArrayLiteral("null");
}

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
