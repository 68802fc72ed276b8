// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitejournalstore.h>

#include <tideline/core/json.h>
#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqliteencoding.h>

#include <algorithm>

namespace Tideline {

using namespace SqliteEncoding;

namespace {

constexpr int keptEvents = 10'000;

struct Condition
{
    QString sql;
    QList<SqliteValue> values;
};

Condition conditionOf(const JournalFilter &filter, const QStringList &searchedColumns)
{
    QStringList terms{QStringLiteral("1")};
    Condition condition;
    if (!filter.table.isEmpty()) {
        terms.append(QStringLiteral("table_name = ?"));
        condition.values.append(filter.table);
    }
    if (!filter.recordId.isEmpty()) {
        terms.append(QStringLiteral("record_id = ?"));
        condition.values.append(filter.recordId);
    }
    if (!filter.text.isEmpty())
        terms.append(contains(searchedColumns, filter.text, &condition.values));
    condition.sql = terms.join(QStringLiteral(" AND "));
    return condition;
}

Result<ConflictRecord> conflictOf(const SqliteRow &row)
{
    ConflictRecord conflict;
    conflict.id = row.text(0);
    conflict.table = row.text(1);
    conflict.recordId = row.text(2);
    const bool isReadable = fromText(row.text(3), &conflict.strategy);
    conflict.isOpen = row.integer(4) != 0;
    std::optional<QVariantMap> *const sides[] = {&conflict.base, &conflict.local, &conflict.remote, &conflict.resolved};
    for (int i = 0; i < 4; ++i) {
        const auto side = toRow(row, 5 + i);
        if (!side || !isReadable) {
            return Failure(Failure::Code::Deserialization,
                           QStringLiteral("The stored conflict %1 cannot be read. Restore the database from a backup.")
                               .arg(conflict.id));
        }
        *sides[i] = *side;
    }
    conflict.at = toTime(row, 9);
    return conflict;
}

} // namespace

SqliteJournalStore::SqliteJournalStore(SqliteConnection &connection)
    : m_connection(connection)
{
}

Result<QList<ConflictRecord>> SqliteJournalStore::readConflicts(const QString &condition,
                                                                const QList<SqliteValue> &values)
{
    QList<ConflictRecord> conflicts;
    Failure unreadable;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT id, table_name, record_id, strategy, is_open, base, local, remote, resolved, at"
                       " FROM tideline_conflict WHERE ")
            + condition,
        values, [&](const SqliteRow &row) {
            if (const auto conflict = conflictOf(row))
                conflicts.append(*conflict);
            else
                unreadable = conflict.failure();
        });
    if (!selected)
        return selected.failure();
    if (unreadable.isFailure())
        return unreadable;
    return conflicts;
}

Result<ConflictRecord> SqliteJournalStore::conflict(const QString &conflictId)
{
    const auto found = readConflicts(QStringLiteral("id = ?"), {conflictId});
    if (!found)
        return found.failure();
    if (found->isEmpty()) {
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("There is no conflict with this id. List the conflicts to see the ids."));
    }
    return found->constFirst();
}

Result<QList<ConflictRecord>> SqliteJournalStore::conflicts(const JournalFilter &filter)
{
    Condition condition =
        conditionOf(filter, {QStringLiteral("table_name"), QStringLiteral("record_id"),
                             QStringLiteral("ifnull(base, '')"), QStringLiteral("ifnull(local, '')"),
                             QStringLiteral("ifnull(remote, '')"), QStringLiteral("ifnull(resolved, '')")});
    if (filter.open)
        condition.sql += *filter.open ? QStringLiteral(" AND is_open = 1") : QStringLiteral(" AND is_open = 0");
    condition.values << filter.limit << filter.offset;
    auto conflicts =
        readConflicts(condition.sql + QStringLiteral(" ORDER BY seq DESC LIMIT ? OFFSET ?"), condition.values);
    if (conflicts)
        std::reverse(conflicts->begin(), conflicts->end());
    return conflicts;
}

Result<qint64> SqliteJournalStore::openConflictCount()
{
    const auto count =
        m_connection.selectValue(QStringLiteral("SELECT count(*) FROM tideline_conflict WHERE is_open = 1"));
    if (!count)
        return count.failure();
    return count->toLongLong();
}

