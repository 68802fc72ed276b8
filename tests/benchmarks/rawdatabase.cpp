// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "rawdatabase.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>

#include <sqlite3.h>

namespace {

bool bindText(sqlite3_stmt *statement, int index, const QByteArray &text)
{
    return sqlite3_bind_text(statement, index, text.constData(), static_cast<int>(text.size()), SQLITE_STATIC)
           == SQLITE_OK;
}

bool run(sqlite3_stmt *statement)
{
    const bool isDone = sqlite3_step(statement) == SQLITE_DONE;
    return sqlite3_reset(statement) == SQLITE_OK && isDone;
}

} // namespace

RawDatabase::RawDatabase(const QString &path, const QByteArray &synchronous, const QList<QByteArray> &columns)
{
    sqlite3 *database = nullptr;
    const int opened = sqlite3_open(QFile::encodeName(path).constData(), &database);
    m_database.reset(database);
    const QByteArray pragmas =
        "PRAGMA secure_delete = ON; PRAGMA cache_size = -8192; PRAGMA synchronous = " + synchronous;
    if (opened != SQLITE_OK || sqlite3_exec(database, pragmas.constData(), nullptr, nullptr, nullptr) != SQLITE_OK)
        qFatal("cannot open the database to compare with");
    m_begin = prepare("BEGIN IMMEDIATE");
    m_commit = prepare("COMMIT");
    m_row = prepare("INSERT INTO tasks (id, " + columns.join(", ") + ") VALUES (?"
                    + QByteArray(", ?").repeated(columns.size()) + ")");
    m_entry = prepare("INSERT INTO tideline_entry (id, table_name, record_id, operation, payload, created_at)"
                      " VALUES (?, 'tasks', ?, 'upsert', ?, ?)");
}

RawDatabase::~RawDatabase() = default;

RawDatabase::Statement RawDatabase::prepare(const QByteArray &sql)
{
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v3(m_database.get(), sql.constData(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)
        != SQLITE_OK)
        qFatal("%s: %s", sql.constData(), sqlite3_errmsg(m_database.get()));
    return Statement(statement);
}

bool RawDatabase::insert(const Write &write)
{
    bool isBound = bindText(m_row.get(), 1, write.recordId);
    for (int i = 0; i < write.values.size(); ++i)
        isBound = bindText(m_row.get(), i + 2, write.values.at(i)) && isBound;
    isBound = bindText(m_entry.get(), 1, write.entryId) && bindText(m_entry.get(), 2, write.recordId)
              && bindText(m_entry.get(), 3, write.payload)
              && sqlite3_bind_int64(m_entry.get(), 4, QDateTime::currentMSecsSinceEpoch()) == SQLITE_OK && isBound;
    return isBound && run(m_row.get()) && run(m_entry.get());
}

bool RawDatabase::write(const QList<Write> &writes)
{
    if (!run(m_begin.get()))
        return false;
    for (const Write &write : writes) {
        if (!insert(write))
            return false;
    }
    return run(m_commit.get());
}

void RawDatabase::Closer::operator()(sqlite3 *database) const
{
    (void)sqlite3_close(database);
}

void RawDatabase::Closer::operator()(sqlite3_stmt *statement) const
{
    (void)sqlite3_finalize(statement);
}
