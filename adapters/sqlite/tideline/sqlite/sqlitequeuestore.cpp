// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitequeuestore.h>

#include <tideline/sqlite/sqliteconnection.h>
#include <tideline/sqlite/sqliteencoding.h>
#include <tideline/sqlite/sqlitefailure.h>

#include <algorithm>
#include <limits>

namespace Tideline {

namespace {

using namespace SqliteEncoding;

#define TIDELINE_ENTRY_COLUMNS \
    "seq, id, table_name, record_id, operation, payload, base, created_at, retry_count, next_retry_at, state, error, " \
    "sent_at, finished_at, held_by, merged_into"

// The conditions of the partial indexes, word for word: only so does SQLite use them.
#define TIDELINE_OPEN_STATES "(state = 'pending' OR state = 'inFlight' OR state = 'dead')"
#define TIDELINE_FINISHED_STATES "(state = 'done' OR state = 'superseded' OR state = 'discarded')"
#define TIDELINE_SENDABLE "state = 'pending' AND held_by IS NULL AND merged_into IS NULL"

// No earlier entry of the record e is on its way or waits for its turn.
#define TIDELINE_IS_FIRST \
    "NOT EXISTS (SELECT 1 FROM tideline_entry AS earlier INDEXED BY tideline_entry_open" \
    " WHERE earlier.table_name = e.table_name AND earlier.record_id = e.record_id AND earlier.seq < e.seq" \
    " AND (earlier.state = 'pending' OR earlier.state = 'inFlight'))"

// A statement has a branch for each table, and SQLite allows 500.
constexpr qsizetype tablesAStatement = 100;

// An entry that cannot be decoded says so in its error; its row stays as it is for a person to repair.
SyncEntry entryOf(const SqliteRow &row, bool *isDecoded)
{
    SyncEntry entry;
    entry.sequence = row.integer(0);
    entry.id = row.text(1);
    entry.table = row.text(2);
    entry.recordId = row.text(3);
    bool isReadable = fromText(row.text(4), &entry.operation);
    entry.createdAt = toTime(row, 7);
    entry.retryCount = static_cast<int>(row.integer(8));
    entry.nextRetryAt = toTime(row, 9);
    isReadable = fromText(row.text(10), &entry.state) && isReadable;
    entry.error = toFailure(row, 11);
    entry.sentAt = toTime(row, 12);
    entry.finishedAt = toTime(row, 13);
    entry.heldBy = row.text(14);
    entry.mergedInto = row.text(15);
    const auto payload = toRow(row, 5);
    const auto base = toRow(row, 6);
    *isDecoded = isReadable && payload && *payload && base;
    if (*isDecoded) {
        entry.payload = **payload;
        entry.base = *base;
    } else {
        entry.error = Failure(Failure::Code::Deserialization,
                              QStringLiteral("The stored entry cannot be read. Edit its payload or discard it."));
    }
    return entry;
}

struct Condition
{
    QString sql;
    QList<SqliteValue> values;
};

// All but the states.
Condition conditionOf(const EntryFilter &filter)
{
    QStringList terms;
    Condition condition;
    if (!filter.table.isEmpty()) {
        terms.append(QStringLiteral("table_name = ?"));
        condition.values.append(filter.table);
    }
    if (!filter.recordId.isEmpty()) {
        terms.append(QStringLiteral("record_id = ?"));
        condition.values.append(filter.recordId);
    }
    if (!filter.text.isEmpty()) {
        terms.append(contains({QStringLiteral("table_name"), QStringLiteral("record_id"), QStringLiteral("payload"),
                               QStringLiteral("ifnull(error, '')")},
                              filter.text, &condition.values));
    }
    condition.sql = terms.isEmpty() ? QStringLiteral("1") : terms.join(QStringLiteral(" AND "));
    return condition;
}

// One SELECT for each state, merged: each of them has an index of its own, an IN list of several has none.
Condition unionOf(const QString &columns, const EntryFilter &filter)
{
    const Condition one = conditionOf(filter);
    if (filter.states.isEmpty())
        return {QStringLiteral("SELECT %1 FROM tideline_entry WHERE %2").arg(columns, one.sql), one.values};
    Condition all;
    QStringList selects;
    QList<EntryState> states;
    for (const EntryState state : filter.states) {
        if (states.contains(state))
            continue;
        states.append(state);
        selects.append(QStringLiteral("SELECT %1 FROM tideline_entry WHERE state = '%2' AND %3")
                           .arg(columns, toText(state), one.sql));
        all.values += one.values;
    }
    all.sql = selects.join(QStringLiteral(" UNION ALL "));
    return all;
}

Failure unknownEntry()
{
    return {Failure::Code::Invalid,
            QStringLiteral("There is no queue entry with this id. List the queue to see the ids.")};
}

} // namespace

SqliteQueueStore::SqliteQueueStore(SqliteConnection &connection)
    : m_connection(connection)
{
}

Result<QList<SyncEntry>> SqliteQueueStore::read(const QString &sql, const QList<SqliteValue> &values,
                                                qsizetype *undecodable)
{
    QList<SyncEntry> entries;
    const auto selected = m_connection.select(sql, values, [&](const SqliteRow &row) {
        bool isDecoded = false;
        SyncEntry entry = entryOf(row, &isDecoded);
        if (isDecoded || undecodable == nullptr)
            entries.append(std::move(entry));
        else
            ++*undecodable;
    });
    if (!selected)
        return selected.failure();
    return entries;
}

Result<qint64> SqliteQueueStore::write(const StoreTransaction &transaction, const QString &sql,
                                       std::initializer_list<SqliteValue> values)
{
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    return m_connection.execute(sql, values);
}

Result<SyncEntry> SqliteQueueStore::entry(const QString &entryId)
{
    const auto found =
        read(QStringLiteral("SELECT " TIDELINE_ENTRY_COLUMNS " FROM tideline_entry WHERE id = ?"), {entryId});
    if (!found)
        return found.failure();
    if (found->isEmpty())
        return unknownEntry();
    return found->constFirst();
}

Result<QList<SyncEntry>> SqliteQueueStore::entries(const EntryFilter &filter)
{
    Condition query = unionOf(QStringLiteral(TIDELINE_ENTRY_COLUMNS), filter);
    query.values << filter.limit << filter.offset;
    return read(query.sql + QStringLiteral(" ORDER BY seq LIMIT ? OFFSET ?"), query.values);
}

Result<qint64> SqliteQueueStore::entryCount(const EntryFilter &filter)
{
    const Condition query = unionOf(QStringLiteral("seq"), filter);
    const auto count =
        m_connection.selectValue(QStringLiteral("SELECT count(*) FROM (%1)").arg(query.sql), query.values);
    if (!count)
        return count.failure();
    return count->toLongLong();
}

Result<QList<SyncEntry>> SqliteQueueStore::openEntries(const QString &table, const QString &recordId)
{
    return read(QStringLiteral("SELECT " TIDELINE_ENTRY_COLUMNS " FROM tideline_entry INDEXED BY tideline_entry_open"
                               " WHERE table_name = ? AND record_id = ? AND " TIDELINE_OPEN_STATES " ORDER BY seq"),
                {table, recordId});
}

Result<int> SqliteQueueStore::openCount(const QString &table, const QString &recordId)
{
    const auto count =
        m_connection.selectValue(QStringLiteral("SELECT count(*) FROM tideline_entry INDEXED BY tideline_entry_open"
                                                " WHERE table_name = ? AND record_id = ? AND " TIDELINE_OPEN_STATES),
                                 {table, recordId});
    return count ? Result<int>(count->toInt()) : count.failure();
}

Result<EntryState> SqliteQueueStore::state(const QString &entryId)
{
    const auto stored =
        m_connection.selectValue(QStringLiteral("SELECT state FROM tideline_entry WHERE id = ?"), {entryId});
    if (!stored)
        return stored.failure();
    EntryState state = EntryState::Pending;
    if (!stored->isValid())
        return unknownEntry();
    if (!fromText(stored->toString(), &state))
        return Failure(Failure::Code::Deserialization,
                       QStringLiteral("The stored entry cannot be read. Edit its payload or discard it."));
    return state;
}

Result<QHash<QString, int>> SqliteQueueStore::openRecords(const QString &table)
{
    QHash<QString, int> records;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT record_id, count(*) FROM tideline_entry INDEXED BY tideline_entry_open"
                       " WHERE table_name = ? AND " TIDELINE_OPEN_STATES " GROUP BY record_id"),
        {table}, [&](const SqliteRow &row) { records.insert(row.text(0), static_cast<int>(row.integer(1))); });
    if (!selected)
        return selected.failure();
    return records;
}

