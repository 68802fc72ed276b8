// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QByteArrayView>
#include <QtCore/QString>
#include <QtCore/QStringDecoder>

namespace Tideline {

// As QString::fromUtf8(), which leaves a byte order mark at the start out; in a value it is a character like others.
inline QString fromExactUtf8(QByteArrayView utf8)
{
    if (!utf8.startsWith(QByteArrayView("\xEF\xBB\xBF")))
        return QString::fromUtf8(utf8);
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
    return decoder(utf8);
}

} // namespace Tideline
