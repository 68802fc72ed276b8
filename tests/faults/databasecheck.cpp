// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "databasecheck.h"

#include <tideline/core/json.h>

#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtCore/QSet>

#include <functional>
#include <sqlite3.h>

namespace Tideline {

namespace {

const QString title = QStringLiteral("title");
const QString body = QStringLiteral("body");

// Past every other VFS that may be the default.
sqlite3 *openDatabase(const QString &path)
{
    sqlite3 *database = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path.toUtf8().constData(), &database, flags, "unix") != SQLITE_OK)
        qFatal("SQLite does not open the file");
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_busy_timeout(database, 5000);
    return database;
}

using Row = std::function<QVariant(int column)>;

// Answers SQLite's complaint.
QString select(sqlite3 *database, const char *sql, const std::function<void(const Row &)> &visit)
{
    sqlite3_stmt *statement = nullptr;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            visit([statement](int column) -> QVariant {
                if (sqlite3_column_type(statement, column) == SQLITE_NULL)
                    return {};
                if (sqlite3_column_type(statement, column) == SQLITE_INTEGER)
                    return qlonglong(sqlite3_column_int64(statement, column));
                return QString::fromUtf8(reinterpret_cast<const char *>(sqlite3_column_text(statement, column)));
            });
        }
    }
    const QString error = code == SQLITE_DONE ? QString() : QString::fromUtf8(sqlite3_errmsg(database));
    sqlite3_finalize(statement);
    return error;
}

bool isKnown(EntryState state)
{
    switch (state) {
    case EntryState::Pending:
    case EntryState::InFlight:
    case EntryState::Dead:
    case EntryState::Done:
    case EntryState::Superseded:
    case EntryState::Discarded:
        return true;
    }
    return false;
}

QString described(const QVariantMap &row)
{
    return row.value(title).toString() + QLatin1Char('/') + row.value(body).toString();
}

} // namespace

void DatabaseCheck::makeNotes(const QString &path, const QString &earlier)
{
    sqlite3 *database = openDatabase(path);
    QByteArray sql = "CREATE TABLE notes (id TEXT PRIMARY KEY, title TEXT, body TEXT, updated_at TEXT)";
    if (!earlier.isEmpty()) {
        QFile statements(earlier);
        if (!statements.open(QIODevice::ReadOnly))
            qFatal("the earlier schema cannot be read");
        sql = statements.readAll()
              + "DELETE FROM notes; DELETE FROM tideline_entry; DELETE FROM tideline_conflict;"
                "DELETE FROM tideline_cursor; DELETE FROM tideline_session;";
    }
    if (sqlite3_exec(database, sql.constData(), nullptr, nullptr, nullptr) != SQLITE_OK)
        qFatal("the table cannot be made");
    sqlite3_close(database);
}

DatabaseCheck::DatabaseCheck(const QString &path)
{
    sqlite3 *database = openDatabase(path);
    read(database);
    sqlite3_close(database);
}

void DatabaseCheck::read(sqlite3 *database)
{
    const auto query = [&](const char *sql, const std::function<void(const Row &)> &visit) {
        const QString error = select(database, sql, visit);
        if (m_readProblem.isEmpty() && !error.isEmpty())
            m_readProblem = QString::fromUtf8(sql) + QStringLiteral(": ") + error;
    };
    query("BEGIN", [](const Row &) {});
    query("PRAGMA integrity_check", [&](const Row &row) {
        if (row(0).toString() != QStringLiteral("ok"))
            m_readProblem = row(0).toString();
    });
    query("SELECT id, title, body FROM notes", [&](const Row &row) {
        m_rows.insert(row(0).toString(), {{title, row(1)}, {body, row(2)}});
    });
    qint64 tables = 0;
    query("SELECT count(*) FROM sqlite_master WHERE name LIKE 'tideline_%'",
          [&](const Row &row) { tables = row(0).toLongLong(); });
    if (tables == 0)
        return; // before the first migration there is nothing more to look at
    query("SELECT value FROM tideline_meta WHERE name = 'schema_version'",
          [&](const Row &row) { m_schemaVersion = row(0).toLongLong(); });
    if (m_schemaVersion == 0 && m_readProblem.isEmpty())
        m_readProblem = QStringLiteral("half a migration");
    if (m_schemaVersion < 2) {
        m_rows.clear(); // each migration is whole by itself; what is in this one is looked at when it is over
        return;
    }
    query("SELECT seq, id, record_id, operation, payload, state, error IS NOT NULL, held_by IS NOT NULL, merged_into"
          " FROM tideline_entry WHERE table_name = 'notes' ORDER BY seq",
          [&](const Row &row) {
              StoredEntry entry;
              entry.sequence = row(0).toLongLong();
              entry.id = row(1).toString();
              entry.recordId = row(2).toString();
              const Result<QVariantMap> payload = Json::parseObject(row(4).toString().toUtf8());
              if (!payload || !fromText(row(3).toString(), &entry.operation)
                  || !fromText(row(5).toString(), &entry.state) || !isKnown(entry.state)) {
                  m_readProblem = QStringLiteral("entry %1 cannot be read").arg(entry.sequence);
                  return;
              }
              entry.payload = *payload;
              entry.hasError = row(6).toBool();
              entry.isHeld = row(7).toBool();
              entry.mergedInto = row(8).toString();
              m_entries.append(entry);
          });
    query("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'tideline_entry'",
          [&](const Row &row) { m_enqueued = row(0).toLongLong(); });
    query("SELECT count(*) FROM tideline_conflict", [&](const Row &row) { m_conflicts = row(0).toLongLong(); });
    query("SELECT count(*) FROM tideline_cursor WHERE value <> ''",
          [&](const Row &row) { m_cursors = row(0).toLongLong(); });
    query("SELECT count(*) FROM tideline_quarantine", [&](const Row &row) { m_quarantined = row(0).toLongLong(); });
    query("SELECT name FROM tideline_event ORDER BY seq",
          [&](const Row &row) { m_eventNames.append(row(0).toString()); });
    query("SELECT coalesce(sum(pending), 0), coalesce(sum(failed), 0), coalesce(sum(dead), 0), coalesce(sum(held), 0)"
          " FROM tideline_count",
          [&](const Row &row) {
              for (int column = 0; column < 4; ++column)
                  m_counts.append(row(column).toLongLong());
          });
    query("SELECT count(*) FROM tideline_attempt WHERE entry_id NOT IN (SELECT id FROM tideline_entry)",
          [&](const Row &row) {
              if (row(0).toLongLong() != 0)
                  m_readProblem = QStringLiteral("an attempt without its entry");
          });
    query("COMMIT", [](const Row &) {});
}