Result<QList<SyncEntry>> SqliteQueueStore::due(const QDateTime &now, int limit, bool ignoreBackoff,
                                               const QStringList &excludedTables)
{
    QStringList tables;
    const auto listed = m_connection.select(QStringLiteral("SELECT table_name FROM tideline_count WHERE pending > 0"),
                                            {}, [&](const SqliteRow &row) {
                                                if (const QString table = row.text(0); !excludedTables.contains(table))
                                                    tables.append(table);
                                            });
    if (!listed)
        return listed.failure();
    const qint64 until = ignoreBackoff ? std::numeric_limits<qint64>::max() : now.toMSecsSinceEpoch();
    QList<SyncEntry> entries;
    for (qsizetype first = 0; first < tables.size(); first += tablesAStatement) {
        const auto found = due(tables.mid(first, tablesAStatement), until, limit);
        if (!found)
            return found.failure();
        entries += *found;
    }
    if (tables.size() > tablesAStatement) {
        std::sort(entries.begin(), entries.end(),
                  [](const SyncEntry &left, const SyncEntry &right) { return left.sequence < right.sequence; });
    }
    return entries.mid(0, limit);
}

Result<QList<SyncEntry>> SqliteQueueStore::due(const QStringList &tables, qint64 until, int limit)
{
    static const QString branch = QStringLiteral(
        "SELECT " TIDELINE_ENTRY_COLUMNS " FROM tideline_entry AS e INDEXED BY tideline_entry_ready"
        " WHERE table_name = ?%1 AND " TIDELINE_SENDABLE " AND next_retry_at IS NULL AND " TIDELINE_IS_FIRST
        // Of those whose time has come the ones that wait longest: to look for the smallest sequence would be to look
        // at all.
        " UNION ALL SELECT * FROM (SELECT " TIDELINE_ENTRY_COLUMNS
        " FROM tideline_entry AS e INDEXED BY tideline_entry_retry WHERE table_name = ?%1 AND " TIDELINE_SENDABLE
        " AND next_retry_at IS NOT NULL AND next_retry_at <= ?1 AND " TIDELINE_IS_FIRST
        " ORDER BY next_retry_at LIMIT ?2)");
    QStringList branches;
    QList<SqliteValue> values{until, limit};
    for (const QString &table : tables) {
        values.append(table);
        branches.append(branch.arg(values.size()));
    }
    const QString sql = branches.join(QStringLiteral(" UNION ALL ")) + QStringLiteral(" ORDER BY seq LIMIT ?2");
    // What cannot be decoded cannot be sent. It blocks its own record only: others must not be crowded out of the
    // limit by it.
    qsizetype asked = limit;
    while (true) {
        values[1] = SqliteValue(qint64(asked));
        qsizetype undecodable = 0;
        const auto entries = read(sql, values, &undecodable);
        if (!entries || undecodable == 0 || entries->size() >= limit || entries->size() + undecodable < asked)
            return entries;
        asked = limit + undecodable;
    }
}

