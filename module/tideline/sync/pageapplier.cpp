// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/columnnames.h>
#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/sync/pageapplier.h>

#include <algorithm>

namespace Tideline {

namespace {

// A write of the application waits for the transaction that is under way, which therefore ends as soon as it is waited
// for. Another process waits unseen: so it ends after a while too. A few rows at least: a transaction has its price.
constexpr qsizetype leastRows = 25;
constexpr qsizetype mostRows = 1000;
constexpr qint64 longestWork = 25;     // milliseconds
constexpr qsizetype mostRefused = 100; // rows that are tried again, in one transaction

// Whether it is the row that is bad; anything else (disk, lock) ends the pull.
bool isRowsFault(const Failure &failure)
{
    return failure.code == Failure::Code::Deserialization || failure.code == Failure::Code::Invalid
           || failure.code == Failure::Code::PayloadTooLarge;
}

// The commits of a page's transactions need not wait for the disk. Rows and cursor are in one transaction and come from
// the server: after a power cut both are as they were before and are pulled again. What the user or a push has done
// since is not lost with them: its own commit waits, and makes everything durable that was committed before it.
// Transactions in which entries of the queue are settled wait all the same: what was told of them is not to be told
// twice.
class RelaxedCommits
{
public:
    explicit RelaxedCommits(Storage &storage)
        : m_storage(storage)
    {
        m_storage.setDurability(Storage::Durability::Repeatable);
    }
    ~RelaxedCommits() { m_storage.setDurability(Storage::Durability::Durable); }
    Q_DISABLE_COPY_MOVE(RelaxedCommits)

private:
    Storage &m_storage;
};

} // namespace

PageApplier::PageApplier(SyncContext &context, const TableConfig &table)
    : m_context(context)
    , m_table(table)
{
}

Result<void> PageApplier::prepare()
{
    const Result<TableSchema> schema = m_context.storage->local().schema(m_table.name);
    if (!schema)
        return schema.failure();
    m_hasVersion = schema->hasColumn(m_table.updatedAt);
    m_hasDeletionMark = schema->hasColumn(m_table.deletedAt);
    m_schema = *schema;
    const Result<qint64> rows = m_context.storage->local().rowCount(m_table.name);
    if (!rows)
        return rows.failure();
    m_isFirstFill = *rows == 0;
    const Result<QVariant> columns = m_context.storage->session().value(SessionKey::columns(m_table.name));
    if (!columns)
        return columns.failure();
    m_remoteColumns = columns->toStringList();
    const Result<QStringList> quarantined = m_context.storage->journal().quarantinedRecords(m_table.name);
    if (!quarantined)
        return quarantined.failure();
    m_quarantined = QSet<QString>(quarantined->cbegin(), quarantined->cend());
    return {};
}

Result<void> PageApplier::apply(const QList<RemoteRow> &rows, const QStringList &removedIds, const Step &last)
{
    const qsizetype count = rows.size() + removedIds.size();
    const auto idAt = [&](qsizetype i) {
        return i < rows.size() ? rows.at(i).recordId : removedIds.at(i - rows.size());
    };
    qsizetype next = 0;
    do {
        bool settles = false;
        if (next < count) {
            const Result<int> open = m_context.storage->queue().openCount(m_table.name, idAt(next));
            if (!open)
                return open.failure();
            settles = *open > 0;
        }
        const SyncReport reportBefore = m_report;
        const QSet<QString> quarantinedBefore = m_quarantined;
        const QMap<QString, Refused> refusedBefore = m_refused;
        std::optional<RelaxedCommits> relaxed;
        if (!settles)
            relaxed.emplace(*m_context.storage);
        QElapsedTimer timer;
        timer.start();
        const qsizetype first = next;
        const Result<void> applied = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
            const Result<bool> hasOpen = hasOpenEntries();
            if (!hasOpen)
                return hasOpen.failure();
            for (; next < count && !isLongEnough(work, next - first, timer); ++next) {
                bool isOpen = false;
                if (*hasOpen) {
                    const Result<int> open = m_context.storage->queue().openCount(m_table.name, idAt(next));
                    if (!open)
                        return open.failure();
                    isOpen = *open > 0;
                }
                if (isOpen && relaxed && next > first)
                    return {}; // in a transaction that waits for the disk
                TIDELINE_TRY(next < rows.size() ? applyRow(work, rows.at(next), isOpen)
                                                : applyAbsence(work, idAt(next)));
            }
            if (next < count)
                return {};
            TIDELINE_TRY(tryAgain(work));
            return last ? last(work) : Result<void>();
        });
        if (!applied) {
            m_refused = refusedBefore;
            m_report = reportBefore;
            m_quarantined = quarantinedBefore;
            return applied;
        }
    } while (next < count);
    return {};
}

Result<void> PageApplier::applyAgain(const QList<RemoteRow> &rows)
{
    m_isSecondTry = true;
    const Result<void> applied = apply(rows, {}, {});
    m_isSecondTry = false;
    return applied;
}

