// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "log.h"

namespace Tideline::Rest {

Q_LOGGING_CATEGORY(supabaseLog, "tideline.supabase", QtWarningMsg)

} // namespace Tideline::Rest
