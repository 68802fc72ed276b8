// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/synctypes.h>
#include <tideline/engine/syncreport.h>
#include <tideline/stores/storage.h>

#include <QtCore/QStringList>

namespace Tideline {

// Counting the rows of large tables takes its time.
enum class RowCounts { Read, LeftOut };

// Reads where a database stands; needs no engine. Used by the engine, the command line and the inspector.
TIDELINE_EXPORT Result<SyncStatus> readStatus(Storage &storage, const QStringList &tables, const QDateTime &now,
                                              RowCounts rowCounts = RowCounts::Read);

} // namespace Tideline
