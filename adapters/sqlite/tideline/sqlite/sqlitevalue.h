// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>
#include <QtCore/QVariant>

#include <variant>

namespace Tideline {

// What is bound to a parameter, with the type that it is to have in the database. Texts are kept as UTF-8: SQLite takes
// a byte order mark at the start of a UTF-16 text for none of its characters.
class SqliteValue
{
public:
    struct Text
    {
        QByteArray utf8;
    };
    using Blob = QByteArray;

    SqliteValue() = default; // NULL
    SqliteValue(int value)
        : m_value(qint64(value))
    {
    }
    SqliteValue(qint64 value)
        : m_value(value)
    {
    }
    SqliteValue(const QString &text)
        : m_value(Text{text.toUtf8()})
    {
    }
    // Only what SQLite can hold; a null QString is an empty text.
    explicit SqliteValue(const QVariant &value);

    static SqliteValue ofUtf8(const QByteArray &text);

    using Content = std::variant<std::monostate, qint64, double, Text, Blob>;
    const Content &content() const { return m_value; }

private:
    Content m_value;
};

} // namespace Tideline
