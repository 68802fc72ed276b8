// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runGet(Session &session);
void runRows(Session &session);
void runQueue(Session &session);
void runDead(Session &session);
void runConflicts(Session &session);
void runCursors(Session &session);
void runLog(Session &session);

} // namespace Tideline::Cli
