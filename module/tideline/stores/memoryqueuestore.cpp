// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memoryqueuestore.h>

#include <tideline/core/json.h>

#include <QtCore/QSet>

namespace Tideline {

namespace {

constexpr qsizetype keptAttempts = 100;
constexpr int purgedAtOnce = 1000;

bool isOpen(const SyncEntry &entry)
{
    return entry.isUnsynced() || entry.state == EntryState::Dead;
}

bool isFinished(const SyncEntry &entry)
{
    return entry.state == EntryState::Done || entry.state == EntryState::Superseded
           || entry.state == EntryState::Discarded;
}

bool matches(const EntryFilter &filter, const SyncEntry &entry)
{
    if (!filter.states.isEmpty() && !filter.states.contains(entry.state))
        return false;
    if (!filter.table.isEmpty() && filter.table != entry.table)
        return false;
    if (!filter.recordId.isEmpty() && filter.recordId != entry.recordId)
        return false;
    if (!filter.heldBy.isEmpty() && filter.heldBy != entry.heldBy)
        return false;
    if (filter.text.isEmpty())
        return true;
    const QString error =
        entry.error.isFailure() ? QString::fromUtf8(Json::toText(entry.error.toVariantMap())) : QString();
    const QStringList texts{entry.table, entry.recordId, QString::fromUtf8(Json::toText(entry.payload)), error};
    return std::any_of(texts.cbegin(), texts.cend(),
                       [&](const QString &text) { return text.contains(filter.text, Qt::CaseInsensitive); });
}

QList<SyncEntry> filtered(const MemoryData &data, const EntryFilter &filter)
{
    QList<SyncEntry> entries;
    for (const SyncEntry &entry : data.entries) {
        if (matches(filter, entry))
            entries.append(entry);
    }
    return entries;
}

Failure unknownEntry()
{
    return {Failure::Code::Invalid,
            QStringLiteral("There is no queue entry with this id. List the queue to see the ids.")};
}

} // namespace

MemoryQueueStore::MemoryQueueStore(MemoryView &view)
    : m_view(view)
{
}

Result<SyncEntry> MemoryQueueStore::entry(const QString &entryId)
{
    const MemoryData data = m_view.read();
    const auto sequence = data.sequences.constFind(entryId);
    if (sequence == data.sequences.constEnd())
        return unknownEntry();
    return data.entries.value(*sequence);
}

Result<QList<SyncEntry>> MemoryQueueStore::entries(const EntryFilter &filter)
{
    return filtered(m_view.read(), filter).mid(filter.offset, filter.limit);
}

Result<qint64> MemoryQueueStore::entryCount(const EntryFilter &filter)
{
    return static_cast<qint64>(filtered(m_view.read(), filter).size());
}

Result<QList<SyncEntry>> MemoryQueueStore::openEntries(const QString &table, const QString &recordId)
{
    QList<SyncEntry> entries;
    const MemoryData data = m_view.read();
    for (const SyncEntry &entry : data.entries) {
        if (entry.table == table && entry.recordId == recordId && isOpen(entry))
            entries.append(entry);
    }
    return entries;
}

Result<int> MemoryQueueStore::openCount(const QString &table, const QString &recordId)
{
    const Result<QList<SyncEntry>> open = openEntries(table, recordId);
    return open ? Result<int>(static_cast<int>(open->size())) : open.failure();
}

Result<EntryState> MemoryQueueStore::state(const QString &entryId)
{
    const Result<SyncEntry> found = entry(entryId);
    return found ? Result<EntryState>(found->state) : found.failure();
}

Result<QHash<QString, int>> MemoryQueueStore::openRecords(const QString &table)
{
    QHash<QString, int> records;
    const MemoryData data = m_view.read();
    for (const SyncEntry &entry : data.entries) {
        if (entry.table == table && isOpen(entry))
            ++records[entry.recordId];
    }
    return records;
}

Result<QList<SyncEntry>> MemoryQueueStore::due(const QDateTime &now, int limit, bool ignoreBackoff,
                                               const QStringList &excludedTables)
{
    QList<SyncEntry> entries;
    QSet<std::pair<QString, QString>> seen; // records with an earlier entry that is not settled
    const MemoryData data = m_view.read();
    for (const SyncEntry &entry : data.entries) {
        if (entries.size() >= limit)
            break;
        if (!entry.isUnsynced())
            continue;
        const std::pair<QString, QString> record(entry.table, entry.recordId);
        const bool isFirst = !seen.contains(record);
        seen.insert(record);
        const bool isTime = ignoreBackoff || !entry.nextRetryAt.isValid() || entry.nextRetryAt <= now;
        if (isFirst && isTime && entry.state == EntryState::Pending && entry.heldBy.isEmpty()
            && entry.mergedInto.isEmpty() && !excludedTables.contains(entry.table))
            entries.append(entry);
    }
    return entries;
}

Result<QDateTime> MemoryQueueStore::nextRetryAt()
{
    QDateTime earliest;
    const MemoryData data = m_view.read();
    for (const SyncEntry &entry : data.entries) {
        if (entry.state == EntryState::Pending && entry.heldBy.isEmpty() && entry.mergedInto.isEmpty()
            && entry.nextRetryAt.isValid() && (!earliest.isValid() || entry.nextRetryAt < earliest))
            earliest = entry.nextRetryAt;
    }
    return earliest;
}

Result<QHash<QString, TableCounts>> MemoryQueueStore::counts()
{
    QHash<QString, TableCounts> counts;
    const MemoryData data = m_view.read();
    for (const SyncEntry &entry : data.entries) {
        if (!isOpen(entry))
            continue;
        TableCounts &table = counts[entry.table];
        if (entry.state == EntryState::Dead) {
            ++table.dead;
            continue;
        }
        ++table.pending;
        table.failed += entry.error.isFailure() ? 1 : 0;
        table.held += entry.heldBy.isEmpty() ? 0 : 1;
    }
    return counts;
}

Result<QList<SyncAttempt>> MemoryQueueStore::attempts(const QString &entryId)
{
    return m_view.read().attempts.value(entryId);
}

Result<SyncEntry> MemoryQueueStore::enqueue(StoreTransaction &transaction, const SyncEntry &entry)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    if (entry.id.isEmpty())
        return Failure(Failure::Code::Invalid, QStringLiteral("A queue entry needs an id."));
    if (data->sequences.contains(entry.id))
        return Failure(Failure::Code::Invalid, QStringLiteral("A queue entry with this id is there already."));
    if (const auto json = Json::serialize(entry.payload); !json)
        return json.failure();
    SyncEntry stored = entry;
    stored.sequence = ++data->lastSequence;
    data->entries.insert(stored.sequence, stored);
    data->sequences.insert(stored.id, stored.sequence);
    return stored;
}

