// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>
#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/settlement.h>

#include <QtCore/QUuid>

#include <algorithm>

namespace Tideline {

namespace {

// A pending deletion has been shown when it was made; whatever the server says until it is sent stays hidden.
bool isDeletedHere(const QList<SyncEntry> &open)
{
    return !open.isEmpty() && open.constLast().isUnsynced() && open.constLast().operation == SyncOperation::Delete;
}

} // namespace

Settlement::Settlement(UnitOfWork &work, const TableConfig &table, const QString &recordId)
    : m_work(work)
    , m_storage(work.storage())
    , m_table(table)
    , m_recordId(recordId)
{
}

Result<QList<SyncEntry>> Settlement::openEntries() const
{
    return m_storage.queue().openEntries(m_table.name, m_recordId);
}

Result<QList<SyncEntry>> Settlement::pendingEntries() const
{
    Result<QList<SyncEntry>> entries = openEntries();
    if (entries)
        entries->removeIf([](const SyncEntry &entry) { return !entry.isUnsynced(); });
    return entries;
}

Result<SettlementCounts> Settlement::acknowledge(const MergedEntry &sent, const RowVersion &serverRow)
{
    SettlementCounts counts;
    TIDELINE_TRY(m_storage.queue().finish(m_work.transaction(), sent.head.id, EntryState::Done, m_work.now()));
    const Result<int> carried = supersede(sent.others);
    if (!carried)
        return carried.failure();
    counts.superseded = *carried;

    Result<QList<SyncEntry>> stillOpen = openEntries();
    if (!stillOpen)
        return stillOpen.failure();
    QList<SyncEntry> &open = *stillOpen;
    if (!open.isEmpty() && sent.whole().operation != SyncOperation::Patch) {
        // A full row or a deletion that arrived leaves nothing of earlier changes that were refused.
        const qint64 newest = sent.others.isEmpty() ? sent.head.sequence : sent.others.constLast().sequence;
        QList<SyncEntry> refused = open;
        refused.removeIf([&](const SyncEntry &other) { return other.isUnsynced() || other.sequence > newest; });
        const Result<int> superseded = supersede(refused);
        if (!superseded)
            return superseded.failure();
        counts.superseded += *superseded;
        open.removeIf([&](const SyncEntry &other) { return !other.isUnsynced() && other.sequence < newest; });
    }
    for (SyncEntry &entry : open) {
        if (!entry.isUnsynced())
            continue;
        entry.base = serverRow;
        TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), entry));
    }
    TIDELINE_TRY(showServerRow(serverRow, open));
    return counts;
}

Result<bool> Settlement::takeServerRow(const RowVersion &serverRow)
{
    const Result<QList<SyncEntry>> open = openEntries();
    if (!open)
        return open.failure();
    if (isDeletedHere(*open))
        return false;
    TIDELINE_TRY(showServerRow(serverRow, *open));
    return true;
}

Result<void> Settlement::showServerRow(const RowVersion &serverRow, const QList<SyncEntry> &open)
{
    return isDeletedHere(open) ? Result<void>() : showLocally(localView(m_table, serverRow, open));
}

Result<void> Settlement::showLocally(const RowVersion &view)
{
    m_work.touch(m_table.name);
    const Result<bool> isHere = m_storage.local().hasTable(m_table.name);
    TIDELINE_TRY(isHere);
    if (!*isHere)
        return {}; // queued without a local table: there is nothing to show it in
    const Result<TableSchema> schema = m_storage.local().schema(m_table.name);
    TIDELINE_TRY(schema);
    if (view && isDeleted(m_table, view) && !schema->hasColumn(m_table.deletedAt))
        return m_storage.local().removeRow(m_work.transaction(), m_table, m_recordId);
    if (view)
        return m_storage.local().upsertRow(m_work.transaction(), m_table, m_recordId, *view);
    return m_storage.local().removeRow(m_work.transaction(), m_table, m_recordId);
}

Result<int> Settlement::supersede(const QList<SyncEntry> &entries)
{
    for (const SyncEntry &entry : entries) {
        TIDELINE_TRY(m_storage.queue().finish(m_work.transaction(), entry.id, EntryState::Superseded, m_work.now()));
        TIDELINE_TRY(m_storage.queue().releaseHeld(m_work.transaction(), entry.id));
    }
    return static_cast<int>(entries.size());
}

Result<void> Settlement::bury(SyncEntry entry, const Failure &failure)
{
    entry.state = EntryState::Dead;
    entry.error = failure;
    entry.finishedAt = m_work.now();
    entry.nextRetryAt = {};
    TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), entry));
    const Result<QList<SyncEntry>> open = openEntries();
    if (!open)
        return open.failure();
    TIDELINE_TRY(separate(mergedInto(entry, *open).others));
    m_work.touch(m_table.name);
    m_work.report(SyncPoisonPill{entry, failure});
    return {};
}

Result<void> Settlement::separate(const QList<SyncEntry> &others)
{
    for (SyncEntry other : others) {
        other.state = EntryState::Pending;
        other.mergedInto.clear();
        TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), other));
    }
    return {};
}

