// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/synctypes.h>
#include <tideline/engine/syncreport.h>
#include <tideline/stores/storage.h>

#include <QtCore/QStringList>

namespace Tideline {

// Reads where a database stands; needs no engine. Used by the engine, the command line and the inspector.
// Counting a table's rows takes longer the more there are; left out they are 0.
enum class RowCounts { Read, LeaveOut };
TIDELINE_EXPORT Result<SyncStatus> readStatus(Storage &storage, const QStringList &tables, const QDateTime &now,
                                              RowCounts rowCounts = RowCounts::Read);

} // namespace Tideline
