// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/tableconfig.h>

namespace Tideline::Rest {

// A table's columns out of the server's own description (PostgREST's answer to GET /, OpenAPI 2).
Result<TableSchema> openApiSchema(const TableConfig &table, const QVariantMap &description);

} // namespace Tideline::Rest
