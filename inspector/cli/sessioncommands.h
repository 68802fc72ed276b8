// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runInit(Session &session);
void runLogout(Session &session);

} // namespace Tideline::Cli
