// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/tableconfig.h>

// Failures that hold a table until an administrator has done something about the server: nothing dies of them.
namespace Tideline::Rest {

// The kit has been asked in a version that it does not speak: the reply lacks this answer.
bool isOtherVersion(const QVariantMap &content, const QString &answer);

Failure kitMissing();
// It has no function for pulls.
Failure kitWithoutPulls();
Failure kitForbidden(const QString &function);
Failure kitOfOtherVersion(const QVariantMap &content);
// Why the kit does not serve the table, by the word of its answer.
Failure kitUntracked(const TableConfig &table, const QString &reason);

} // namespace Tideline::Rest
