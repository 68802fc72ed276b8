// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QVariantMap>

namespace Tideline::Cli {

class Session;

// A JSON argument. When it is none, the session has ended with a usage failure; the text is never repeated, since it
// may be sensitive.
std::optional<QVariant> jsonArgument(Session &session, const QString &text);
std::optional<QVariantMap> objectArgument(Session &session, const QString &text);
// Ends the session: the arguments do not fit together.
void refuseUsage(Session &session, const QString &why);

} // namespace Tideline::Cli
