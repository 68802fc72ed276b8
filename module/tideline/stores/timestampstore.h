// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/syncentry.h>
#include <tideline/stores/storetransaction.h>

#include <QtCore/QList>

namespace Tideline {

// How far each table was pulled.
class TIDELINE_EXPORT TimestampStore
{
public:
    TimestampStore() = default;
    virtual ~TimestampStore();
    Q_DISABLE_COPY_MOVE(TimestampStore)

    // A cursor with an empty value when the table was never pulled.
    virtual Result<SyncCursor> cursor(const QString &table) = 0;
    virtual Result<QList<SyncCursor>> cursors() = 0; // by table name

    virtual Result<void> setCursor(StoreTransaction &transaction, const SyncCursor &cursor) = 0;
    virtual Result<void> removeCursor(StoreTransaction &transaction, const QString &table) = 0;
    virtual Result<void> clear(StoreTransaction &transaction) = 0;
};

} // namespace Tideline
