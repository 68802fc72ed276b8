// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteschema.h>

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqlitefailure.h>
#include <tideline/sqlite/sqlitetransaction.h>

#include <QtCore/QStringList>

namespace Tideline {

namespace {

// Statement by statement: Qt runs one at a time. A released migration is never changed; a new one is appended.
const QStringList &firstMigration()
{
    static const QStringList statements{
        QStringLiteral("CREATE TABLE tideline_meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL)"),

        QStringLiteral("CREATE TABLE tideline_entry ("
                       " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                       " id TEXT NOT NULL UNIQUE,"
                       " table_name TEXT NOT NULL,"
                       " record_id TEXT NOT NULL,"
                       " operation TEXT NOT NULL,"
                       " payload TEXT NOT NULL,"
                       " base TEXT,"
                       " created_at INTEGER,"
                       " retry_count INTEGER NOT NULL DEFAULT 0,"
                       " next_retry_at INTEGER,"
                       " state TEXT NOT NULL DEFAULT 'pending',"
                       " error TEXT,"
                       " sent_at INTEGER,"
                       " finished_at INTEGER,"
                       " held_by TEXT)"),
        // Partial indexes: what the queue asks for all the time costs the same however many finished entries there are.
        QStringLiteral("CREATE INDEX tideline_entry_open ON tideline_entry (table_name, record_id, seq)"
                       " WHERE state IN ('pending', 'inFlight', 'dead')"),
        QStringLiteral("CREATE INDEX tideline_entry_pending ON tideline_entry (seq) WHERE state = 'pending'"),
        QStringLiteral("CREATE INDEX tideline_entry_in_flight ON tideline_entry (seq) WHERE state = 'inFlight'"),
        QStringLiteral("CREATE INDEX tideline_entry_dead ON tideline_entry (seq) WHERE state = 'dead'"),
        QStringLiteral("CREATE INDEX tideline_entry_retry ON tideline_entry (next_retry_at)"
                       " WHERE state = 'pending' AND held_by IS NULL AND next_retry_at IS NOT NULL"),
        QStringLiteral("CREATE INDEX tideline_entry_held ON tideline_entry (held_by) WHERE held_by IS NOT NULL"),
        QStringLiteral("CREATE INDEX tideline_entry_finished ON tideline_entry (finished_at)"
                       " WHERE state IN ('done', 'superseded', 'discarded')"),

        // The numbers that every status shows, kept by triggers so that whoever writes to the queue keeps them right
        // and nobody has to count a million entries.
        QStringLiteral("CREATE TABLE tideline_count ("
                       " table_name TEXT NOT NULL PRIMARY KEY,"
                       " pending INTEGER NOT NULL,"
                       " failed INTEGER NOT NULL,"
                       " dead INTEGER NOT NULL,"
                       " held INTEGER NOT NULL)"),
        QStringLiteral("CREATE TRIGGER tideline_entry_added AFTER INSERT ON tideline_entry BEGIN"
                       " INSERT INTO tideline_count SELECT new.table_name, 0, 0, 0, 0"
                       "  WHERE NOT EXISTS (SELECT 1 FROM tideline_count WHERE table_name = new.table_name);"
                       " UPDATE tideline_count SET"
                       "  pending = pending + (new.state IN ('pending', 'inFlight')),"
                       "  failed = failed + (new.state IN ('pending', 'inFlight') AND new.error IS NOT NULL),"
                       "  dead = dead + (new.state = 'dead'),"
                       "  held = held + (new.state IN ('pending', 'inFlight') AND new.held_by IS NOT NULL)"
                       "  WHERE table_name = new.table_name;"
                       " END"),
        QStringLiteral("CREATE TRIGGER tideline_entry_changed AFTER UPDATE OF state, error, held_by ON tideline_entry"
                       " WHEN old.state <> new.state OR (old.error IS NULL) <> (new.error IS NULL)"
                       "  OR (old.held_by IS NULL) <> (new.held_by IS NULL) BEGIN"
                       " UPDATE tideline_count SET"
                       "  pending = pending + (new.state IN ('pending', 'inFlight'))"
                       "   - (old.state IN ('pending', 'inFlight')),"
                       "  failed = failed + (new.state IN ('pending', 'inFlight') AND new.error IS NOT NULL)"
                       "   - (old.state IN ('pending', 'inFlight') AND old.error IS NOT NULL),"
                       "  dead = dead + (new.state = 'dead') - (old.state = 'dead'),"
                       "  held = held + (new.state IN ('pending', 'inFlight') AND new.held_by IS NOT NULL)"
                       "   - (old.state IN ('pending', 'inFlight') AND old.held_by IS NOT NULL)"
                       "  WHERE table_name = new.table_name;"
                       " END"),
        QStringLiteral("CREATE TRIGGER tideline_entry_removed AFTER DELETE ON tideline_entry BEGIN"
                       " UPDATE tideline_count SET"
                       "  pending = pending - (old.state IN ('pending', 'inFlight')),"
                       "  failed = failed - (old.state IN ('pending', 'inFlight') AND old.error IS NOT NULL),"
                       "  dead = dead - (old.state = 'dead'),"
                       "  held = held - (old.state IN ('pending', 'inFlight') AND old.held_by IS NOT NULL)"
                       "  WHERE table_name = old.table_name;"
                       " DELETE FROM tideline_attempt WHERE entry_id = old.id;"
                       " END"),

        QStringLiteral("CREATE TABLE tideline_attempt ("
                       " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                       " entry_id TEXT NOT NULL,"
                       " at INTEGER,"
                       " failure TEXT)"),
        QStringLiteral("CREATE INDEX tideline_attempt_entry ON tideline_attempt (entry_id, seq)"),

        QStringLiteral("CREATE TABLE tideline_cursor ("
                       " table_name TEXT NOT NULL PRIMARY KEY,"
                       " value TEXT NOT NULL,"
                       " pulled_at INTEGER,"
                       " reconciled_at INTEGER)"),

        QStringLiteral("CREATE TABLE tideline_conflict ("
                       " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                       " id TEXT NOT NULL UNIQUE,"
                       " table_name TEXT NOT NULL,"
                       " record_id TEXT NOT NULL,"
                       " strategy TEXT NOT NULL,"
                       " is_open INTEGER NOT NULL,"
                       " base TEXT,"
                       " local TEXT,"
                       " remote TEXT,"
                       " resolved TEXT,"
                       " at INTEGER)"),
        QStringLiteral("CREATE INDEX tideline_conflict_open ON tideline_conflict (seq) WHERE is_open = 1"),
        QStringLiteral("CREATE INDEX tideline_conflict_record ON tideline_conflict (table_name, record_id, seq)"),

        QStringLiteral("CREATE TABLE tideline_event ("
                       " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                       " at INTEGER,"
                       " name TEXT NOT NULL,"
                       " table_name TEXT NOT NULL,"
                       " record_id TEXT NOT NULL,"
                       " detail TEXT NOT NULL)"),

        QStringLiteral("CREATE TABLE tideline_quarantine ("
                       " table_name TEXT NOT NULL,"
                       " record_id TEXT NOT NULL,"
                       " row TEXT,"
                       " reason TEXT,"
                       " at INTEGER,"
                       " PRIMARY KEY (table_name, record_id))"),

        QStringLiteral("CREATE TABLE tideline_session (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"),
        QStringLiteral("CREATE TABLE tideline_table (name TEXT NOT NULL PRIMARY KEY)"),
        QStringLiteral("CREATE TABLE tideline_lease ("
                       " only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),"
                       " holder TEXT NOT NULL,"
                       " until INTEGER NOT NULL)"),

        QStringLiteral("INSERT INTO tideline_meta (name, value) VALUES ('schema_version', 0)"),
    };
    return statements;
}

// Changes of one record that travel as one; and what makes a write and a search for due entries cost less.
const QStringList &secondMigration()
{
    static const QStringList statements{
        QStringLiteral("ALTER TABLE tideline_entry ADD COLUMN merged_into TEXT"),

        // What may go now and what may go at a time, table by table: entries that wait, and tables that are left out,
        // are not even looked at.
        QStringLiteral("CREATE INDEX tideline_entry_ready ON tideline_entry (table_name, seq)"
                       " WHERE state = 'pending' AND held_by IS NULL AND merged_into IS NULL"
                       " AND next_retry_at IS NULL"),
        QStringLiteral("DROP INDEX tideline_entry_retry"),
        QStringLiteral("CREATE INDEX tideline_entry_retry ON tideline_entry (table_name, next_retry_at)"
                       " WHERE state = 'pending' AND held_by IS NULL AND merged_into IS NULL"
                       " AND next_retry_at IS NOT NULL"),

        // For a list of more than two values SQLite makes a table in memory, at every write of an entry and for every
        // index: that cost more than all the rest of the write.
        QStringLiteral("DROP INDEX tideline_entry_open"),
        // The record first: it tells most entries apart at the first look, which SQLite compares fastest.
        QStringLiteral("CREATE INDEX tideline_entry_open ON tideline_entry (record_id, table_name, seq)"
                       " WHERE state = 'pending' OR state = 'inFlight' OR state = 'dead'"),
        QStringLiteral("DROP INDEX tideline_entry_finished"),
        QStringLiteral("CREATE INDEX tideline_entry_finished ON tideline_entry (finished_at)"
                       " WHERE state = 'done' OR state = 'superseded' OR state = 'discarded'"),
        // So does INSERT ... SELECT from the same table. Not INSERT OR IGNORE: an OR clause of the statement that fires
        // the trigger would take its place.
        QStringLiteral("DROP TRIGGER tideline_entry_added"),
        QStringLiteral("CREATE TRIGGER tideline_entry_added AFTER INSERT ON tideline_entry BEGIN"
                       " INSERT INTO tideline_count (table_name, pending, failed, dead, held) VALUES ("
                       "  new.table_name,"
                       "  new.state IN ('pending', 'inFlight'),"
                       "  new.state IN ('pending', 'inFlight') AND new.error IS NOT NULL,"
                       "  new.state = 'dead',"
                       "  new.state IN ('pending', 'inFlight') AND new.held_by IS NOT NULL)"
                       "  ON CONFLICT (table_name) DO UPDATE SET"
                       "  pending = pending + excluded.pending,"
                       "  failed = failed + excluded.failed,"
                       "  dead = dead + excluded.dead,"
                       "  held = held + excluded.held;"
                       " END"),
    };
    return statements;
}

// migrations().at(n) leads from version n to n + 1.
const QList<QStringList> &migrations()
{
    static const QList<QStringList> list{firstMigration(), secondMigration()};
    return list;
}

Failure newerSchema(int version)
{
    return localFailure(
        QStringLiteral("The database was made by a newer Tideline (schema version %1, this one knows up "
                       "to %2), and was left as it is. Update this program, or open a backup from before.")
            .arg(version)
            .arg(SqliteSchema::newestVersion()));
}

} // namespace

int SqliteSchema::newestVersion()
{
    return static_cast<int>(migrations().size());
}

Result<int> SqliteSchema::version(SqliteConnection &connection)
{
    const auto found = connection.selectValue(
        QStringLiteral("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'tideline_meta'"));
    if (!found)
        return found.failure();
    if (found->toInt() == 0)
        return 0;
    const auto version =
        connection.selectValue(QStringLiteral("SELECT value FROM tideline_meta WHERE name = 'schema_version'"));
    if (!version)
        return version.failure();
    return version->toInt();
}

Result<void> SqliteSchema::checkKnown(SqliteConnection &connection)
{
    const Result<int> current = version(connection);
    if (!current)
        return current.failure();
    return *current > newestVersion() ? newerSchema(*current) : Result<void>();
}

Result<void> SqliteSchema::migrate(SqliteConnection &connection)
{
    Result<int> current = version(connection);
    while (current && *current < newestVersion()) {
        auto transaction = SqliteTransaction::begin(connection);
        if (!transaction)
            return transaction.failure();
        current = version(connection); // another process may have been faster
        if (!current || *current >= newestVersion())
            continue;
        for (const QString &statement : migrations().at(*current)) {
            if (const auto done = connection.execute(statement); !done)
                return done.failure();
        }
        const int next = *current + 1;
        const auto marked = connection.execute(
            QStringLiteral("UPDATE tideline_meta SET value = ? WHERE name = 'schema_version'"), {next});
        if (!marked)
            return marked.failure();
        if (const auto committed = (*transaction)->commit(); !committed)
            return committed.failure();
        current = next;
    }
    if (!current)
        return current.failure();
    return checkKnown(connection);
}

Result<void> SqliteSchema::check(SqliteConnection &connection)
{
    if (const auto known = checkKnown(connection); !known)
        return known;
    const Result<int> current = version(connection);
    if (!current)
        return current.failure();
    if (*current == newestVersion())
        return {};
    if (*current > 0) {
        return localFailure(QStringLiteral("The database was made by an older Tideline (schema version %1). Open it "
                                           "once with the application, which brings it up to date.")
                                .arg(*current));
    }
    QStringList tables;
    const auto listed =
        connection.select(QStringLiteral("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name LIMIT 20"),
                          {}, [&](const SqliteRow &row) { tables.append(row.text(0)); });
    if (!listed)
        return listed.failure();
    const QString found = tables.isEmpty() ? QStringLiteral("no tables at all") : tables.join(QStringLiteral(", "));
    return localFailure(QStringLiteral("The database has no Tideline tables. Found: %1. Choose the file that the "
                                       "application syncs.")
                            .arg(found));
}

} // namespace Tideline
