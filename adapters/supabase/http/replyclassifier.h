// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/httpmessage.h"

#include <QtNetwork/QNetworkReply>

#include <optional>

// The one place in which HTTP becomes failures. No sentence made here holds a row value, a filter value, a token or a
// key.
namespace Tideline::Rest {

enum class Identity {
    Anonymous, // nobody could sign in: there is no token provider
    User,
};

// A failure for everything but a reply of class 2xx with a body that claims to be JSON.
Failure classify(const HttpReply &reply, Identity identity);

// What classify() makes of an error of the database's that the server kit tells of: the same as of PostgREST's answer.
Failure databaseFailure(const QString &sqlState, const QString &message);

Failure timeoutFailure(std::chrono::milliseconds deadline);
Failure oversizeFailure(qint64 bytes);
Failure transportFailure(QNetworkReply::NetworkError error);
Failure truncationFailure();
// The cause of a request for a page of one row, the smallest there is.
Failure oneRowFailure(const QString &table, const Failure &cause);
Failure unreadableFailure(const QString &why);

// The server's sentence without the values that it quotes.
QString withoutValues(const QString &message, const QString &serverCode);

// The Date header, milliseconds since 1970.
std::optional<qint64> serverTime(const HttpReply &reply);
// Milliseconds to add to this machine's clock to have the server's; 0 where the difference is within the error.
std::optional<qint64> clockOffset(const HttpReply &reply);
std::optional<std::chrono::milliseconds> retryAfter(const HttpReply &reply);

} // namespace Tideline::Rest
