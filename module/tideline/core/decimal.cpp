// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/decimal.h>

/*!
    \class Tideline::Decimal
    \inmodule Tideline
    \brief A number kept as the digits that were received.

    JSON numbers that fit neither a qlonglong nor a double exactly come as a Decimal in rows and payloads: \c 1.50,
    \c 1e400, \c 12345678901234567890.123. It is a value; copy it to any thread.
*/

#include "moc_decimal.cpp"
