// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

class QCoreApplication;

namespace Tideline::Inspector {

// The texts in the user's language; in English, with its plurals, where there is no translation.
void installTranslations(QCoreApplication &application);

} // namespace Tideline::Inspector
