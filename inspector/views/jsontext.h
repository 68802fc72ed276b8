// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QVariant>

namespace Tideline::Inspector {

// With line breaks and indentation; every number keeps its digits.
QString indentedJson(const QVariant &value);

} // namespace Tideline::Inspector
