// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitestatement.h>

#include <tideline/core/utf8.h>

#include <sqlite3.h>

namespace Tideline {

namespace {

// As sqlite3_bind_*: nullptr would be bound as NULL.
const char *bytesOf(const QByteArray &bytes)
{
    return bytes.isNull() ? "" : bytes.constData();
}

class Binder
{
public:
    sqlite3_stmt *statement;
    int index;

    int operator()(std::monostate) const { return SQLITE_OK; } // what is not bound is NULL: reset() sees to it
    int operator()(qint64 value) const { return sqlite3_bind_int64(statement, index, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
    int operator()(const SqliteValue::Text &text) const
    {
        return sqlite3_bind_text64(statement, index, bytesOf(text.utf8), static_cast<sqlite3_uint64>(text.utf8.size()),
                                   SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const SqliteValue::Blob &blob) const
    {
        return sqlite3_bind_blob64(statement, index, bytesOf(blob), static_cast<sqlite3_uint64>(blob.size()),
                                   SQLITE_STATIC);
    }
};

// The bytes of a text or blob column, whichever its last conversion left.
QByteArrayView textOf(sqlite3_stmt *statement, int column)
{
    const auto *bytes = reinterpret_cast<const char *>(sqlite3_column_text(statement, column));
    return {bytes, bytes == nullptr ? 0 : sqlite3_column_bytes(statement, column)};
}

} // namespace

bool SqliteRow::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

qint64 SqliteRow::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

QString SqliteRow::text(int column) const
{
    return fromExactUtf8(textOf(m_statement, column));
}

QByteArray SqliteRow::utf8(int column) const
{
    return textOf(m_statement, column).toByteArray();
}

QVariant SqliteRow::value(int column) const
{
    switch (sqlite3_column_type(m_statement, column)) {
    case SQLITE_INTEGER:
        return QVariant(static_cast<qlonglong>(sqlite3_column_int64(m_statement, column)));
    case SQLITE_FLOAT:
        return sqlite3_column_double(m_statement, column);
    case SQLITE_TEXT:
        return text(column);
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_column_blob(m_statement, column);
        return QByteArray(bytes == nullptr ? "" : static_cast<const char *>(bytes),
                          sqlite3_column_bytes(m_statement, column));
    }
    default:
        return {};
    }
}

SqliteStatement::SqliteStatement(sqlite3 *connection, const QString &sql)
{
    const QByteArray utf8 = sql.toUtf8();
    sqlite3_stmt *statement = nullptr;
    // With the closing NUL, which spares SQLite a copy.
    (void)sqlite3_prepare_v3(connection, utf8.constData(), static_cast<int>(utf8.size()) + 1, SQLITE_PREPARE_PERSISTENT,
                             &statement, nullptr);
    m_statement.reset(statement);
}

int SqliteStatement::bind(std::span<const SqliteValue> values)
{
    int index = 0;
    for (const SqliteValue &value : values) {
        const int code = std::visit(Binder{m_statement.get(), ++index}, value.content());
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

int SqliteStatement::step()
{
    return sqlite3_step(m_statement.get());
}

void SqliteStatement::reset()
{
    // Its result repeats what step() has said already.
    (void)sqlite3_reset(m_statement.get());
    (void)sqlite3_clear_bindings(m_statement.get());
}

void SqliteStatement::Finalizer::operator()(sqlite3_stmt *statement) const
{
    (void)sqlite3_finalize(statement);
}

} // namespace Tideline
