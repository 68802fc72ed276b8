// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitfailure.h"

#include "kit/kitprotocol.h"

namespace Tideline::Rest {

namespace {

// As a server answers where the table is unknown.
Failure held(const QString &detail)
{
    Failure failure(Failure::Code::Remote, detail);
    failure.httpStatus = 404;
    return failure;
}

} // namespace

bool isOtherVersion(const QVariantMap &content, const QString &answer)
{
    const QVariant version = content.value(QStringLiteral("version"));
    return version.isValid() && (version.toInt() != kitVersion || !content.contains(answer));
}

Failure kitMissing()
{
    return held(
        QStringLiteral("The server has no server kit. An administrator has to run tideline.sql there, or set mode to "
                       "auto or plain."));
}

Failure kitWithoutPulls()
{
    return held(
        QStringLiteral("The server has no server kit, or one that is too old to be pulled from. An administrator has "
                       "to run tideline.sql of this version there, or set mode to auto or plain."));
}

Failure kitForbidden(const QString &function)
{
    return held(
        QStringLiteral("The server kit is not for this user. An administrator has to run: grant execute on function "
                       "public.%1(json) to the user's role; or set mode to auto or plain.")
            .arg(function));
}

Failure kitOfOtherVersion(const QVariantMap &content)
{
    return held(
        QStringLiteral("The server kit speaks version %1, this program version %2. Update the older one of the two.")
            .arg(content.value(QStringLiteral("version")).toInt())
            .arg(kitVersion));
}

Failure kitUntracked(const TableConfig &table, const QString &reason)
{
    if (reason == QLatin1String("key"))
        return held(
            QStringLiteral("The configured key of table %1 is not its primary key on the server, which the server kit "
                           "goes by. Configure that key.")
                .arg(table.name));
    if (reason == QLatin1String("version"))
        return held(QStringLiteral(
                        "The configured updatedAt of table %1 is not the column that it was enrolled with. Configure "
                        "that column, or enrol the table again with yours.")
                        .arg(table.name));
    return held(QStringLiteral("Table %1 is not enrolled in the server kit. An administrator has to run: "
                               "select tideline.track_table('%1');")
                    .arg(table.name));
}

} // namespace Tideline::Rest
