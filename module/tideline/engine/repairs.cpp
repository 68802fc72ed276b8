// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>
#include <tideline/engine/attempt.h>
#include <tideline/engine/repairs.h>
#include <tideline/engine/settlement.h>

#include <QtCore/QSet>

#include <algorithm>

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
    if (!entry)
        return entry;
    const bool isFinished = entry->finishedAt.isValid() && entry->state != EntryState::Dead;
    if (entry->state == EntryState::Dead || (entry->isDamaged && !isFinished))
        return entry; // what cannot be read is dead before a drain has come upon it
    return Failure(
        Failure::Code::Invalid,
        QStringLiteral("Entry %1 is %2, not a dead letter. Nothing was changed.").arg(entryId, toText(entry->state)));
}

// Later changes of the record that the server has, or that are on their way to it.
Result<QList<SyncEntry>> Repairs::laterSent(const SyncEntry &entry) const
{
    EntryFilter filter;
    filter.table = entry.table;
    filter.recordId = entry.recordId;
    filter.states = {EntryState::Done, EntryState::Superseded, EntryState::InFlight};
    Result<QList<SyncEntry>> later = m_storage.queue().entries(filter);
    if (!later)
        return later;
    QSet<QString> sent;
    for (const SyncEntry &other : *later) {
        if (other.state != EntryState::Superseded)
            sent.insert(other.id);
    }
    later->removeIf([&](const SyncEntry &other) {
        const bool isSent = sent.contains(other.id) || sent.contains(other.mergedInto);
        return !isSent || other.sequence <= entry.sequence;
    });
    return later;
}

// The server's row as it was last seen, where that can be told: the local row, less what dead letters show on top of
// it.
Result<RowVersion> Repairs::knownServerRow(const TableConfig &config, const SyncEntry &entry) const
{
    const Result<bool> isHere = m_storage.local().hasTable(config.name);
    TIDELINE_TRY(isHere);
    const Result<QList<SyncEntry>> open = m_storage.queue().openEntries(config.name, entry.recordId);
    if (!open)
        return open.failure();
    const bool isOverlaid =
        std::any_of(open->cbegin(), open->cend(), [](const SyncEntry &other) { return other.isUnsynced(); });
    if (isOverlaid || !*isHere)
        return RowVersion();
    const Result<TableSchema> schema = m_storage.local().schema(config.name);
    TIDELINE_TRY(schema);
    if (!schema->hasColumn(config.updatedAt))
        return RowVersion();
    Result<RowVersion> row = m_storage.local().row(config, entry.recordId);
    if (!row || !*row)
        return row;
    for (const SyncEntry &dead : *open) {
        for (auto it = dead.payload.cbegin(); dead.base && it != dead.payload.cend(); ++it) {
            if (Json::equivalent((*row)->value(it.key()), it.value()))
                (*row)->insert(it.key(), dead.base->value(it.key()));
        }
    }
    return row;
}

// Own changes that were acknowledged since, and others' of other columns, are no reason for a conflict; a newer value
// of what the entry changes is one, and the old base says so.
Result<void> Repairs::rebase(SyncEntry *entry) const
{
    if (!entry->base || entry->operation == SyncOperation::Delete || !m_tables.contains(entry->table))
        return {};
    const TableConfig config = m_tables.value(entry->table);
    const Result<RowVersion> known = knownServerRow(config, *entry);
    if (!known)
        return known.failure();
    if (!*known || isDeleted(config, *known) != isDeleted(config, entry->base))
        return {};
    for (auto it = entry->payload.cbegin(); it != entry->payload.cend(); ++it) {
        if (!Json::equivalent((*known)->value(it.key()), entry->base->value(it.key())))
            return {};
    }
    entry->base = *known;
    return {};
}

