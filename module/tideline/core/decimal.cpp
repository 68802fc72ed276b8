// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/decimal.h>

/*!
    \class Tideline::Decimal
    \inmodule Tideline
    \inheaderfile tideline/core/decimal.h
    \brief A number kept as the digits that were received.

    JSON numbers that fit neither a qlonglong nor a double exactly come as a Decimal in rows and payloads: \c 1.50,
    \c 1e400, \c 12345678901234567890.123. It is a value; copy it to any thread.
*/

/*!
    \fn Tideline::Decimal::Decimal()
    Zero.
*/

/*!
    \fn Tideline::Decimal::Decimal(const QString &digits)
    The number that \a digits spell, which must be a JSON number (RFC 8259): this is not checked here, but
    Json::serialize() refuses anything else.
*/

/*!
    \fn QString Tideline::Decimal::digits() const
    The number as it was received.
*/

/*!
    \property Tideline::Decimal::digits
    The number as it was received.
*/
#include "moc_decimal.cpp"
