// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QString>

// The names under which a database's session is kept.
namespace Tideline::SessionKey {

inline const QString session = QStringLiteral("session"); // changes at a logout: the fence
inline const QString userId = QStringLiteral("userId");
inline const QString online = QStringLiteral("online");
inline const QString authRequired = QStringLiteral("authRequired");
inline const QString lastSyncedAt = QStringLiteral("lastSyncedAt");
inline const QString clockOffset = QStringLiteral("clockOffset"); // milliseconds to the server's clock
inline const QString pausedUntil = QStringLiteral("pausedUntil"); // no request of a drain or a pull before
inline const QString pauseCount = QStringLiteral("pauseCount");   // failures in a row
inline const QString eraseDue = QStringLiteral("eraseDue");       // bytes of an ended session are in the files yet
inline const QString activity = QStringLiteral("activity");       // what the holder of the lease is doing
inline const QString returns = QStringLiteral("returns");         // of deleted records, by conflicts: how many

inline QString columns(const QString &table) // that the server's table has
{
    return QStringLiteral("columns:") + table;
}

inline QString pulled(const QString &table) // what its rows were pulled with: PulledTable's record
{
    return QStringLiteral("pulled:") + table;
}

inline QString timestamp(const QString &table) // RemoteStore::remoteTimestamps() as of the last pull
{
    return QStringLiteral("timestamp:") + table;
}

} // namespace Tideline::SessionKey