Result<void> Repairs::retry(const QString &entryId)
{
    Result<SyncEntry> entry = deadLetter(entryId);
    if (!entry)
        return entry.failure();
    if (entry->isDamaged)
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("Entry %1 cannot be read, so that there is nothing to send. Edit its payload or "
                                      "discard it.")
                           .arg(entryId));
    // What was acknowledged after the dead letter stays: its columns are not sent again, and a record that was changed
    // since is not deleted.
    const Result<QList<SyncEntry>> later = laterSent(*entry);
    if (!later)
        return later.failure();
    const bool hadColumns = !entry->payload.isEmpty();
    for (const SyncEntry &other : *later) {
        for (auto it = other.payload.cbegin(); it != other.payload.cend(); ++it)
            entry->payload.remove(it.key());
    }
    TIDELINE_TRY(rebase(&*entry));
    const bool isDelete = entry->operation == SyncOperation::Delete;
    const bool isOvertaken = isDelete ? !later->isEmpty() : hadColumns && entry->payload.isEmpty();
    m_work.touch(entry->table);
    if (isOvertaken) {
        TIDELINE_TRY(m_storage.queue().finish(m_work.transaction(), entryId, EntryState::Superseded, m_work.now()));
    } else {
        entry->state = EntryState::Pending;
        entry->finishedAt = {};
        entry->retryCount = 0;
        entry->nextRetryAt = {};
        TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), *entry));
    }
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
    if (entry->isDamaged)
        entry->error = {};
    entry->isDamaged = false;
    entry->heldBy.clear();
    entry->mergedInto.clear();
    entry->state = EntryState::Pending;
    entry->finishedAt = {};
    entry->retryCount = 0;
    entry->nextRetryAt = {};
    entry->sentAt = {}; // what was sent before is not what will be sent now
    TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), *entry));
    TIDELINE_TRY(m_storage.queue().releaseHeld(m_work.transaction(), entryId));
    m_work.touch(entry->table);
    const Result<bool> isHere = m_storage.local().hasTable(entry->table);
    TIDELINE_TRY(isHere);
    if (*isHere) {
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
    TIDELINE_TRY(conflict->isOpen ? choose(*conflict, row, writer) : restore(*conflict, row, writer));
    return m_storage.journal().conflict(conflictId);
}

Result<bool> Repairs::answer(const ConflictRecord &asked, const std::optional<QVariantMap> &row,
                             const ChangeWriter &writer)
{
    const Result<ConflictRecord> conflict = m_storage.journal().conflict(asked.id);
    if (!conflict && conflict.failure().code != Failure::Code::Invalid)
        return conflict.failure();
    if (!conflict || !conflict->isOpen || !isSameQuestion(*conflict, asked))
        return false;
    TIDELINE_TRY(choose(*conflict, row, writer));
    return true;
}

Result<void> Repairs::choose(const ConflictRecord &conflict, const std::optional<QVariantMap> &row,
                             const ChangeWriter &writer)
{
    const Result<TableConfig> config = table(conflict.table);
    if (!config)
        return config.failure();
    const SyncOperation operation = row ? SyncOperation::Upsert : SyncOperation::Delete;
    const Result<Change> checked =
        writer.checked(Change{*config, conflict.recordId, operation, row.value_or(QVariantMap()), false});
    if (!checked)
        return checked.failure();
    const Result<bool> isHere = m_storage.local().hasTable(config->name);
    TIDELINE_TRY(isHere);
    const Result<TableSchema> schema =
        *isHere ? m_storage.local().schema(config->name) : Result<TableSchema>(TableSchema());
    TIDELINE_TRY(schema);
    for (auto it = checked->values.cbegin(); it != checked->values.cend(); ++it) {
        const auto isIn = [&](const RowVersion &version) { return version && version->contains(it.key()); };
        if (!schema->hasColumn(it.key()) && !isIn(conflict.base) && !isIn(conflict.local) && !isIn(conflict.remote)) {
            return Failure(
                Failure::Code::Invalid,
                QStringLiteral("Table %1 has no column %2. Leave it out of the row that settles the conflict.")
                    .arg(config->name, it.key()));
        }
    }
    const RowVersion choice = row ? RowVersion(checked->values) : RowVersion();
    m_work.touch(config->name);
    const Result<SettlementCounts> settled = Settlement(m_work, *config, conflict.recordId).choose(conflict, choice);
    return settled ? Result<void>() : settled.failure();
}

// An ordinary change, on top of what there is now, with what it takes to get there.
Result<void> Repairs::restore(const ConflictRecord &conflict, const std::optional<QVariantMap> &row,
                              const ChangeWriter &writer)
{
    const Result<TableConfig> config = table(conflict.table);
    if (!config)
        return config.failure();
    const Result<RowVersion> present = m_storage.local().row(*config, conflict.recordId);
    if (!present)
        return present.failure();
    const bool isGone = isDeleted(*config, *present);
    Change change{*config, conflict.recordId, SyncOperation::Delete, {}, false};
    if (isDeleted(*config, row)) {
        if (isGone)
            return {};
    } else {
        const Result<QVariantMap> columns =
            Settlement(m_work, *config, conflict.recordId).onlyServerColumns(*row, conflict.remote);
        if (!columns)
            return columns.failure();
        change.operation = isGone ? SyncOperation::Upsert : SyncOperation::Patch;
        change.values = isGone ? *columns : difference(*config, *columns, **present);
    }
    const Result<Change> checked = writer.checked(change);
    if (!checked)
        return checked.failure();
    if (change.operation == SyncOperation::Patch && checked->values.isEmpty())
        return {};
    const Result<SyncEntry> entry = writer.apply(m_work, *checked);
    if (!entry)
        return entry.failure();
    if (*present || !row)
        return {};
    QVariantMap known = *row; // the columns that only this side has
    known.remove(config->updatedAt);
    return m_storage.local().upsertRow(m_work.transaction(), *config, conflict.recordId, known);
}

} // namespace Tideline
