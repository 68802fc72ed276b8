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
    TIDELINE_TRY(endOpenConflict(sent.head.heldBy, serverRow));
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

Result<RowVersion> Settlement::localRow() const
{
    const Result<bool> isHere = m_storage.local().hasTable(m_table.name);
    TIDELINE_TRY(isHere);
    return *isHere ? m_storage.local().row(m_table, m_recordId) : Result<RowVersion>(RowVersion());
}

ConflictStrategy Settlement::strategy() const
{
    return m_table.conflictStrategy.value_or(m_work.config().conflictStrategy);
}

Result<ConflictCase> Settlement::caseOf(const QList<SyncEntry> &pending, const RowVersion &remote) const
{
    ConflictCase conflict;
    conflict.table = m_table;
    conflict.pending = pending;
    conflict.remote = remote;
    const Result<RowVersion> row = localRow();
    if (!row)
        return row.failure();
    conflict.local = *row;
    const Result<QVariant> offset = m_storage.session().value(SessionKey::clockOffset);
    if (!offset)
        return offset.failure();
    conflict.clockOffset = offset->toLongLong();
    return conflict;
}

Result<SettlementCounts> Settlement::resolve(const RowVersion &remote)
{
    const Result<QList<SyncEntry>> pending = pendingEntries();
    if (!pending)
        return pending.failure();
    Q_ASSERT(!pending->isEmpty());
    const SyncEntry &first = pending->constFirst();
    if (remote && !first.base && first.operation != SyncOperation::Upsert)
        return takeFirstSight(*pending, remote);

    const Result<ConflictCase> conflict = caseOf(*pending, remote);
    if (!conflict)
        return conflict.failure();
    ConflictRecord record;
    record.table = m_table.name;
    record.recordId = m_recordId;
    record.strategy = strategy();
    record.base = first.base;
    record.remote = remote;
    record.at = m_work.now();
    if (const RowVersion view = localView(m_table, record.base, *pending)) {
        record.local = conflict->local.value_or(QVariantMap()); // with the columns that only this side has
        record.local->insert(*view);
    }
    const Result<bool> isKnown = updateOpenConflict(first.heldBy, record);
    if (!isKnown)
        return isKnown.failure();
    if (*isKnown)
        return SettlementCounts();

    record.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    const Decision decision = decide(*conflict, record.strategy, m_work.config().mergeFallback);
    if (decision.isParked) {
        if (record.strategy == ConflictStrategy::FieldMerge)
            record.strategy = m_work.config().mergeFallback; // it is that one's to decide
        TIDELINE_TRY(park(*pending, record));
        return SettlementCounts{0, 1};
    }
    record.resolved = completed(*conflict, ConflictStrategy::LastWriteWins, decision.resolved);
    const Result<SettlementCounts> settled = settle(*pending, record, record.resolved);
    if (!settled)
        return settled;
    record.isOpen = false;
    report(record);
    return settled;
}

// Changes of a row that nobody here had seen are no conflict with what it turns out to be: it becomes their base.
Result<SettlementCounts> Settlement::takeFirstSight(const QList<SyncEntry> &pending, const RowVersion &remote)
{
    for (SyncEntry entry : pending) {
        entry.base = remote;
        TIDELINE_TRY(m_storage.queue().update(m_work.transaction(), entry));
    }
    const Result<bool> taken = takeServerRow(remote);
    return taken ? Result<SettlementCounts>(SettlementCounts()) : taken.failure();
}

// A conflict that is open already only learns of the newer versions; tells whether there is one.
Result<bool> Settlement::updateOpenConflict(const QString &holderId, ConflictRecord news)
{
    if (holderId.isEmpty())
        return false;
    const Result<ConflictRecord> open = m_storage.journal().conflict(holderId);
    if (!open && open.failure().code != Failure::Code::Invalid) // with Invalid it is a dead letter that holds it
        return open.failure();
    if (!open || !open->isOpen)
        return false;
    news.id = open->id;
    news.isOpen = true;
    news.strategy = open->strategy;
    news.at = open->at;
    if (isSameQuestion(news, *open))
        return true;
    m_work.touch(m_table.name);
    TIDELINE_TRY(m_storage.journal().saveConflict(m_work.transaction(), news));
    return true;
}

