// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/export.h>

#include <QtCore/QMetaType>
#include <QtCore/QString>

namespace Tideline {

// A number that neither qlonglong nor double carries exactly, kept as the digits that were received: 1.50, 1e400,
// 12345678901234567890.123. The text is always a valid JSON number.
class TIDELINE_EXPORT Decimal
{
    Q_GADGET
    Q_PROPERTY(QString digits READ digits)

public:
    Decimal() = default;
    explicit Decimal(const QString &digits)
        : m_digits(digits)
    {
    }
    QString digits() const { return m_digits; }

    friend bool operator==(const Decimal &, const Decimal &) = default;

private:
    QString m_digits = QStringLiteral("0");
};

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::Decimal)
