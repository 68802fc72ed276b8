// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitecolumn.h>

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>
#include <tideline/sqlite/sqliteconnection.h>

#include <QtCore/QLocale>
#include <QtCore/QRegularExpression>

#include <cmath>

namespace Tideline {

namespace {

using Type = ColumnInfo::Type;

Type typeOf(const QString &declared)
{
    // The first that the name contains. Our own declarations put a storage class behind the meaning: JSON_TEXT.
    static const QList<std::pair<QString, Type>> words{
        {QStringLiteral("BOOL"), Type::Boolean},    {QStringLiteral("JSON"), Type::Json},
        {QStringLiteral("DECIMAL"), Type::Decimal}, {QStringLiteral("NUMERIC"), Type::Decimal},
        {QStringLiteral("INT"), Type::Integer},     {QStringLiteral("REAL"), Type::Real},
        {QStringLiteral("FLOA"), Type::Real},       {QStringLiteral("DOUB"), Type::Real},
        {QStringLiteral("BLOB"), Type::Blob},
    };
    for (const auto &[word, type] : words) {
        if (declared.contains(word, Qt::CaseInsensitive))
            return type;
    }
    return Type::Text;
}

// SQLite's own rules (https://www.sqlite.org/datatype3.html, 3.1), in their order.
SqliteColumn::Affinity affinityOf(const QString &declared)
{
    const auto has = [&](const char16_t *word) { return declared.contains(QStringView(word), Qt::CaseInsensitive); };
    if (has(u"INT"))
        return SqliteColumn::Affinity::Integer;
    if (has(u"CHAR") || has(u"CLOB") || has(u"TEXT"))
        return SqliteColumn::Affinity::Text;
    if (has(u"BLOB") || declared.isEmpty())
        return SqliteColumn::Affinity::None;
    if (has(u"REAL") || has(u"FLOA") || has(u"DOUB"))
        return SqliteColumn::Affinity::Real;
    return SqliteColumn::Affinity::Numeric;
}

bool isContainer(const QVariant &value)
{
    return value.typeId() == QMetaType::QVariantMap || value.typeId() == QMetaType::QVariantList
           || value.typeId() == QMetaType::QStringList;
}

bool isNumber(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Long:
    case QMetaType::ULong:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Double:
    case QMetaType::Float:
        return true;
    default:
        return value.metaType() == QMetaType::fromType<Decimal>();
    }
}

double toDouble(const QVariant &number)
{
    if (number.metaType() == QMetaType::fromType<Decimal>())
        return number.value<Decimal>().digits().toDouble();
    return number.toDouble();
}

// The same number as 64 bits, where there is one.
std::optional<QVariant> asInteger(const QVariant &number)
{
    constexpr double limit = 9223372036854775808.0; // 2^63
    if (number.typeId() == QMetaType::LongLong || number.typeId() == QMetaType::Int)
        return QVariant(number.toLongLong());
    const Result<QByteArray> digits = Json::serialize(number);
    if (!digits)
        return {};
    bool isInteger = false;
    if (const qlonglong integer = digits->toLongLong(&isInteger); isInteger)
        return QVariant(integer);
    const double real = toDouble(number);
    if (!(real >= -limit && real < limit))
        return {};
    const QVariant candidate(static_cast<qlonglong>(real));
    return Json::equivalent(candidate, number) ? std::optional(candidate) : std::nullopt;
}

std::optional<QVariant> asReal(const QVariant &number)
{
    const double real = toDouble(number);
    if (!std::isfinite(real))
        return {};
    return Json::equivalent(real, number) ? std::optional(QVariant(real)) : std::nullopt;
}

// What SQLite takes for a number when a text is put into a column with a numeric affinity.
bool looksNumeric(const QString &text)
{
    static const QRegularExpression number(
        QStringLiteral("^[ \\t\\n\\v\\f\\r]*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?[ \\t\\n\\v\\f\\r]*$"),
        QRegularExpression::DontCaptureOption);
    return number.match(text).hasMatch();
}

std::optional<QByteArray> bytesOf(const QString &text)
{
    if (!text.startsWith(QStringLiteral("\\x")) || text.size() % 2 != 0)
        return {};
    const QByteArray digits = text.mid(2).toLower().toLatin1();
    QByteArray bytes = QByteArray::fromHex(digits);
    if (bytes.toHex() != digits)
        return {};
    if (bytes.isNull())
        bytes = QByteArray("", 0); // a null one would be bound as NULL
    return bytes;
}

QVariant text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

} // namespace

