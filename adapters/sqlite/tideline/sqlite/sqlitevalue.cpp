// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitevalue.h>

namespace Tideline {

SqliteValue::SqliteValue(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType:
        break;
    case QMetaType::Bool:
        m_value = qint64(value.toBool() ? 1 : 0);
        break;
    case QMetaType::Int:
    case QMetaType::LongLong:
        m_value = qint64(value.toLongLong());
        break;
    case QMetaType::Double:
        m_value = value.toDouble();
        break;
    case QMetaType::QString:
        m_value = Text{value.toString().toUtf8()};
        break;
    case QMetaType::QByteArray:
        m_value = Blob(value.toByteArray());
        break;
    default:
        Q_ASSERT_X(false, "SqliteValue", "a value that SQLite cannot hold");
    }
}

SqliteValue SqliteValue::ofUtf8(const QByteArray &text)
{
    SqliteValue value;
    value.m_value = Text{text};
    return value;
}

} // namespace Tideline