Result<QList<LoggedEvent>> SqliteJournalStore::events(const JournalFilter &filter)
{
    Condition condition = conditionOf(filter, {QStringLiteral("name"), QStringLiteral("table_name"),
                                               QStringLiteral("record_id"), QStringLiteral("detail")});
    condition.values << filter.limit << filter.offset;
    QList<LoggedEvent> events;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT seq, at, name, table_name, record_id, detail FROM tideline_event WHERE ") + condition.sql
            + QStringLiteral(" ORDER BY seq DESC LIMIT ? OFFSET ?"),
        condition.values, [&](const SqliteRow &row) {
            LoggedEvent event;
            event.sequence = row.integer(0);
            event.at = toTime(row, 1);
            event.name = row.text(2);
            event.table = row.text(3);
            event.recordId = row.text(4);
            // An unreadable detail must not hide the rest of the log.
            if (const auto detail = toRow(row, 5); detail && *detail)
                event.detail = **detail;
            events.append(event);
        });
    if (!selected)
        return selected.failure();
    std::reverse(events.begin(), events.end());
    return events;
}

Result<qint64> SqliteJournalStore::quarantinedCount()
{
    const auto count = m_connection.selectValue(QStringLiteral("SELECT count(*) FROM tideline_quarantine"));
    if (!count)
        return count.failure();
    return count->toLongLong();
}

Result<QStringList> SqliteJournalStore::quarantinedRecords(const QString &table)
{
    QStringList records;
    const auto selected =
        m_connection.select(QStringLiteral("SELECT record_id FROM tideline_quarantine WHERE table_name = ?"), {table},
                            [&](const SqliteRow &row) { records.append(row.text(0)); });
    if (!selected)
        return selected.failure();
    return records;
}

Result<void> SqliteJournalStore::saveConflict(StoreTransaction &transaction, const ConflictRecord &conflict)
{
    QList<SqliteValue> values{conflict.id, conflict.table, conflict.recordId, toText(conflict.strategy),
                              conflict.isOpen};
    for (const auto *side : {&conflict.base, &conflict.local, &conflict.remote, &conflict.resolved}) {
        const auto json = fromRow(*side);
        if (!json)
            return json.failure();
        values.append(*json);
    }
    values.append(fromTime(conflict.at));
    return write(
        transaction,
        QStringLiteral("INSERT INTO tideline_conflict (id, table_name, record_id, strategy, is_open, base, local,"
                       " remote, resolved, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT (id) DO UPDATE SET table_name = excluded.table_name,"
                       " record_id = excluded.record_id, strategy = excluded.strategy, is_open = excluded.is_open,"
                       " base = excluded.base, local = excluded.local, remote = excluded.remote,"
                       " resolved = excluded.resolved, at = excluded.at"),
        values);
}

Result<void> SqliteJournalStore::appendEvent(StoreTransaction &transaction, const LoggedEvent &event)
{
    const auto detail = fromRow(event.detail);
    if (!detail)
        return detail.failure();
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    const auto sequence = m_connection.insert(
        QStringLiteral("INSERT INTO tideline_event (at, name, table_name, record_id, detail) VALUES (?, ?, ?, ?, ?)"),
        {fromTime(event.at), event.name, event.table, event.recordId, *detail});
    if (!sequence)
        return sequence.failure();
    // Sequence numbers have no gaps worth counting: AUTOINCREMENT gives each event the next one.
    return write(transaction, QStringLiteral("DELETE FROM tideline_event WHERE seq <= ?"), {*sequence - keptEvents});
}

Result<void> SqliteJournalStore::quarantine(StoreTransaction &transaction, const QString &table,
                                            const QString &recordId, const QVariantMap &row, const Failure &reason,
                                            const QDateTime &at)
{
    // What made the row unfit may also make it unstorable; the reason counts.
    const auto json = fromRow(row);
    return write(transaction,
                 QStringLiteral("INSERT INTO tideline_quarantine (table_name, record_id, row, reason, at)"
                                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (table_name, record_id) DO UPDATE SET"
                                " row = excluded.row, reason = excluded.reason, at = excluded.at"),
                 {table, recordId, json ? *json : SqliteValue(), fromFailure(reason), fromTime(at)});
}

Result<void> SqliteJournalStore::release(StoreTransaction &transaction, const QString &table, const QString &recordId)
{
    return write(transaction, QStringLiteral("DELETE FROM tideline_quarantine WHERE table_name = ? AND record_id = ?"),
                 {table, recordId});
}

Result<void> SqliteJournalStore::clear(StoreTransaction &transaction)
{
    for (const QString &sql :
         {QStringLiteral("DELETE FROM tideline_conflict"), QStringLiteral("DELETE FROM tideline_event"),
          QStringLiteral("DELETE FROM tideline_quarantine")}) {
        if (const auto cleared = write(transaction, sql); !cleared)
            return cleared;
    }
    return {};
}

Result<void> SqliteJournalStore::write(const StoreTransaction &transaction, const QString &sql,
                                       const QList<SqliteValue> &values)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    const auto written = m_connection.execute(sql, values);
    return written ? Result<void>() : written.failure();
}

} // namespace Tideline
