// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QString>

namespace Tideline::Cli {

// The whole help, or a command's own where it is known.
QString helpText(const QString &command);

} // namespace Tideline::Cli
