// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

#include <QtCore/QUuid>

namespace Tideline {

// A change as the engine hands it to a RemoteStore, with an entry id of its own.
inline PushItem pushItem(const TableConfig &table, SyncOperation operation, const QString &recordId,
                         const QVariantMap &payload = {}, const std::optional<QVariantMap> &base = {})
{
    PushItem item;
    item.table = table;
    item.entry.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    item.entry.table = table.name;
    item.entry.operation = operation;
    item.entry.recordId = recordId;
    item.entry.payload = payload;
    item.entry.base = base;
    return item;
}

} // namespace Tideline
