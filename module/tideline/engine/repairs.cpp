// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/repairs.h>
#include <tideline/engine/settlement.h>

namespace Tideline {

Repairs::Repairs(UnitOfWork &work, const TableCatalog &tables)
    : m_work(work)
    , m_storage(work.storage())
    , m_tables(tables)
{
}

Result<TableConfig> Repairs::table(const QString &name) const
{
    if (!m_tables.contains(name)) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("Table %1 is not synced now. Add it to the tables of the configuration first.").arg(name));
    }
    return m_tables.value(name);
}

Result<SyncEntry> Repairs::deadLetter(const QString &entryId) const
{
    Result<SyncEntry> entry = m_storage.queue().entry(entryId);
    if (entry && entry->state != EntryState::Dead) {
        return Failure(Failure::Code::Invalid, QStringLiteral("Entry %1 is %2, not a dead letter. Nothing was changed.")
                                                   .arg(entryId, toText(entry->state)));
    }
    return entry;
}

Result<void> Repairs::retry(const QString &entryId)
{
    Result<SyncEntry> entry = deadLetter(entryId);
    if (!entry)
        return entry.failure();
    // What was acknowledged after the dead letter stays: its columns are not sent again.
    EntryFilter later;
    later.table = entry->table;
    later.recordId = entry->recordId;
    later.states = {EntryState::Done};
    const Result<QList<SyncEntry>> done = m_storage.queue().entries(later);
    if (!done)
        return done.failure();
    const bool hadColumns = !entry->payload.isEmpty();
    for (const SyncEntry &other : *done) {
        if (other.sequence <= entry->sequence)
            continue;
        for (auto it = other.payload.cbegin(); it != other.payload.cend(); ++it)
            entry->payload.remove(it.key());
    }
    const bool isOvertaken = hadColumns && entry->payload.isEmpty();
    entry->state = isOvertaken ? EntryState::Superseded : EntryState::Pending;
    entry->finishedAt = isOvertaken ? m_work.now() : QDateTime();
    entry->retryCount = 0;
    entry->nextRetryAt = {};
    m_work.touch(entry->table);
    TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), *entry));
    return m_storage.queue().releaseHeld(m_work.transaction(), entryId);
}

Result<void> Repairs::discard(const QString &entryId)
{
    Result<SyncEntry> entry = deadLetter(entryId);
    if (!entry)
        return entry.failure();
    entry->state = EntryState::Discarded;
    entry->finishedAt = m_work.now();
    m_work.touch(entry->table);
    TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), *entry));
    return m_storage.queue().releaseHeld(m_work.transaction(), entryId);
}

Result<void> Repairs::discardAndRevert(const QString &entryId, const std::optional<QVariantMap> &serverRow)
{
    const Result<SyncEntry> entry = deadLetter(entryId);
    if (!entry)
        return entry.failure();
    const Result<TableConfig> config = table(entry->table);
    if (!config)
        return config.failure();
    TIDELINE_TRY(discard(entryId));
    const Result<bool> taken = Settlement(m_work, *config, entry->recordId).takeServerRow(serverRow);
    return taken ? Result<void>() : taken.failure();
}

Result<SyncEntry> Repairs::edit(const QString &entryId, const QVariantMap &payload, const ChangeWriter &writer)
{
    Result<SyncEntry> entry = deadLetter(entryId);
    if (!entry)
        return entry;
    const Result<TableConfig> config = table(entry->table);
    if (!config)
        return config.failure();
    if (entry->operation == SyncOperation::Delete)
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("A deletion has no payload to edit. Retry or discard it."));
    Change change;
    change.table = *config;
    change.recordId = entry->recordId;
    change.operation = entry->operation;
    change.values = payload;
    const Result<Change> checked = writer.checked(change);
    if (!checked)
        return checked.failure();
    entry->payload = checked->values;
    entry->state = EntryState::Pending;
    entry->finishedAt = {};
    entry->retryCount = 0;
    entry->nextRetryAt = {};
    entry->sentAt = {}; // what was sent before is not what will be sent now
    TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), *entry));
    TIDELINE_TRY(m_storage.queue().releaseHeld(m_work.transaction(), entryId));
    m_work.touch(entry->table);
    if (m_storage.local().schema(entry->table)) {
        // Later changes of the record stay on top of the edited one.
        const Result<QList<SyncEntry>> open = m_storage.queue().openEntries(entry->table, entry->recordId);
        if (!open)
            return open.failure();
        if (const RowVersion view = localView(*config, entry->payload, *open))
            TIDELINE_TRY(m_storage.local().upsertRow(m_work.transaction(), *config, entry->recordId, *view));
    }
    return entry;
}

Result<ConflictRecord> Repairs::resolve(const QString &conflictId, const std::optional<QVariantMap> &row,
                                        const ChangeWriter &writer)
{
    const Result<ConflictRecord> conflict = m_storage.journal().conflict(conflictId);
    if (!conflict)
        return conflict;
    const Result<TableConfig> config = table(conflict->table);
    if (!config)
        return config.failure();
    Change change;
    change.table = *config;
    change.recordId = conflict->recordId;
    change.operation = row ? SyncOperation::Upsert : SyncOperation::Delete;
    change.values = row.value_or(QVariantMap());
    const Result<Change> checked = writer.checked(change);
    if (!checked)
        return checked.failure();
    if (conflict->isOpen) {
        const RowVersion resolved = row ? RowVersion(checked->values) : RowVersion();
        const Result<SettlementCounts> settled =
            Settlement(m_work, *config, conflict->recordId).choose(*conflict, resolved);
        if (!settled)
            return settled.failure();
    } else {
        // The other version is wanted after all: an ordinary change, on top of what there is now.
        const Result<SyncEntry> entry = writer.apply(m_work, *checked);
        if (!entry)
            return entry.failure();
        ConflictRecord changed = *conflict;
        changed.resolved = row;
        changed.at = m_work.now();
        TIDELINE_TRY(m_storage.journal().saveConflict(m_work.transaction(), changed));
    }
    return m_storage.journal().conflict(conflictId);
}

} // namespace Tideline
