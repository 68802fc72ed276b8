// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/export.h>

#include <QtCore/QMetaType>
#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtCore/QVariantMap>

#include <chrono>
#include <optional>

namespace Tideline {

class TIDELINE_EXPORT Failure
{
    Q_GADGET
    Q_PROPERTY(Code code MEMBER code)
    Q_PROPERTY(int httpStatus MEMBER httpStatus)
    Q_PROPERTY(QString serverCode MEMBER serverCode)
    Q_PROPERTY(QString detail MEMBER detail)

public:
    enum class Code {
        None,
        Network,
        Timeout,
        AuthExpired,
        Forbidden,
        PayloadTooLarge,
        RlsViolation,
        Deserialization,
        Remote,
        Conflict,
        LocalStore,
        Invalid,
        Cancelled,
    };
    Q_ENUM(Code)

    Code code = Code::None;
    int httpStatus = 0;
    QString serverCode;
    QString detail;
    std::optional<std::chrono::milliseconds> retryAfter;

    Failure() = default;
    Failure(Code failureCode, const QString &failureDetail)
        : code(failureCode)
        , detail(failureDetail)
    {
    }

    bool isFailure() const { return code != Code::None; }
    static QString codeName(Code code);
    static Code codeFromName(const QString &name);

    // The shape of cli.md: code, httpStatus?, serverCode?, detail, retryAfterMs?
    QVariantMap toVariantMap() const;
    static Failure fromVariantMap(const QVariantMap &map);

    friend bool operator==(const Failure &, const Failure &) = default;
};

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::Failure)
