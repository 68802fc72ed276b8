// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncentry.h>

#include <QtCore/QList>

namespace Tideline {

// Changes of one record that go to the server as one: the oldest unsynced entry and the ones that travel in it. Pure
// values. Only entries that were never sent are taken in, because the server knows an entry by its id: once an id has
// left, what it stands for must not change until the server has refused it.
class TIDELINE_EXPORT MergedEntry
{
public:
    SyncEntry head;
    QList<SyncEntry> others; // oldest first

    // What is asked of the server: head with all the changes, as made when the last of them was.
    SyncEntry whole() const;
};

// The head with those of the record's open entries (oldest first) that travel in it already.
TIDELINE_EXPORT MergedEntry mergedInto(const SyncEntry &head, const QList<SyncEntry> &open);

// The head, which was never sent, with the entries that may travel in it; their payloads have maxBytes at most in all.
TIDELINE_EXPORT MergedEntry mergeUnsent(const SyncEntry &head, const QList<SyncEntry> &open, qint64 maxBytes);

} // namespace Tideline