bool PageApplier::isLongEnough(const UnitOfWork &work, qsizetype rows, const QElapsedTimer &timer)
{
    if (rows < leastRows)
        return false;
    return rows >= mostRows || work.transaction().isAwaited() || timer.hasExpired(longestWork);
}

Result<bool> PageApplier::hasOpenEntries()
{
    const Result<QHash<QString, TableCounts>> counts = m_context.storage->queue().counts();
    if (!counts)
        return counts.failure();
    const TableCounts table = counts->value(m_table.name);
    return table.pending > 0 || table.dead > 0;
}

Result<void> PageApplier::applyRow(UnitOfWork &work, const RemoteRow &row, bool isOpen)
{
    if (row.recordId.isEmpty()) {
        return setAside(
            work, row,
            Failure(Failure::Code::Deserialization,
                    QStringLiteral("A row of table %1 came without its key (%2). Check the table's key in the "
                                   "configuration.")
                        .arg(m_table.name, m_table.key.join(QStringLiteral(", ")))));
    }
    if (row.isDeleted && m_table.deletedAt.isEmpty())
        return applyAbsence(work, row.recordId);
    if (isForeign(row.values)) {
        // Not even set aside with its values: they are nobody's business here.
        return setAside(
            work, RemoteRow{row.recordId, {}, false},
            Failure(Failure::Code::RlsViolation,
                    QStringLiteral("The server sent a row of another user (column %1). It was not stored; check "
                                   "the table's row-level security.")
                        .arg(m_table.owner)));
    }
    TIDELINE_TRY(noteColumns(work, row.values));
    m_refused.remove(row.recordId);
    const Result<void> stored = storeSound(work, row, isOpen);
    if (stored || !isRowsFault(stored.failure()))
        return stored;
    if (isOpen || m_refused.size() >= mostRefused)
        return setAside(work, row, stored.failure());
    m_refused.insert(row.recordId, Refused{row, stored.failure(), false});
    return {};
}

Result<void> PageApplier::storeSound(UnitOfWork &work, const RemoteRow &row, bool isOpen)
{
    TIDELINE_TRY(isOpen ? applyOverOpenEntries(work, row) : storeRow(work, row));
    if (!m_quarantined.remove(row.recordId))
        return {};
    return m_context.storage->journal().release(work.transaction(), m_table.name, row.recordId);
}

// A row may have been refused because of another one, which has changed or gone since: a unique value that moved on.
Result<void> PageApplier::tryAgain(UnitOfWork &work)
{
    QMap<QString, Refused> refused = std::exchange(m_refused, {});
    for (bool isAnyStored = true; isAnyStored;) {
        isAnyStored = false;
        for (auto it = refused.begin(); it != refused.end();) {
            const Result<int> open = m_context.storage->queue().openCount(m_table.name, it.key());
            if (!open)
                return open.failure();
            // What has been written here meanwhile is a conflict, which is not settled in passing.
            const Result<void> stored = *open > 0 ? it->reason : storeSound(work, it->row, false);
            if (!stored && !isRowsFault(stored.failure()))
                return stored;
            isAnyStored = isAnyStored || stored;
            it = stored ? refused.erase(it) : std::next(it);
        }
    }
    for (Refused &one : refused) {
        if (!one.isSetAside)
            TIDELINE_TRY(setAside(work, one.row, one.reason));
        one.isSetAside = true;
    }
    m_refused = refused;
    return {};
}

Result<void> PageApplier::storeRow(UnitOfWork &work, const RemoteRow &row)
{
    LocalStore &local = m_context.storage->local();
    const bool isRemoval = row.isDeleted && !m_hasDeletionMark;
    if (m_isFirstFill && !isRemoval) {
        const Result<bool> inserted = local.insertRow(work.transaction(), m_table, row.recordId, row.values);
        if (!inserted)
            return inserted.failure();
        if (*inserted) {
            ++m_report.pulled;
            work.touch(m_table.name);
            return {};
        }
    }
    const Result<std::optional<QVariantMap>> present =
        local.rowPart(m_table, row.recordId, {m_table.updatedAt, m_table.deletedAt});
    if (!present)
        return present.failure();
    if (isRemoval) {
        if (!*present)
            return {};
        TIDELINE_TRY(local.removeRow(work.transaction(), m_table, row.recordId));
        ++m_report.deleted;
        work.touch(m_table.name);
        return {};
    }
    const bool hasVersion = m_hasVersion && !row.values.value(m_table.updatedAt).isNull();
    if (*present && hasVersion && isSameVersion(m_table, *present, row.values))
        return {}; // read again, already here
    TIDELINE_TRY(local.upsertRow(work.transaction(), m_table, row.recordId, row.values));
    const bool isNewlyDeleted = row.isDeleted && *present && !isDeleted(m_table, *present);
    ++(isNewlyDeleted ? m_report.deleted : m_report.pulled);
    work.touch(m_table.name);
    return {};
}

