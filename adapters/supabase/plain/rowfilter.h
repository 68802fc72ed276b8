// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "plain/restquery.h"

#include <tideline/core/tableconfig.h>

namespace Tideline::Rest {

// Adds the conditions of the table's filter. Fails with Invalid where they are none, or too many for a URL.
Result<void> addFilter(RestQuery *query, const TableConfig &table);

} // namespace Tideline::Rest