Result<SettlementCounts> Settlement::resolve(const RowVersion &remote)
{
    const Result<QList<SyncEntry>> pending = pendingEntries();
    if (!pending)
        return pending.failure();
    Q_ASSERT(!pending->isEmpty());

    ConflictCase conflict;
    conflict.table = m_table;
    conflict.pending = *pending;
    conflict.remote = remote;
    const Result<bool> isHere = m_storage.local().hasTable(m_table.name);
    TIDELINE_TRY(isHere);
    if (*isHere) {
        const Result<RowVersion> row = m_storage.local().row(m_table, m_recordId);
        if (!row)
            return row.failure();
        conflict.local = *row;
    }
    const Result<QVariant> offset = m_storage.session().value(SessionKey::clockOffset);
    if (!offset)
        return offset.failure();
    conflict.clockOffset = offset->toLongLong();

    ConflictRecord record;
    record.table = m_table.name;
    record.recordId = m_recordId;
    record.strategy = m_table.conflictStrategy.value_or(m_work.config().conflictStrategy);
    record.base = pending->constFirst().base;
    record.local = localView(m_table, record.base, *pending);
    record.remote = remote;
    record.at = m_work.now();

    // A conflict that is open already only learns of the newer server version.
    if (const QString holder = pending->constFirst().heldBy; !holder.isEmpty()) {
        const Result<ConflictRecord> open = m_storage.journal().conflict(holder);
        if (!open && open.failure().code != Failure::Code::Invalid) // with Invalid it is a dead letter that holds it
            return open.failure();
        if (open && open->isOpen) {
            record.id = open->id;
            record.isOpen = true;
            record.strategy = open->strategy;
            TIDELINE_TRY(m_storage.journal().saveConflict(m_work.transaction(), record));
            return SettlementCounts();
        }
    }

    record.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    const Decision decision = decide(conflict, record.strategy, m_work.config().mergeFallback);
    if (decision.isParked) {
        TIDELINE_TRY(park(*pending, record));
        return SettlementCounts{0, 1};
    }
    record.resolved = decision.resolved;
    return settle(*pending, record);
}

Result<void> Settlement::park(const QList<SyncEntry> &pending, ConflictRecord conflict)
{
    conflict.isOpen = true;
    for (SyncEntry entry : pending) {
        entry.state = EntryState::Pending;
        entry.heldBy = conflict.id;
        TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), entry));
    }
    TIDELINE_TRY(m_storage.journal().saveConflict(m_work.transaction(), conflict));
    report(conflict);
    return {};
}

Result<SettlementCounts> Settlement::choose(ConflictRecord conflict, const RowVersion &resolved)
{
    Result<QList<SyncEntry>> pending = pendingEntries();
    if (!pending)
        return pending.failure();
    conflict.resolved = resolved;
    return settle(*pending, conflict);
}

Result<SettlementCounts> Settlement::settle(const QList<SyncEntry> &pending, ConflictRecord conflict)
{
    conflict.isOpen = false;
    conflict.at = m_work.now();
    const Result<int> superseded = supersede(pending);
    if (!superseded)
        return superseded.failure();
    TIDELINE_TRY(m_storage.queue().releaseHeld(m_work.transaction(), conflict.id));
    SyncEntry newest;
    newest.createdAt = pending.isEmpty() ? m_work.now() : pending.constLast().createdAt;
    TIDELINE_TRY(enqueueResolution(newest, conflict.remote, conflict.resolved));
    const bool isRemoval = !conflict.resolved && conflict.remote;
    // Where a removal has to be pushed the local row went when it was made; else the resolved row is what everybody
    // sees.
    if (!isRemoval || !isDeleted(m_table, conflict.local))
        TIDELINE_TRY(showLocally(conflict.resolved));
    TIDELINE_TRY(m_storage.journal().saveConflict(m_work.transaction(), conflict));
    report(conflict);
    return SettlementCounts{*superseded, 1};
}

Result<QVariantMap> Settlement::onlyServerColumns(const QVariantMap &row) const
{
    const Result<QVariant> known = m_storage.session().value(SessionKey::columns(m_table.name));
    if (!known)
        return known.failure();
    const QVariantList columns = known->toList();
    QVariantMap result;
    for (auto it = row.cbegin(); it != row.cend(); ++it) {
        if (it.key() != m_table.updatedAt && (columns.isEmpty() || columns.contains(it.key())))
            result.insert(it.key(), it.value());
    }
    return result;
}

Result<void> Settlement::enqueueResolution(const SyncEntry &newest, const RowVersion &remote,
                                           const RowVersion &resolved)
{
    SyncEntry entry;
    entry.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    entry.table = m_table.name;
    entry.recordId = m_recordId;
    entry.base = remote;
    entry.createdAt = newest.createdAt;
    if (!resolved) {
        if (isDeleted(m_table, remote))
            return {};
        entry.operation = SyncOperation::Delete;
    } else if (remote) {
        entry.operation = SyncOperation::Patch;
        const Result<QVariantMap> columns = onlyServerColumns(difference(m_table, *resolved, *remote));
        if (!columns)
            return columns.failure();
        entry.payload = *columns;
        if (entry.payload.isEmpty())
            return {};
    } else {
        entry.operation = SyncOperation::Upsert;
        const Result<QVariantMap> columns = onlyServerColumns(*resolved);
        if (!columns)
            return columns.failure();
        entry.payload = *columns;
    }
    TIDELINE_TRY(m_storage.queue().enqueue(m_work.transaction(), entry));
    return {};
}

void Settlement::report(const ConflictRecord &conflict)
{
    m_work.touch(m_table.name);
    SyncConflict event;
    event.table = conflict.table;
    event.recordId = conflict.recordId;
    event.localVersion = toVariant(conflict.local);
    event.remoteVersion = toVariant(conflict.remote);
    event.baseVersion = toVariant(conflict.base);
    if (!conflict.isOpen)
        event.resolvedVersion = toVariant(conflict.resolved);
    event.strategyUsed = conflict.strategy;
    m_work.report(event);
}

} // namespace Tideline
