// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/repairs.h>

namespace Tideline {

// The entries, pending or dead, that a row refused for want of its parent (SQLSTATE 23503) may be waiting for. The
// server does not say in a form that a program may rely on which row is missing, so these are the open entries of
// records whose key is one of the row's values. Keys of several columns are not looked for.
Result<QList<SyncEntry>> openParents(Storage &storage, const TableCatalog &tables, const SyncEntry &child);

} // namespace Tideline