SqliteColumn::SqliteColumn(const QString &columnName, const QString &declaredType)
    : name(columnName)
    , quotedName(quoted(columnName))
    , type(typeOf(declaredType))
    , affinity(affinityOf(declaredType))
{
}

QString SqliteColumn::declaration(ColumnInfo::Type type)
{
    switch (type) {
    case Type::Text:
        return QStringLiteral("TEXT");
    case Type::Integer:
        return QStringLiteral("BIGINT");
    case Type::Real:
        return QStringLiteral("DOUBLE");
    case Type::Decimal:
        return QStringLiteral("DECIMAL_TEXT");
    case Type::Boolean:
        return QStringLiteral("BOOLEAN");
    case Type::Json:
        return QStringLiteral("JSON_TEXT");
    case Type::Blob:
        return QStringLiteral("BLOB");
    }
    Q_UNREACHABLE();
}

Result<SqliteValue> SqliteColumn::bound(const QString &table, const QVariant &value) const
{
    if (auto simple = boundAtOnce(value))
        return *std::move(simple);
    const Result<QVariant> encoded = encode(table, value);
    return encoded ? Result<SqliteValue>(SqliteValue(*encoded)) : encoded.failure();
}

Result<QVariant> SqliteColumn::encode(const QString &table, const QVariant &value) const
{
    // Dates, lists of texts, bytes, ... in the form in which they go to the server.
    const Result<QByteArray> json = Json::serialize(value);
    if (!json)
        return json.failure();

    std::optional<QVariant> bound;
    const bool isJsonText = type == Type::Json && (affinity == Affinity::Text || affinity == Affinity::None);
    if (isJsonText) {
        bound = text(*json);
    } else if (type == Type::Boolean) {
        bound = encodeBoolean(value);
    } else if (isNumber(value)) {
        bound = encodeNumber(value);
    } else if (isContainer(value)) {
        if (type == Type::Json || type == Type::Text)
            bound = text(*json);
    } else if (value.typeId() == QMetaType::Bool) {
        if (type == Type::Text || type == Type::Json)
            bound = text(*json);
    } else if (const Result<QVariant> plain = Json::parse(*json); plain) {
        bound = type == Type::Json ? std::optional(text(*json)) : encodeString(plain->toString());
    }
    if (bound)
        return *bound;
    return Failure(
        Failure::Code::Deserialization,
        QStringLiteral("Column %2 of table %1 cannot hold this value exactly. Declare it with a type that can, "
                       "for example DECIMAL_TEXT for numbers, TEXT for text or JSON_TEXT for nested values.")
            .arg(table, name));
}

// The most frequent values, for which the long way round would come to the same.
std::optional<SqliteValue> SqliteColumn::boundAtOnce(const QVariant &value) const
{
    const bool isDigits = type == Type::Decimal && affinity == Affinity::Text;
    switch (value.typeId()) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        return SqliteValue();
    case QMetaType::LongLong:
        if (type == Type::Integer)
            return SqliteValue(qint64(value.toLongLong()));
        if (isDigits)
            return SqliteValue::ofUtf8(QByteArray::number(value.toLongLong()));
        return {};
    case QMetaType::Double:
        if (type == Type::Real && std::isfinite(value.toDouble()))
            return SqliteValue(value);
        if (isDigits && std::isfinite(value.toDouble()))
            return SqliteValue::ofUtf8(QByteArray::number(value.toDouble(), 'g', QLocale::FloatingPointShortest));
        return {};
    case QMetaType::Bool:
        if (type == Type::Boolean)
            return SqliteValue(value.toBool() ? 1 : 0);
        return {};
    case QMetaType::QString: {
        const QString text = value.toString();
        if (text.isNull())
            return SqliteValue();
        if (type == Type::Text && affinity == Affinity::Text && !text.contains(QChar::Null) && text.isValidUtf16())
            return SqliteValue(text);
        return {};
    }
    default:
        if (isDigits && value.metaType() == QMetaType::fromType<Decimal>())
            return SqliteValue(value.value<Decimal>().digits());
        return {};
    }
}

