// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/sync/pushbatch.h>

namespace Tideline {

namespace {

// The head with what travels in it.
Result<MergedEntry> gathered(const UnitOfWork &work, const SyncEntry &head)
{
    QueueStore &queue = work.storage().queue();
    const Result<int> count = queue.openCount(head.table, head.recordId);
    if (!count)
        return count.failure();
    if (*count < 2)
        return MergedEntry{head, {}};
    const Result<QList<SyncEntry>> open = queue.openEntries(head.table, head.recordId);
    if (!open)
        return open.failure();
    return head.sentAt.isValid() ? mergedInto(head, *open) : mergeUnsent(head, *open, work.config().maxPayloadBytes);
}

} // namespace

QList<PushItem> PushBatch::items(const TableCatalog &tables) const
{
    QList<PushItem> items;
    items.reserve(parts.size());
    for (const MergedEntry &part : parts)
        items.append(PushItem{part.whole(), tables.value(part.head.table)});
    return items;
}

Result<PushBatch> PushBatch::markSent(UnitOfWork &work, const QList<SyncEntry> &heads)
{
    PushBatch batch;
    QueueStore &queue = work.storage().queue();
    for (const SyncEntry &head : heads) {
        const Result<MergedEntry> part = gathered(work, head);
        if (!part)
            return part.failure();
        TIDELINE_TRY(queue.markSent(work.transaction(), head.id, work.now(), QString()));
        for (const SyncEntry &other : part->others)
            TIDELINE_TRY(queue.markSent(work.transaction(), other.id, work.now(), head.id));
        batch.parts.append(*part);
    }
    return batch;
}

Result<void> PushBatch::unmarkSent(UnitOfWork &work) const
{
    for (const MergedEntry &part : parts) {
        TIDELINE_TRY(work.storage().queue().update(work.transaction(), part.head));
        for (const SyncEntry &other : part.others)
            TIDELINE_TRY(work.storage().queue().update(work.transaction(), other));
    }
    return {};
}

} // namespace Tideline