Result<void> MemoryQueueStore::update(StoreTransaction &transaction, const SyncEntry &entry)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    const auto sequence = data->sequences.constFind(entry.id);
    if (sequence == data->sequences.constEnd())
        return unknownEntry();
    if (const auto json = Json::serialize(entry.payload); !json)
        return json.failure();
    SyncEntry &stored = data->entries[*sequence];
    const SyncEntry old = stored;
    stored = entry;
    stored.sequence = old.sequence;
    stored.table = old.table;
    stored.recordId = old.recordId;
    stored.createdAt = old.createdAt;
    return {};
}

Result<void> MemoryQueueStore::markSent(StoreTransaction &transaction, const QString &entryId, const QDateTime &sentAt,
                                        const QString &mergedInto)
{
    Result<SyncEntry> entry = this->entry(entryId);
    if (!entry)
        return entry.failure();
    entry->state = EntryState::InFlight;
    entry->sentAt = sentAt;
    entry->mergedInto = mergedInto;
    return update(transaction, *entry);
}

Result<void> MemoryQueueStore::finish(StoreTransaction &transaction, const QString &entryId, EntryState state,
                                      const QDateTime &finishedAt)
{
    Result<SyncEntry> entry = this->entry(entryId);
    if (!entry)
        return entry.failure();
    entry->state = state;
    entry->finishedAt = finishedAt;
    entry->error = {};
    entry->nextRetryAt = {};
    entry->heldBy.clear();
    return update(transaction, *entry);
}

Result<void> MemoryQueueStore::addAttempt(StoreTransaction &transaction, const QString &entryId,
                                          const SyncAttempt &attempt)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    QList<SyncAttempt> &attempts = data->attempts[entryId];
    attempts.append(attempt);
    if (attempts.size() > keptAttempts)
        attempts.removeFirst();
    return {};
}

Result<int> MemoryQueueStore::recoverInFlight(StoreTransaction &transaction)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    int recovered = 0;
    for (SyncEntry &entry : data->entries) {
        if (entry.state != EntryState::InFlight)
            continue;
        entry.state = EntryState::Pending;
        ++recovered;
    }
    return recovered;
}

Result<void> MemoryQueueStore::releaseHeld(StoreTransaction &transaction, const QString &holderId)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    for (SyncEntry &entry : data->entries) {
        if (entry.heldBy == holderId)
            entry.heldBy.clear();
    }
    return {};
}

Result<int> MemoryQueueStore::purge(StoreTransaction &transaction, const QDateTime &finishedBefore)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    int purged = 0;
    for (auto it = data->entries.begin(); it != data->entries.end();) {
        if (purged == purgedAtOnce)
            break;
        if (!isFinished(*it) || !it->finishedAt.isValid() || it->finishedAt >= finishedBefore) {
            ++it;
            continue;
        }
        data->sequences.remove(it->id);
        data->attempts.remove(it->id);
        it = data->entries.erase(it);
        ++purged;
    }
    return purged;
}

Result<void> MemoryQueueStore::clear(StoreTransaction &transaction)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->entries.clear();
    data->sequences.clear();
    data->attempts.clear();
    return {};
}

} // namespace Tideline
