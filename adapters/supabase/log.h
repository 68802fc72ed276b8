// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QLoggingCategory>

namespace Tideline::Rest {

// tideline.supabase.info=true in QT_LOGGING_RULES, or "tideline --verbose", tells which mode is in use.
Q_DECLARE_LOGGING_CATEGORY(supabaseLog)

} // namespace Tideline::Rest
