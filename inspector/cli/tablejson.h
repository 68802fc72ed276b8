// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/tableconfig.h>

#include <QtCore/QMap>
#include <QtCore/QVariant>

namespace Tideline::Cli {

// The strategies that a configuration file can name; "custom" takes code.
QMap<QString, ConflictStrategy> namedStrategies();

// The value of "tables": names and objects.
Result<QList<TableConfig>> parsedTables(const QVariant &value);

} // namespace Tideline::Cli