// The server has what this side wants: somebody did the same.
Result<void> Settlement::endOpenConflict(const QString &holderId, const RowVersion &serverRow)
{
    if (holderId.isEmpty())
        return {};
    Result<ConflictRecord> open = m_storage.journal().conflict(holderId);
    if (!open)
        return open.failure().code == Failure::Code::Invalid ? Result<void>() : open.failure();
    if (!open->isOpen)
        return {};
    open->isOpen = false;
    open->remote = serverRow;
    open->resolved = serverRow;
    open->at = m_work.now();
    TIDELINE_TRY(m_storage.queue().releaseHeld(m_work.transaction(), holderId));
    return m_storage.journal().saveConflict(m_work.transaction(), *open);
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

Result<SettlementCounts> Settlement::choose(ConflictRecord conflict, const RowVersion &choice)
{
    const Result<QList<SyncEntry>> pending = pendingEntries();
    if (!pending)
        return pending.failure();
    const qsizetype shown = shownCount(m_table, *pending, conflict.local);
    const Result<ConflictCase> decided = caseOf(pending->first(shown), conflict.remote);
    if (!decided)
        return decided.failure();
    conflict.resolved = completed(*decided, strategy(), choice);
    const RowVersion wanted = localView(m_table, conflict.resolved, pending->mid(shown));
    return settle(*pending, conflict, completed(*decided, ConflictStrategy::LastWriteWins, wanted));
}

Result<SettlementCounts> Settlement::settle(const QList<SyncEntry> &pending, const ConflictRecord &conflict,
                                            const RowVersion &wanted)
{
    const Result<int> superseded = supersede(pending);
    if (!superseded)
        return superseded.failure();
    TIDELINE_TRY(m_storage.queue().releaseHeld(m_work.transaction(), conflict.id));
    const QDateTime createdAt = pending.isEmpty() ? m_work.now() : pending.constLast().createdAt;
    TIDELINE_TRY(enqueueResolution(createdAt, conflict.remote, wanted));
    TIDELINE_TRY(showResolution(conflict, wanted));
    ConflictRecord settled = conflict;
    settled.isOpen = false;
    settled.at = m_work.now();
    TIDELINE_TRY(m_storage.journal().saveConflict(m_work.transaction(), settled));
    return SettlementCounts{*superseded, 1};
}

Result<void> Settlement::showResolution(const ConflictRecord &conflict, const RowVersion &wanted)
{
    if (!wanted && !isDeleted(m_table, conflict.remote))
        return showRemoval();
    Result<QList<SyncEntry>> dead = openEntries();
    if (!dead)
        return dead.failure();
    dead->removeIf([](const SyncEntry &entry) { return entry.isUnsynced(); });
    RowVersion view = localView(m_table, wanted ? wanted : conflict.remote, *dead);
    const Result<RowVersion> present = localRow();
    if (!present)
        return present.failure();
    if (view && (!*present || !conflict.remote))
        TIDELINE_TRY(noteReturn());
    if (view && !*present && conflict.base) {
        // It was removed here and comes back, with what only this side knew of it.
        QVariantMap whole = *conflict.base;
        whole.insert(*view);
        view = whole;
    }
    return showLocally(view);
}

// Rows that went along with the record, by a foreign key or a trigger, here or on the server, are not the same on both
// sides any more: the next pull compares.
Result<void> Settlement::noteReturn()
{
    const Result<QVariant> count = m_storage.session().value(SessionKey::returns);
    if (!count)
        return count.failure();
    return m_storage.session().setValue(m_work.transaction(), SessionKey::returns, count->toLongLong() + 1);
}

// As if the application had removed the record.
Result<void> Settlement::showRemoval()
{
    const Result<RowVersion> present = localRow();
    if (!present)
        return present.failure();
    const bool isMarked = *present && !m_table.deletedAt.isEmpty() && (*present)->contains(m_table.deletedAt);
    if (!isMarked)
        return showLocally({});
    if (isDeleted(m_table, *present))
        return {};
    return showLocally(QVariantMap{{m_table.deletedAt, toText(m_work.now())}});
}

Result<QVariantMap> Settlement::onlyServerColumns(const QVariantMap &row, const RowVersion &serverRow) const
{
    const Result<QVariant> known = m_storage.session().value(SessionKey::columns(m_table.name));
    if (!known)
        return known.failure();
    QStringList columns = known->toStringList();
    if (columns.isEmpty() && serverRow)
        columns = serverRow->keys();
    QVariantMap result;
    for (auto it = row.cbegin(); it != row.cend(); ++it) {
        if (it.key() != m_table.updatedAt && (columns.isEmpty() || columns.contains(it.key())))
            result.insert(it.key(), it.value());
    }
    return result;
}

Result<void> Settlement::enqueueResolution(const QDateTime &createdAt, const RowVersion &remote,
                                           const RowVersion &wanted)
{
    SyncEntry entry;
    entry.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    entry.table = m_table.name;
    entry.recordId = m_recordId;
    entry.base = remote;
    entry.createdAt = createdAt;
    if (!wanted) {
        if (isDeleted(m_table, remote))
            return {};
        entry.operation = SyncOperation::Delete;
    } else if (remote) {
        entry.operation = SyncOperation::Patch;
        const Result<QVariantMap> columns = onlyServerColumns(difference(m_table, *wanted, *remote), remote);
        if (!columns)
            return columns.failure();
        entry.payload = *columns;
        if (entry.payload.isEmpty())
            return {};
    } else {
        entry.operation = SyncOperation::Upsert;
        const Result<QVariantMap> columns = onlyServerColumns(*wanted, {});
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
