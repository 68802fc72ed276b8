// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/failure.h>

#include <QtCore/QMetaEnum>

namespace Tideline {

QString Failure::codeName(Code code)
{
    QString name = QString::fromLatin1(QMetaEnum::fromType<Code>().valueToKey(static_cast<int>(code)));
    name[0] = name[0].toLower();
    return name;
}

Failure::Code Failure::codeFromName(const QString &name)
{
    const QMetaEnum meta = QMetaEnum::fromType<Code>();
    for (int i = 0; i < meta.keyCount(); ++i) {
        const auto code = static_cast<Code>(meta.value(i));
        if (codeName(code) == name)
            return code;
    }
    return Code::None;
}

QVariantMap Failure::toVariantMap() const
{
    QVariantMap map{{QStringLiteral("code"), codeName(code)}, {QStringLiteral("detail"), detail}};
    if (httpStatus != 0)
        map.insert(QStringLiteral("httpStatus"), httpStatus);
    if (!serverCode.isEmpty())
        map.insert(QStringLiteral("serverCode"), serverCode);
    if (retryAfter)
        map.insert(QStringLiteral("retryAfterMs"), static_cast<qlonglong>(retryAfter->count()));
    return map;
}

Failure Failure::fromVariantMap(const QVariantMap &map)
{
    Failure failure(codeFromName(map.value(QStringLiteral("code")).toString()),
                    map.value(QStringLiteral("detail")).toString());
    failure.httpStatus = map.value(QStringLiteral("httpStatus")).toInt();
    failure.serverCode = map.value(QStringLiteral("serverCode")).toString();
    if (const QVariant after = map.value(QStringLiteral("retryAfterMs")); after.isValid())
        failure.retryAfter = std::chrono::milliseconds(after.toLongLong());
    return failure;
}

} // namespace Tideline

#include "moc_failure.cpp"
