// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "arguments.h"

#include "session.h"

#include <tideline/core/json.h>

namespace Tideline::Cli {

std::optional<QVariant> jsonArgument(Session &session, const QString &text)
{
    const Result<QVariant> parsed = Json::parse(text.toUtf8(), Json::DuplicateKeys::Refused);
    if (parsed)
        return *parsed;
    refuseUsage(session, QStringLiteral("The JSON argument is %1.").arg(parsed.failure().detail));
    return std::nullopt;
}

std::optional<QVariantMap> objectArgument(Session &session, const QString &text)
{
    const std::optional<QVariant> value = jsonArgument(session, text);
    if (!value)
        return std::nullopt;
    if (value->typeId() == QMetaType::QVariantMap)
        return value->toMap();
    refuseUsage(session, QStringLiteral("The JSON argument must be an object: {\"column\": value, ...}."));
    return std::nullopt;
}

void refuseUsage(Session &session, const QString &why)
{
    complain(why);
    session.answer(Failure(Failure::Code::Invalid, why).toVariantMap(), QString(), ExitCode::Usage);
}

} // namespace Tideline::Cli
