// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QString>

#include <optional>

// A server's timestamps stay the text that the server gave: QDateTime drops or rounds up microseconds.
namespace Tideline::Rest {

// Milliseconds since 1970, the rest cut off. 'infinity' is later than all; empty for what is no timestamp.
std::optional<qint64> toMilliseconds(const QString &timestamp);
// Whether left is earlier than right, to the last digit; false where one is no timestamp.
bool isEarlier(const QString &left, const QString &right);
// Finer than milliseconds: two transactions hardly ever have the same one.
bool isPrecise(const QString &timestamp);

} // namespace Tideline::Rest
