// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QStringList>

namespace Tideline::Cli {

// The candidate that takes the fewest edits to become the word; candidates must not be empty.
QString nearestTo(const QString &word, const QStringList &candidates);

} // namespace Tideline::Cli