Result<QDateTime> SqliteQueueStore::nextRetryAt()
{
    QDateTime earliest;
    const auto selected = m_connection.select(
        QStringLiteral("SELECT min((SELECT min(next_retry_at) FROM tideline_entry INDEXED BY tideline_entry_retry"
                       "  WHERE table_name = tideline_count.table_name AND " TIDELINE_SENDABLE
                       "  AND next_retry_at IS NOT NULL)) FROM tideline_count WHERE pending > 0"),
        {}, [&](const SqliteRow &row) { earliest = toTime(row, 0); });
    if (!selected)
        return selected.failure();
    return earliest;
}

Result<QHash<QString, TableCounts>> SqliteQueueStore::counts()
{
    QHash<QString, TableCounts> counts;
    const auto selected =
        m_connection.select(QStringLiteral("SELECT table_name, pending, failed, dead, held FROM tideline_count"
                                           " WHERE pending <> 0 OR dead <> 0"),
                            {}, [&](const SqliteRow &row) {
                                TableCounts table;
                                table.pending = row.integer(1);
                                table.failed = row.integer(2);
                                table.dead = row.integer(3);
                                table.held = row.integer(4);
                                counts.insert(row.text(0), table);
                            });
    if (!selected)
        return selected.failure();
    return counts;
}