std::optional<QVariant> SqliteColumn::encodeBoolean(const QVariant &value) const
{
    if (value.typeId() == QMetaType::Bool)
        return QVariant(value.toBool() ? 1 : 0);
    if (isNumber(value)) {
        const auto integer = asInteger(value);
        if (integer && (integer->toLongLong() == 0 || integer->toLongLong() == 1))
            return integer;
    }
    return {};
}

std::optional<QVariant> SqliteColumn::encodeNumber(const QVariant &value) const
{
    if (type == Type::Blob)
        return {};
    if (type == Type::Integer)
        return asInteger(value);
    if (type == Type::Real)
        return asReal(value);
    switch (affinity) {
    case Affinity::Text:
        return text(Json::toText(value));
    case Affinity::None:
        break;
    case Affinity::Real:
        return asReal(value);
    case Affinity::Integer:
    case Affinity::Numeric:
        if (const auto integer = asInteger(value))
            return integer;
        return asReal(value);
    }
    // No affinity: a number stays what it is, and digits stay text.
    if (const auto integer = asInteger(value); integer && Json::toText(*integer) == Json::toText(value))
        return integer;
    if (value.typeId() == QMetaType::Double)
        return value;
    return text(Json::toText(value));
}

std::optional<QVariant> SqliteColumn::encodeString(const QString &value) const
{
    switch (type) {
    case Type::Boolean:
        return {};
    case Type::Blob:
        if (const auto bytes = bytesOf(value))
            return QVariant(*bytes);
        break;
    case Type::Integer:
    case Type::Real:
    case Type::Decimal: {
        // "12" for 12 is the same to a server; NaN stays text.
        const Result<QVariant> number = Json::parse(value.toUtf8());
        if (number && isNumber(*number))
            return encodeNumber(*number);
        break;
    }
    case Type::Text:
    case Type::Json:
        break;
    }
    if (changesText(value))
        return {};
    return QVariant(value);
}

bool SqliteColumn::changesText(const QString &value) const
{
    return affinity != Affinity::Text && affinity != Affinity::None && looksNumeric(value);
}

Result<SqliteValue> SqliteColumn::boundKey(const QString &table, const QString &part) const
{
    if (type == Type::Text && affinity == Affinity::Text)
        return SqliteValue(part);
    if (const std::optional<QVariant> encoded = encodeKey(part))
        return SqliteValue(*encoded);
    return Failure(Failure::Code::Invalid,
                   QStringLiteral("Key column %2 of table %1 cannot have this id. Use the id as the column "
                                  "would hold it.")
                       .arg(table, name));
}

std::optional<QVariant> SqliteColumn::encodeKey(const QString &part) const
{
    if (type == Type::Boolean) {
        if (part == QStringLiteral("true"))
            return QVariant(1);
        if (part == QStringLiteral("false"))
            return QVariant(0);
        return {};
    }
    if (type == Type::Blob) {
        const auto bytes = bytesOf(part);
        return bytes ? QVariant(*bytes) : QVariant(part);
    }
    if (!changesText(part))
        return QVariant(part);
    // SQLite would make a number of it, so that 007 met row 7: only the number's own spelling names that row.
    const Result<QVariant> number = Json::parse(part.toUtf8());
    const auto encoded = number && isNumber(*number) ? encodeNumber(*number) : std::nullopt;
    if (!encoded || QString::fromUtf8(Json::toText(*encoded)) != part)
        return {};
    return encoded;
}

QVariant SqliteColumn::decode(const QVariant &stored) const
{
    if (stored.isNull())
        return {};
    switch (stored.typeId()) {
    case QMetaType::QByteArray:
        return QString(QStringLiteral("\\x") + QString::fromLatin1(stored.toByteArray().toHex()));
    case QMetaType::QString:
        if (type == Type::Json || type == Type::Decimal) {
            const Result<QVariant> parsed = Json::parse(stored.toString().toUtf8());
            if (parsed && (type == Type::Json || isNumber(*parsed)))
                return *parsed;
        }
        return stored;
    case QMetaType::LongLong:
        if (type == Type::Boolean && (stored.toLongLong() == 0 || stored.toLongLong() == 1))
            return stored.toLongLong() == 1;
        return stored;
    default:
        return stored;
    }
}

} // namespace Tideline
