// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runRetry(Session &session);
void runDiscard(Session &session);
void runEdit(Session &session);
void runResolve(Session &session);

} // namespace Tideline::Cli