Result<QList<SyncAttempt>> SqliteQueueStore::attempts(const QString &entryId)
{
    QList<SyncAttempt> attempts;
    const auto selected =
        m_connection.select(QStringLiteral("SELECT at, failure FROM tideline_attempt WHERE entry_id = ? ORDER BY seq"),
                            {entryId}, [&](const SqliteRow &row) {
                                attempts.append({toTime(row, 0), toFailure(row, 1)});
                            });
    if (!selected)
        return selected.failure();
    return attempts;
}

Result<SyncEntry> SqliteQueueStore::enqueue(StoreTransaction &transaction, const SyncEntry &entry)
{
    if (entry.id.isEmpty())
        return Failure(Failure::Code::Invalid, QStringLiteral("A queue entry needs an id."));
    if (const auto checked = m_connection.check(transaction); !checked)
        return checked.failure();
    const auto payload = fromRow(entry.payload);
    if (!payload)
        return payload.failure();
    const auto base = fromRow(entry.base);
    if (!base)
        return base.failure();
    const auto sequence = m_connection.insert(
        QStringLiteral("INSERT INTO tideline_entry (id, table_name, record_id, operation, payload, base, created_at,"
                       " retry_count, next_retry_at, state, error, sent_at, finished_at, held_by, merged_into)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        {entry.id, entry.table, entry.recordId, toText(entry.operation), *payload, *base, fromTime(entry.createdAt),
         entry.retryCount, fromTime(entry.nextRetryAt), toText(entry.state), fromFailure(entry.error),
         fromTime(entry.sentAt), fromTime(entry.finishedAt), textOrNull(entry.heldBy), textOrNull(entry.mergedInto)});
    if (!sequence) {
        if (primaryCode(m_connection.errorCode()) == SqliteCode::Constraint)
            return Failure(Failure::Code::Invalid, QStringLiteral("A queue entry with this id is there already."));
        return sequence.failure();
    }
    SyncEntry stored = entry;
    stored.sequence = *sequence;
    return stored;
}

Result<void> SqliteQueueStore::update(StoreTransaction &transaction, const SyncEntry &entry)
{
    const auto payload = fromRow(entry.payload);
    if (!payload)
        return payload.failure();
    const auto base = fromRow(entry.base);
    if (!base)
        return base.failure();
    const auto changed =
        write(transaction,
              QStringLiteral("UPDATE tideline_entry SET operation = ?, payload = ?, base = ?, retry_count = ?,"
                             " next_retry_at = ?, state = ?, error = ?, sent_at = ?, finished_at = ?, held_by = ?,"
                             " merged_into = ? WHERE id = ?"),
              {toText(entry.operation), *payload, *base, entry.retryCount, fromTime(entry.nextRetryAt),
               toText(entry.state), fromFailure(entry.error), fromTime(entry.sentAt), fromTime(entry.finishedAt),
               textOrNull(entry.heldBy), textOrNull(entry.mergedInto), entry.id});
    if (!changed)
        return changed.failure();
    if (*changed == 0)
        return unknownEntry();
    return {};
}

