// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runWrite(Session &session);
void runPatch(Session &session);
void runRemove(Session &session);
void runPush(Session &session);

} // namespace Tideline::Cli