Result<void> PageApplier::applyOverOpenEntries(UnitOfWork &work, const RemoteRow &row)
{
    const Result<QList<SyncEntry>> open = m_context.storage->queue().openEntries(m_table.name, row.recordId);
    if (!open)
        return open.failure();
    QList<SyncEntry> pending = *open;
    pending.removeIf([](const SyncEntry &entry) { return !entry.isUnsynced(); });
    Settlement settlement(work, m_table, row.recordId);
    if (pending.isEmpty()) {
        const Result<std::optional<QVariantMap>> present = m_context.storage->local().row(m_table, row.recordId);
        if (!present)
            return present.failure();
        if (*present && isSameVersion(m_table, *present, row.values))
            return {};
        const Result<bool> taken = settlement.takeServerRow(row.values);
        if (!taken)
            return taken.failure();
        m_report.pulled += *taken ? 1 : 0;
        return {};
    }
    const MergedEntry sent = mergedInto(pending.constFirst(), pending);
    if (sent.head.base && isSameVersion(m_table, sent.head.base, row.values))
        return {};
    if (isFulfilled(m_table, sent.whole(), row.values)) // an own push whose reply was lost, seen again
        return count(settlement.acknowledge(sent, row.values));
    return count(settlement.resolve(row.values));
}

Result<void> PageApplier::applyAbsence(UnitOfWork &work, const QString &recordId)
{
    const Result<QList<SyncEntry>> open = m_context.storage->queue().openEntries(m_table.name, recordId);
    if (!open)
        return open.failure();
    QList<SyncEntry> pending = *open;
    pending.removeIf([](const SyncEntry &entry) { return !entry.isUnsynced(); });
    m_refused.remove(recordId);
    const bool wasSetAside = m_quarantined.remove(recordId);
    if (wasSetAside)
        TIDELINE_TRY(m_context.storage->journal().release(work.transaction(), m_table.name, recordId));
    if (pending.isEmpty()) {
        if (!open->isEmpty())
            return {}; // a dead letter's row: the only copy of somebody's work
        if (wasSetAside) {
            const Result<std::optional<QVariantMap>> former =
                m_context.storage->local().rowPart(m_table, recordId, {m_table.updatedAt});
            if (!former || !*former)
                return former ? Result<void>() : former.failure();
        }
        TIDELINE_TRY(m_context.storage->local().removeRow(work.transaction(), m_table, recordId));
        ++m_report.deleted;
        work.touch(m_table.name);
        return {};
    }
    Settlement settlement(work, m_table, recordId);
    if (!pending.constFirst().base)
        return {}; // made here, not on the server yet
    const MergedEntry sent = mergedInto(pending.constFirst(), pending);
    if (isFulfilled(m_table, sent.whole(), {}))
        return count(settlement.acknowledge(sent, {}));
    return count(settlement.resolve({}));
}

Result<void> PageApplier::setAside(UnitOfWork &work, const RemoteRow &row, const Failure &reason)
{
    if (!m_isSecondTry || !m_quarantined.contains(row.recordId)) {
        ++m_report.quarantined;
        m_report.addError(reason);
        work.report(SyncError{reason, QStringLiteral("pull"), m_table.name, row.recordId});
    }
    m_quarantined.insert(row.recordId);
    return m_context.storage->journal().quarantine(work.transaction(), m_table.name, row.recordId, row.values, reason,
                                                   work.now());
}

// Remembers which columns the server has, and tells once of those that have no place here.
Result<void> PageApplier::noteColumns(UnitOfWork &work, const QVariantMap &values)
{
    if (hasColumns(values, &m_remoteColumns))
        return {};
    const QStringList columns = values.keys();
    QStringList unknown;
    for (const QString &column : columns) {
        if (!m_schema.hasColumn(column) && !m_remoteColumns.contains(column))
            unknown.append(column);
    }
    m_remoteColumns = columns;
    if (!unknown.isEmpty()) {
        const Failure ignored(
            Failure::Code::Deserialization,
            QStringLiteral("The server's columns %1 of table %2 have no local column and are ignored.")
                .arg(unknown.join(QStringLiteral(", ")), m_table.name));
        work.report(SyncError{ignored, QStringLiteral("pull"), m_table.name, QString()});
    }
    return m_context.storage->session().setValue(work.transaction(), SessionKey::columns(m_table.name), columns);
}

bool PageApplier::isForeign(const QVariantMap &values) const
{
    if (m_context.userId.isEmpty())
        return false;
    const QVariant owner = values.value(m_table.owner);
    return !owner.isNull() && owner.toString() != m_context.userId;
}

Result<void> PageApplier::count(const Result<SettlementCounts> &counts)
{
    if (!counts)
        return counts.failure();
    m_report.superseded += counts->superseded;
    m_report.conflicts += counts->conflicts;
    return {};
}

} // namespace Tideline
