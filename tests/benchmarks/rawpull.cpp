// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "rawpull.h"

#include <QtCore/QFile>
#include <QtCore/QtDebug>

#include <simdjson.h>
#include <sqlite3.h>

namespace {

namespace ondemand = simdjson::ondemand;

// The names of the first row; the others have the same in the same order.
QList<QByteArray> columnsOf(ondemand::object row)
{
    QList<QByteArray> columns;
    for (auto field : row) {
        const std::string_view name = field.unescaped_key();
        columns.append(QByteArray(name.data(), static_cast<qsizetype>(name.size())));
    }
    row.reset();
    return columns;
}

void bind(sqlite3_stmt *statement, int index, ondemand::value value)
{
    switch (value.type()) {
    case ondemand::json_type::string: {
        const std::string_view text = value.get_string();
        sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
        break;
    }
    case ondemand::json_type::number: {
        const ondemand::number number = value.get_number();
        if (number.is_int64())
            sqlite3_bind_int64(statement, index, number.get_int64());
        else
            sqlite3_bind_double(statement, index, number.get_double());
        break;
    }
    case ondemand::json_type::boolean:
        sqlite3_bind_int(statement, index, value.get_bool() ? 1 : 0);
        break;
    case ondemand::json_type::null:
        sqlite3_bind_null(statement, index);
        break;
    default: {
        const std::string_view text = simdjson::to_json_string(value);
        sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
        break;
    }
    }
}

} // namespace

RawPull::RawPull(const QString &path)
{
    sqlite3 *database = nullptr;
    const int opened = sqlite3_open(QFile::encodeName(path).constData(), &database);
    m_database.reset(database);
    if (opened != SQLITE_OK)
        qFatal("cannot open the database to compare with");
    execute("PRAGMA secure_delete = ON; PRAGMA cache_size = -8192; PRAGMA synchronous = NORMAL");
}

RawPull::~RawPull() = default;

int RawPull::insertPage(const QString &file)
{
    const simdjson::padded_string bytes = simdjson::padded_string::load(QFile::encodeName(file).toStdString());
    ondemand::parser parser;
    ondemand::document document = parser.iterate(bytes);
    const bool isList = document.type() == ondemand::json_type::array;
    ondemand::array rows = isList ? document.get_array() : document["tables"].at(0)["rows"].get_array();
    int count = 0;
    execute("BEGIN IMMEDIATE");
    for (ondemand::object row : rows) {
        if (!m_insert) {
            const QList<QByteArray> columns = columnsOf(row);
            const QByteArray sql = "INSERT INTO tasks (" + columns.join(", ") + ") VALUES (?"
                                   + QByteArray(", ?").repeated(columns.size() - 1) + ")";
            sqlite3_stmt *statement = nullptr;
            if (sqlite3_prepare_v3(m_database.get(), sql.constData(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                   nullptr)
                != SQLITE_OK)
                qFatal("%s: %s", sql.constData(), sqlite3_errmsg(m_database.get()));
            m_insert.reset(statement);
        }
        int index = 0;
        for (auto field : row)
            bind(m_insert.get(), ++index, field.value());
        if (sqlite3_step(m_insert.get()) != SQLITE_DONE || sqlite3_reset(m_insert.get()) != SQLITE_OK)
            qFatal("%s", sqlite3_errmsg(m_database.get()));
        ++count;
    }
    execute("COMMIT");
    return count;
}

void RawPull::execute(const char *sql)
{
    if (sqlite3_exec(m_database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        qFatal("%s: %s", sql, sqlite3_errmsg(m_database.get()));
}

void RawPull::Closer::operator()(sqlite3 *database) const
{
    (void)sqlite3_close(database);
}

void RawPull::Closer::operator()(sqlite3_stmt *statement) const
{
    (void)sqlite3_finalize(statement);
}
