// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memoryjournalstore.h>

#include <tideline/core/json.h>
#include <tideline/core/syncevent.h>

#include <algorithm>

namespace Tideline {

namespace {

constexpr qsizetype keptEvents = 10'000;

bool matches(const JournalFilter &filter, const QString &table, const QString &recordId, const QStringList &texts)
{
    if (!filter.table.isEmpty() && filter.table != table)
        return false;
    if (!filter.recordId.isEmpty() && filter.recordId != recordId)
        return false;
    return filter.text.isEmpty() || std::any_of(texts.cbegin(), texts.cend(), [&](const QString &text) {
               return text.contains(filter.text, Qt::CaseInsensitive);
           });
}

QString jsonText(const std::optional<QVariantMap> &row)
{
    return row ? QString::fromUtf8(Json::toText(*row)) : QString();
}

// The newest ones after the offset, oldest first.
template <typename Record>
QList<Record> newest(const QList<Record> &records, const JournalFilter &filter)
{
    const qsizetype end = std::max<qsizetype>(0, records.size() - filter.offset);
    const qsizetype begin = filter.limit < 0 ? 0 : std::max<qsizetype>(0, end - filter.limit);
    return records.mid(begin, end - begin);
}

} // namespace

MemoryJournalStore::MemoryJournalStore(MemoryView &view)
    : m_view(view)
{
}

Result<ConflictRecord> MemoryJournalStore::conflict(const QString &conflictId)
{
    const MemoryData data = m_view.read();
    for (const ConflictRecord &conflict : data.conflicts) {
        if (conflict.id == conflictId)
            return conflict;
    }
    return Failure(Failure::Code::Invalid,
                   QStringLiteral("There is no conflict with this id. List the conflicts to see the ids."));
}

Result<QList<ConflictRecord>> MemoryJournalStore::conflicts(const JournalFilter &filter)
{
    QList<ConflictRecord> conflicts;
    const MemoryData data = m_view.read();
    for (const ConflictRecord &conflict : data.conflicts) {
        if (filter.open && *filter.open != conflict.isOpen)
            continue;
        const QStringList texts{conflict.table,           conflict.recordId,         jsonText(conflict.base),
                                jsonText(conflict.local), jsonText(conflict.remote), jsonText(conflict.resolved)};
        if (matches(filter, conflict.table, conflict.recordId, texts))
            conflicts.append(conflict);
    }
    return newest(conflicts, filter);
}

Result<qint64> MemoryJournalStore::openConflictCount()
{
    const QList<ConflictRecord> conflicts = m_view.read().conflicts;
    return static_cast<qint64>(std::count_if(conflicts.cbegin(), conflicts.cend(),
                                             [](const ConflictRecord &conflict) { return conflict.isOpen; }));
}

Result<QList<LoggedEvent>> MemoryJournalStore::events(const JournalFilter &filter)
{
    QList<LoggedEvent> events;
    const MemoryData data = m_view.read();
    for (const LoggedEvent &event : data.events) {
        if (matches(filter, event.table, event.recordId,
                    {event.name, event.table, event.recordId, jsonText(event.detail)}))
            events.append(event);
    }
    return newest(events, filter);
}

Result<qint64> MemoryJournalStore::quarantinedCount()
{
    return static_cast<qint64>(m_view.read().quarantine.size());
}

Result<QStringList> MemoryJournalStore::quarantinedRecords(const QString &table)
{
    QStringList records;
    const auto quarantine = m_view.read().quarantine;
    for (auto it = quarantine.cbegin(); it != quarantine.cend(); ++it) {
        if (it.key().first == table)
            records.append(it.key().second);
    }
    return records;
}

Result<void> MemoryJournalStore::saveConflict(StoreTransaction &transaction, const ConflictRecord &conflict)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    for (ConflictRecord &known : data->conflicts) {
        if (known.id == conflict.id) {
            known = conflict;
            return {};
        }
    }
    data->conflicts.append(conflict);
    return {};
}

Result<void> MemoryJournalStore::appendEvent(StoreTransaction &transaction, const LoggedEvent &event)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    LoggedEvent stored = event;
    stored.sequence = ++data->lastEvent;
    data->events.append(stored);
    if (data->events.size() > keptEvents)
        data->events.removeFirst();
    return {};
}

Result<void> MemoryJournalStore::quarantine(StoreTransaction &transaction, const QString &table,
                                            const QString &recordId, const QVariantMap &row, const Failure &reason,
                                            const QDateTime &at)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->quarantine.insert({table, recordId}, {{QStringLiteral("row"), row},
                                                {QStringLiteral("reason"), reason.toVariantMap()},
                                                {QStringLiteral("at"), toText(at)}});
    return {};
}

Result<void> MemoryJournalStore::release(StoreTransaction &transaction, const QString &table, const QString &recordId)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->quarantine.remove({table, recordId});
    return {};
}

Result<void> MemoryJournalStore::clear(StoreTransaction &transaction)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->conflicts.clear();
    data->events.clear();
    data->quarantine.clear();
    return {};
}

} // namespace Tideline
