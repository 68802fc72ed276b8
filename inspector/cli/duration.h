// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QString>

#include <chrono>
#include <optional>

namespace Tideline::Cli {

// "30s": digits and one of ms, s, min, h, d; nothing for any other text or more than a hundred years.
std::optional<std::chrono::milliseconds> parsedDuration(const QString &text);
// The shortest text that parsedDuration() reads as this time.
QString durationText(std::chrono::milliseconds duration);

} // namespace Tideline::Cli
