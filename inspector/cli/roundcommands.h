// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runDrain(Session &session);
void runPull(Session &session);
void runSync(Session &session);

} // namespace Tideline::Cli
