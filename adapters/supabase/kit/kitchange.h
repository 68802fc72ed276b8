// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

#include <QtCore/QByteArray>
#include <QtCore/QStringList>

namespace Tideline::Rest {

// One item of a push as the server kit takes it.
class KitChange
{
public:
    KitChange(const PushItem &item, qsizetype index);

    qsizetype index = 0; // in the push
    TableConfig table;
    Failure failure; // why it cannot be sent; nothing below is set then
    QByteArray id;   // of the entry; this and what follows is JSON
    QByteArray base; // the version
    QByteArray row;  // the key, and the columns to send
    QStringList columns;
    SyncOperation operation = SyncOperation::Upsert;
    bool isBased = false;

    qsizetype size() const { return id.size() + base.size() + row.size() + 3; }
    // One statement of the server can do both.
    bool joins(const KitChange &other) const;
};

// The body of a request, whose form tideline.sql tells. Neighbours that join make one run.
QByteArray kitRequest(const QList<KitChange> &changes);
// How many changes from there on are one run.
qsizetype runLength(const QList<KitChange> &changes, qsizetype first);

} // namespace Tideline::Rest
