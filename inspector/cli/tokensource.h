// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QStringList>

#include <chrono>

namespace Tideline::Cli {

// Printable ASCII: what an HTTP header carries, and no line break that would begin another header.
bool isHeaderText(const QString &text);

TokenProvider literalToken(const QString &token);
// Read again at every call.
TokenProvider tokenFromFile(const QString &path);
// The program is run, without a shell, when there is no token yet or a fresh one is wanted; its trimmed standard output
// is the token, which is kept. To be asked on one thread.
TokenProvider tokenFromCommand(const QStringList &words, std::chrono::milliseconds timeout = std::chrono::seconds(30));

} // namespace Tideline::Cli
