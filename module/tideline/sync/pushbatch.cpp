// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/sync/pushbatch.h>

namespace Tideline {

QList<PushItem> PushBatch::items(const TableCatalog &tables) const
{
    QList<PushItem> items;
    items.reserve(parts.size());
    for (const MergedEntry &part : parts)
        items.append(PushItem{part.whole(), tables.value(part.head.table)});
    return items;
}

Result<PushBatch> PushBatch::markSent(SyncContext &context, const QList<SyncEntry> &heads)
{
    PushBatch batch;
    const Result<void> marked = context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        QueueStore &queue = work.storage().queue();
        for (const SyncEntry &head : heads) {
            const Result<QList<SyncEntry>> open = queue.openEntries(head.table, head.recordId);
            if (!open)
                return open.failure();
            const MergedEntry part = head.sentAt.isValid() ? mergedInto(head, *open)
                                                           : mergeUnsent(head, *open, context.config.maxPayloadBytes);
            TIDELINE_TRY(queue.markSent(work.transaction(), head.id, work.now(), QString()));
            for (const SyncEntry &other : part.others)
                TIDELINE_TRY(queue.markSent(work.transaction(), other.id, work.now(), head.id));
            batch.parts.append(part);
        }
        return {};
    });
    if (!marked)
        return marked.failure();
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
