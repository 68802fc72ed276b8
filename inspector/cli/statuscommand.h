// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

namespace Tideline::Cli {

class Session;

void runStatus(Session &session);
// Ends the session with the status as the answer.
void answerWithStatus(Session &session);

} // namespace Tideline::Cli
