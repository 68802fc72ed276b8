// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/mergedentry.h>
#include <tideline/sync/synccontext.h>

namespace Tideline {

// What one push carries: at most one part for each record.
class PushBatch
{
public:
    QList<MergedEntry> parts; // as they were before they were marked as sent

    bool isEmpty() const { return parts.isEmpty(); }
    QList<PushItem> items(const TableCatalog &tables) const;

    // Takes in what may travel together and marks all as sent, durably before a byte leaves: whatever happens
    // afterwards, it is known that they may have arrived.
    static Result<PushBatch> markSent(UnitOfWork &work, const QList<SyncEntry> &heads);
    // Nothing of it has left this time.
    Result<void> unmarkSent(UnitOfWork &work) const;
};

} // namespace Tideline
