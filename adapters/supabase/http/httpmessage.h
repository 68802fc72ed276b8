// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QUrl>

#include <chrono>
#include <utility>

namespace Tideline::Rest {

class HttpRequest
{
public:
    QByteArray method;
    QUrl url;
    QList<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
};

class HttpLimits
{
public:
    std::chrono::milliseconds deadline = std::chrono::seconds(30); // for the whole request
    qint64 bodyBytes = 64LL * 1024 * 1024;
};

// Either a whole HTTP reply, or the reason why there is none.
class HttpReply
{
public:
    int status = 0;
    QHash<QByteArray, QByteArray> headers; // names in lower case
    QByteArray body;
    Failure transport;
    bool isTooLarge = false; // why
    qint64 sentAt = 0;       // milliseconds since 1970 on this machine's clock
    qint64 answeredAt = 0;

    bool isSuccess() const { return !transport.isFailure() && status >= 200 && status < 300; }
    bool isJson() const;
};

} // namespace Tideline::Rest
