// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>
#include <tideline/engine/mergedentry.h>

namespace Tideline {

namespace {

constexpr qsizetype mostOthers = 1000; // an entry that takes in more goes on with the rest afterwards

bool isUnsent(const SyncEntry &entry)
{
    return !entry.isDamaged && entry.state == EntryState::Pending && !entry.sentAt.isValid() && entry.heldBy.isEmpty()
           && entry.mergedInto.isEmpty();
}

// Making a record again after its deletion stays two steps: a new row has the server's defaults, a changed one has not.
// A full write after a change of a row that nobody here has seen stays one of its own, since only it may make the row.
bool mayFollow(const SyncEntry &entry, const SyncEntry &next)
{
    switch (entry.operation) {
    case SyncOperation::Upsert:
        return true;
    case SyncOperation::Patch:
        return entry.base || next.operation != SyncOperation::Upsert;
    case SyncOperation::Delete:
        return false;
    }
    Q_UNREACHABLE();
    return false;
}

void add(SyncEntry *entry, const SyncEntry &next)
{
    if (next.operation == SyncOperation::Delete) {
        entry->operation = SyncOperation::Delete;
        entry->payload.clear();
    } else {
        if (next.operation == SyncOperation::Upsert)
            entry->operation = SyncOperation::Upsert;
        entry->payload.insert(next.payload);
    }
    entry->createdAt = next.createdAt;
}

} // namespace

SyncEntry MergedEntry::whole() const
{
    SyncEntry entry = head;
    for (const SyncEntry &other : others)
        add(&entry, other);
    return entry;
}

MergedEntry mergedInto(const SyncEntry &head, const QList<SyncEntry> &open)
{
    MergedEntry merged{head, {}};
    for (const SyncEntry &entry : open) {
        if (entry.mergedInto == head.id && entry.isUnsynced())
            merged.others.append(entry);
    }
    return merged;
}

MergedEntry mergeUnsent(const SyncEntry &head, const QList<SyncEntry> &open, qint64 maxBytes)
{
    MergedEntry merged{head, {}};
    if (!isUnsent(head))
        return merged;
    SyncEntry whole = head;
    qint64 bytes = -1; // not measured before there is something to merge
    for (const SyncEntry &entry : open) {
        if (entry.sequence <= head.sequence)
            continue;
        if (!isUnsent(entry) || !mayFollow(whole, entry) || merged.others.size() == mostOthers)
            break;
        if (bytes < 0)
            bytes = Json::toText(head.payload).size();
        bytes += Json::toText(entry.payload).size();
        if (bytes > maxBytes)
            break;
        add(&whole, entry);
        merged.others.append(entry);
    }
    return merged;
}

} // namespace Tideline