qint64 DatabaseCheck::count(EntryState state) const
{
    return std::count_if(m_entries.cbegin(), m_entries.cend(),
                         [state](const StoredEntry &entry) { return entry.state == state; });
}

QString DatabaseCheck::countProblem() const
{
    QList<qint64> counted(4);
    for (const StoredEntry &entry : m_entries) {
        const bool isPending = entry.state == EntryState::Pending || entry.state == EntryState::InFlight;
        counted[0] += isPending;
        counted[1] += isPending && entry.hasError;
        counted[2] += entry.state == EntryState::Dead;
        counted[3] += isPending && entry.isHeld;
    }
    if (!m_counts.isEmpty() && counted != m_counts)
        return QStringLiteral("the counts do not agree with the entries");
    // Every state is one of the sum's terms, and an entry has one: what was enqueued since the last logout must be
    // there.
    if (!m_entries.isEmpty() && m_enqueued - m_entries.constFirst().sequence + 1 != m_entries.size())
        return QStringLiteral("%1 were enqueued, %2 are there").arg(m_enqueued).arg(m_entries.size());
    if (m_conflicts != 0)
        return QStringLiteral("a conflict without another client");
    return {};
}

QString DatabaseCheck::rowProblem() const
{
    QMap<QString, QVariantMap> expected;
    for (const StoredEntry &entry : m_entries) {
        if (entry.operation == SyncOperation::Delete) {
            expected.remove(entry.recordId);
            continue;
        }
        QVariantMap &row = expected[entry.recordId];
        for (const QString &column : {title, body})
            row.insert(column, entry.payload.value(column, row.value(column)));
    }
    for (auto row = m_rows.cbegin(); row != m_rows.cend(); ++row) {
        if (!expected.contains(row.key()))
            return QStringLiteral("row %1 has no entry").arg(row.key());
        if (described(expected.value(row.key())) != described(*row)) {
            return QStringLiteral("row %1 is %2, its entries make %3")
                .arg(row.key(), described(*row), described(expected.value(row.key())));
        }
        expected.remove(row.key());
    }
    return expected.isEmpty() ? QString() : QStringLiteral("the entries of %1 have no row").arg(expected.firstKey());
}

QString DatabaseCheck::problem() const
{
    const QString found = storageProblem();
    return found.isEmpty() ? rowProblem() : found;
}

QString DatabaseCheck::storageProblem() const
{
    return m_readProblem.isEmpty() ? countProblem() : m_readProblem;
}

QString DatabaseCheck::lost(const QStringList &acknowledgedIds) const
{
    QSet<QString> present;
    for (const StoredEntry &entry : m_entries)
        present.insert(entry.id);
    for (const QString &id : acknowledgedIds) {
        if (!present.contains(id))
            return QStringLiteral("acknowledged entry %1 is nowhere").arg(id);
    }
    return {};
}

QString DatabaseCheck::disorder(const QList<ServerEffect> &history) const
{
    QHash<QString, QList<StoredEntry>> entriesOf;
    for (const StoredEntry &entry : m_entries)
        entriesOf[entry.recordId].append(entry);
    QHash<QString, qsizetype> reached; // how many of a record's entries the effects have passed
    for (const ServerEffect &effect : history) {
        const QList<StoredEntry> entries = entriesOf.value(effect.recordId);
        qsizetype &next = reached[effect.recordId];
        const bool isDelete = effect.operation == SyncOperation::Delete;
        // The titles of a record are all different.
        while (next < entries.size()
               && (isDelete ? entries.at(next).operation != SyncOperation::Delete
                            : entries.at(next).operation == SyncOperation::Delete
                                  || entries.at(next).payload.value(title) != effect.values.value(title)))
            ++next;
        if (next == entries.size()) {
            return QStringLiteral("record %1: effect %2 comes twice, too late, or from nowhere")
                .arg(effect.recordId, isDelete ? QStringLiteral("delete") : effect.values.value(title).toString());
        }
        ++next;
    }
    QSet<QString> deleted; // those that went as a deletion leave nothing where no row was
    for (const StoredEntry &entry : m_entries) {
        if (entry.operation == SyncOperation::Delete)
            deleted << entry.id << entry.mergedInto;
    }
    for (auto it = entriesOf.cbegin(); it != entriesOf.cend(); ++it) {
        for (const StoredEntry &entry : it->mid(reached.value(it.key()))) {
            if (entry.state == EntryState::Done && !deleted.contains(entry.id))
                return QStringLiteral("record %1: entry %2 is done, but not on the server")
                    .arg(it.key())
                    .arg(entry.sequence);
        }
    }
    return {};
}

} // namespace Tideline
