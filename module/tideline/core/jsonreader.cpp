// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>
#include <tideline/core/utf8.h>

#include <QtCore/QLocale>
#include <QtCore/QRegularExpression>

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace Tideline::Json {

namespace {

namespace ondemand = simdjson::ondemand;

// A reply repeats the names of its columns with each row; more of them than these are no columns.
constexpr size_t mostSharedKeys = 1000;

// Builds QVariants from simdjson's on-demand values: the one interface that hands out a number's digits as they are.
class Reader
{
public:
    explicit Reader(DuplicateKeys duplicates)
        : m_duplicates(duplicates)
    {
    }

    Result<QVariant> document(const QByteArray &text)
    {
        // As the only element of an array: then a scalar is a value like others, and what follows it is found.
        QByteArray padded;
        padded.reserve(text.size() + 2 + static_cast<qsizetype>(simdjson::SIMDJSON_PADDING));
        padded.append('[').append(text).append(']');
        ondemand::parser parser;
        ondemand::document document;
        const auto capacity = static_cast<size_t>(padded.capacity());
        if (parser.iterate(padded.constData(), static_cast<size_t>(padded.size()), capacity).get(document)
            != simdjson::SUCCESS)
            return Failure(Failure::Code::Deserialization, QStringLiteral("not valid JSON"));
        ondemand::value wrapper;
        QVariant values;
        const char *location = nullptr;
        if (document.get_value().get(wrapper) == simdjson::SUCCESS && readArray(wrapper, 0, &values)
            && values.toList().size() == 1 && document.current_location().get(location) == simdjson::OUT_OF_BOUNDS)
            return values.toList().constFirst();
        if (m_failure.isFailure())
            return m_failure;
        qsizetype offset = text.size();
        if (document.current_location().get(location) == simdjson::SUCCESS)
            offset = std::clamp<qsizetype>(location - padded.constData() - 1, 0, text.size());
        return Failure(Failure::Code::Deserialization, QStringLiteral("not valid JSON near byte %1").arg(offset));
    }

private:
    bool refuse(const QString &why)
    {
        m_failure = Failure(Failure::Code::Deserialization, why);
        return false;
    }

    bool readContainer(ondemand::value &source, int depth, QVariant *result)
    {
        if (depth > maximumDepth)
            return refuse(QStringLiteral("JSON nested deeper than %1 levels").arg(maximumDepth));
        ondemand::json_type type{};
        if (source.type().get(type) != simdjson::SUCCESS)
            return false;
        return type == ondemand::json_type::object ? readObject(source, depth, result)
                                                   : readArray(source, depth, result);
    }

    bool readObject(ondemand::value &source, int depth, QVariant *result)
    {
        ondemand::object object;
        if (source.get_object().get(object) != simdjson::SUCCESS)
            return false;
        std::map<QString, QVariant> map;
        for (auto &&candidate : object) {
            ondemand::field field;
            std::string_view key;
            if (std::forward<decltype(candidate)>(candidate).get(field) != simdjson::SUCCESS
                || field.unescaped_key().get(key) != simdjson::SUCCESS)
                return false;
            const QString name = sharedKey(key);
            const auto [place, isNew] = map.try_emplace(name);
            if (m_duplicates == DuplicateKeys::Refused && !isNew)
                return refuse(QStringLiteral("JSON with the key \"%1\" twice in one object").arg(name));
            if (!readValue(field.value(), depth, &place->second))
                return false;
        }
        *result = QVariantMap(std::move(map));
        return true;
    }

    // The same text for the same key: the views stay valid as long as the parser.
    QString sharedKey(std::string_view key)
    {
        const auto known = m_keys.find(key);
        if (known != m_keys.end())
            return known->second;
        const QString name = fromExactUtf8({key.data(), static_cast<qsizetype>(key.size())});
        if (m_keys.size() < mostSharedKeys)
            m_keys.emplace(key, name);
        return name;
    }

    bool readArray(ondemand::value &source, int depth, QVariant *result)
    {
        ondemand::array array;
        if (source.get_array().get(array) != simdjson::SUCCESS)
            return false;
        QVariantList list;
        for (auto &&candidate : array) {
            ondemand::value element;
            QVariant value;
            if (std::forward<decltype(candidate)>(candidate).get(element) != simdjson::SUCCESS
                || !readValue(element, depth, &value))
                return false;
            list.append(std::move(value));
        }
        *result = list;
        return true;
    }

    bool readValue(ondemand::value value, int depth, QVariant *result)
    {
        bool isScalar = false;
        if (value.is_scalar().get(isScalar) != simdjson::SUCCESS)
            return false;
        return isScalar ? read(value, result) : readContainer(value, depth + 1, result);
    }

    bool read(ondemand::value &source, QVariant *result)
    {
        ondemand::json_type type{};
        if (source.type().get(type) != simdjson::SUCCESS)
            return false;
        switch (type) {
        case ondemand::json_type::string: {
            std::string_view text;
            if (source.get_string().get(text) != simdjson::SUCCESS)
                return false;
            *result = fromExactUtf8({text.data(), static_cast<qsizetype>(text.size())});
            return true;
        }
        case ondemand::json_type::boolean: {
            bool value = false;
            if (source.get_bool().get(value) != simdjson::SUCCESS)
                return false;
            *result = value;
            return true;
        }
        case ondemand::json_type::null:
            *result = QVariant();
            return isNull(source);
        case ondemand::json_type::number:
            return readNumber(source, result);
        case ondemand::json_type::object:
        case ondemand::json_type::array:
            break;
        }
        return false;
    }

    // simdjson looks at the first letter to tell a null; the token is the proof.
    static bool isNull(ondemand::value &source) { return token(source) == "null"; }

    // An integer or a double only where that loses not a digit.
    static bool readNumber(ondemand::value &source, QVariant *result)
    {
        const QByteArrayView digits = token(source);
        int64_t integer = 0;
        if (digits != "-0" && source.get_int64().get(integer) == simdjson::SUCCESS) {
            *result = static_cast<qlonglong>(integer);
            return true;
        }
        double real = 0;
        const bool isReal = source.get_double().get(real) == simdjson::SUCCESS;
        if (isReal && isShortest(digits, real)) {
            *result = real;
            return true;
        }
        // A conversion would have limited its range; what it has taken is a number.
        if (!isReal && !isNumber(digits))
            return false;
        *result = QVariant::fromValue(Decimal(QString::fromLatin1(digits)));
        return true;
    }

    // Whether the double would be printed with just these digits.
    static bool isShortest(QByteArrayView digits, double real)
    {
        // Up to fifteen digits always outlive the way to a double and back.
        const bool isPlain =
            digits.size() <= 16 && digits.contains('.') && !digits.contains('e') && !digits.contains('E');
        if (isPlain && std::fabs(real) >= 0.001)
            return !digits.endsWith('0');
        return QByteArray::number(real, 'g', QLocale::FloatingPointShortest) == digits;
    }

    static bool isNumber(QByteArrayView digits)
    {
        static const QRegularExpression grammar(
            QRegularExpression::anchoredPattern(QStringLiteral("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")));
        return grammar.match(QString::fromLatin1(digits)).hasMatch();
    }

    static QByteArrayView token(ondemand::value &source)
    {
        const std::string_view text = source.raw_json_token();
        return QByteArrayView(text.data(), static_cast<qsizetype>(text.size())).trimmed();
    }

    DuplicateKeys m_duplicates;
    Failure m_failure;
    std::unordered_map<std::string_view, QString> m_keys;
};

} // namespace

/*!
    \namespace Tideline::Json
    \inmodule Tideline
    \inheaderfile tideline/core/json.h
    \brief JSON (RFC 8259) that keeps every digit.

    QJsonDocument makes doubles of numbers beyond 64 bits, so that it cannot be used for rows. The types here:

    \table
    \header \li JSON \li QVariant
    \row \li null \li invalid
    \row \li true, false \li bool
    \row \li a number \li qlonglong or double where its digits are just what that type prints, else Decimal
    \row \li a string \li QString
    \row \li an array \li QVariantList
    \row \li an object \li QVariantMap
    \endtable

    The functions have no state; call them on any thread.
*/

/*!
    \enum Tideline::Json::DuplicateKeys
    What an object with one key twice means.

    \value LastWins The last value counts, as in PostgreSQL's jsonb.
    \value Refused A failure: for what a person wrote, where one of the two would be lost without a word.
*/

/*!
    \variable Tideline::Json::maximumDepth
    How deeply arrays and objects may be nested.
*/

/*!
    The value that \a text, in UTF-8, spells. Fails with Deserialization where it is no JSON, is followed by something
    else, is nested deeper than \c maximumDepth, or holds a key twice and \a duplicates says Refused.
*/
Result<QVariant> parse(const QByteArray &text, DuplicateKeys duplicates)
{
    return Reader(duplicates).document(text);
}

/*!
    Like parse(), with the same \a duplicates; fails also where \a text is something other than an object.
*/
Result<QVariantMap> parseObject(const QByteArray &text, DuplicateKeys duplicates)
{
    const Result<QVariant> parsed = parse(text, duplicates);
    if (!parsed)
        return parsed.failure();
    if (parsed->typeId() != QMetaType::QVariantMap)
        return Failure(Failure::Code::Deserialization, QStringLiteral("not a JSON object"));
    return parsed->toMap();
}

} // namespace Tideline::Json
