// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/memorydatabase.h>
#include <tideline/stores/timestampstore.h>

namespace Tideline {

class MemoryTimestampStore final : public TimestampStore
{
public:
    explicit MemoryTimestampStore(MemoryView &view);

    Result<SyncCursor> cursor(const QString &table) override;
    Result<QList<SyncCursor>> cursors() override;
    Result<void> setCursor(StoreTransaction &transaction, const SyncCursor &cursor) override;
    Result<void> removeCursor(StoreTransaction &transaction, const QString &table) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    MemoryView &m_view;
};

} // namespace Tideline
