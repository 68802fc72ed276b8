// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/sync/pageapplier.h>

namespace Tideline {

namespace {

constexpr qsizetype rowsOfTransaction = 200; // so that a write of the application waits a few milliseconds at most

// Whether it is the row that is bad; anything else (disk, lock) ends the pull.
bool isRowsFault(const Failure &failure)
{
    return failure.code == Failure::Code::Deserialization || failure.code == Failure::Code::Invalid
           || failure.code == Failure::Code::PayloadTooLarge;
}

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
    qsizetype next = 0;
    do {
        const SyncReport before = m_report;
        const qsizetype end = std::min(next + rowsOfTransaction, count);
        const Result<void> applied = m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
            const Result<QHash<QString, int>> open = m_context.storage->queue().openRecords(m_table.name);
            if (!open)
                return open.failure();
            m_openRecords = *open;
            for (qsizetype i = next; i < end; ++i) {
                TIDELINE_TRY(i < rows.size() ? applyRow(work, rows.at(i))
                                             : applyAbsence(work, removedIds.at(i - rows.size())));
            }
            return end == count && last ? last(work) : Result<void>();
        });
        if (!applied) {
            m_report = before;
            return applied;
        }
        next = end;
    } while (next < count);
    return {};
}

Result<void> PageApplier::applyRow(UnitOfWork &work, const RemoteRow &row)
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
    const Result<void> applied =
        m_openRecords.contains(row.recordId) ? applyOverOpenEntries(work, row) : storeRow(work, row);
    if (!applied)
        return isRowsFault(applied.failure()) ? setAside(work, row, applied.failure()) : applied;
    if (!m_quarantined.remove(row.recordId))
        return {};
    return m_context.storage->journal().release(work.transaction(), m_table.name, row.recordId);
}

Result<void> PageApplier::storeRow(UnitOfWork &work, const RemoteRow &row)
{
    LocalStore &local = m_context.storage->local();
    std::optional<QVariantMap> present;
    if (!m_isFirstFill) {
        const Result<std::optional<QVariantMap>> found = local.row(m_table, row.recordId);
        if (!found)
            return found.failure();
        present = *found;
    }
    if (row.isDeleted && !m_schema.hasColumn(m_table.deletedAt)) {
        if (!present)
            return {};
        TIDELINE_TRY(local.removeRow(work.transaction(), m_table, row.recordId));
        ++m_report.deleted;
        work.touch(m_table.name);
        return {};
    }
    const bool hasVersion = m_schema.hasColumn(m_table.updatedAt) && !row.values.value(m_table.updatedAt).isNull();
    if (present && hasVersion && isSameVersion(m_table, present, row.values))
        return {}; // read again, already here
    TIDELINE_TRY(local.upsertRow(work.transaction(), m_table, row.recordId, row.values));
    const bool isNewlyDeleted = row.isDeleted && present && !isDeleted(m_table, present);
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
    if (pending.isEmpty()) {
        if (!open->isEmpty())
            return {}; // a dead letter's row: the only copy of somebody's work
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
    ++m_report.quarantined;
    m_report.addError(reason);
    m_quarantined.insert(row.recordId);
    work.report(SyncError{reason, QStringLiteral("pull"), m_table.name, row.recordId});
    return m_context.storage->journal().quarantine(work.transaction(), m_table.name, row.recordId, row.values, reason,
                                                   work.now());
}

// Remembers which columns the server has, and tells once of those that have no place here.
Result<void> PageApplier::noteColumns(UnitOfWork &work, const QVariantMap &values)
{
    const QStringList columns = values.keys();
    if (columns == m_remoteColumns)
        return {};
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
    const QVariant owner = values.value(m_table.owner);
    return !m_context.userId.isEmpty() && !owner.isNull() && owner.toString() != m_context.userId;
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
