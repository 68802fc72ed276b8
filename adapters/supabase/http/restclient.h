// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/httpmessage.h"
#include "http/tokensource.h"

#include <tideline/supabase/supabaseremotestore.h>

#include <optional>

class QNetworkAccessManager;

namespace Tideline::Rest {

// A request to one resource of the server.
class RestRequest
{
public:
    QByteArray method = QByteArrayLiteral("GET");
    QByteArray path;  // below the root, percent-encoded; the table's name for rows
    QByteArray query; // percent-encoded
    QByteArray prefer;
    QByteArray accept = QByteArrayLiteral("application/json");
    QByteArray body;
    QString table; // whose rows are asked for: another reply than a list is a failure
};

class RestReply
{
public:
    Failure failure;
    bool isTooLarge = false;   // the failure is that the reply does not end where it has to
    bool isUnreadable = false; // the failure is what stands in a reply that came whole
    bool hasNoToken = false;   // the failure is the token provider's: nothing was sent
    QVariant content;
    QByteArray contentRange;
    qint64 serverTime = 0; // when it answered, milliseconds since 1970 on the server's clock as far as it is known

    QVariantList rows() const { return content.toList(); }
    // The server or the limits could not bear as much; less may do.
    bool isTooMuch() const;
    // How many rows the filters match, where the request asked to count them.
    std::optional<qint64> total() const;
};

// Requests with the credentials of the session, and replies as JSON or a failure.
class RestClient
{
public:
    RestClient(const SupabaseOptions &options, QNetworkAccessManager &network);

    // Counts the request and the clock's offset in the account, which must outlive the task.
    Task<RestReply> send(RestRequest request, RemoteReply *account);
    TokenSource &tokens() { return m_tokens; }
    // Milliseconds since 1970; this machine's clock until the server has told its own.
    qint64 serverNow() const;
    std::chrono::milliseconds overlap() const { return m_options.overlap; }
    void reset();

private:
    HttpRequest httpRequest(const RestRequest &request, const QString &token) const;

    SupabaseOptions m_options;
    QNetworkAccessManager &m_network;
    TokenSource m_tokens;
    QByteArray m_root;
    Failure m_misuse; // why the options cannot be used
    qint64 m_clockOffset = 0;
};

} // namespace Tideline::Rest
