// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/storage.h>

namespace Tideline {

class MemoryDatabase; // the data, shared by the storages of all threads

// Storage without a disk, for an application's tests. All storages of one factory see the same data.
class TIDELINE_EXPORT MemoryStorage
{
public:
    static StorageFactory factory(const QList<TableSchema> &tables = {});
};

// A cursor store of its own, as dynos_sync ships one.
class TIDELINE_EXPORT InMemoryTimestampStore final : public TimestampStore
{
public:
    InMemoryTimestampStore();
    ~InMemoryTimestampStore() override;

    Result<SyncCursor> cursor(const QString &table) override;
    Result<QList<SyncCursor>> cursors() override;
    Result<void> setCursor(StoreTransaction &transaction, const SyncCursor &cursor) override;
    Result<void> removeCursor(StoreTransaction &transaction, const QString &table) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    QMap<QString, SyncCursor> m_cursors;
};

} // namespace Tideline