Result<void> SqliteQueueStore::markSent(StoreTransaction &transaction, const QString &entryId, const QDateTime &sentAt,
                                        const QString &mergedInto)
{
    const auto changed =
        write(transaction,
              QStringLiteral("UPDATE tideline_entry SET state = 'inFlight', sent_at = ?, merged_into = ? WHERE id = ?"),
              {fromTime(sentAt), textOrNull(mergedInto), entryId});
    if (!changed)
        return changed.failure();
    return *changed == 0 ? unknownEntry() : Result<void>();
}

Result<void> SqliteQueueStore::finish(StoreTransaction &transaction, const QString &entryId, EntryState state,
                                      const QDateTime &finishedAt)
{
    const auto changed = write(transaction,
                               QStringLiteral("UPDATE tideline_entry SET state = ?, finished_at = ?, error = NULL,"
                                              " next_retry_at = NULL, held_by = NULL WHERE id = ?"),
                               {toText(state), fromTime(finishedAt), entryId});
    if (!changed)
        return changed.failure();
    return *changed == 0 ? unknownEntry() : Result<void>();
}

Result<void> SqliteQueueStore::addAttempt(StoreTransaction &transaction, const QString &entryId,
                                          const SyncAttempt &attempt)
{
    const auto added =
        write(transaction, QStringLiteral("INSERT INTO tideline_attempt (entry_id, at, failure) VALUES (?, ?, ?)"),
              {entryId, fromTime(attempt.at), fromFailure(attempt.failure)});
    if (!added)
        return added.failure();
    const auto trimmed = write(
        transaction,
        QStringLiteral("DELETE FROM tideline_attempt WHERE entry_id = ? AND seq <= (SELECT seq FROM tideline_attempt"
                       " WHERE entry_id = ? ORDER BY seq DESC LIMIT 1 OFFSET 100)"),
        {entryId, entryId});
    return trimmed ? Result<void>() : trimmed.failure();
}

Result<int> SqliteQueueStore::recoverInFlight(StoreTransaction &transaction)
{
    const auto changed =
        write(transaction, QStringLiteral("UPDATE tideline_entry SET state = 'pending' WHERE state = 'inFlight'"));
    if (!changed)
        return changed.failure();
    return static_cast<int>(*changed);
}

Result<void> SqliteQueueStore::releaseHeld(StoreTransaction &transaction, const QString &holderId)
{
    const auto changed =
        write(transaction, QStringLiteral("UPDATE tideline_entry SET held_by = NULL WHERE held_by = ?"), {holderId});
    return changed ? Result<void>() : changed.failure();
}

Result<int> SqliteQueueStore::purge(StoreTransaction &transaction, const QDateTime &finishedBefore)
{
    const auto removed = write(transaction,
                               QStringLiteral("DELETE FROM tideline_entry WHERE seq IN (SELECT seq FROM tideline_entry"
                                              " INDEXED BY tideline_entry_finished WHERE " TIDELINE_FINISHED_STATES
                                              " AND finished_at < ? LIMIT 1000)"),
                               {fromTime(finishedBefore)});
    if (!removed)
        return removed.failure();
    return static_cast<int>(*removed);
}

Result<void> SqliteQueueStore::clear(StoreTransaction &transaction)
{
    for (const QString &sql :
         {QStringLiteral("DELETE FROM tideline_attempt"), QStringLiteral("DELETE FROM tideline_entry"),
          QStringLiteral("DELETE FROM tideline_count")}) {
        if (const auto cleared = write(transaction, sql); !cleared)
            return cleared.failure();
    }
    return {};
}

} // namespace Tideline
