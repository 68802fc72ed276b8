// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runWatch(Session &session);

} // namespace Tideline::Cli
