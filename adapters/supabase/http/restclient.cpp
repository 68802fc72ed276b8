// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "http/restclient.h"

#include "http/httpexchange.h"
#include "http/replyclassifier.h"

#include <tideline/core/json.h>

#include <QtCore/QDateTime>

namespace Tideline::Rest {

std::optional<qint64> RestReply::total() const
{
    bool isNumber = false;
    const qint64 total = contentRange.mid(contentRange.lastIndexOf('/') + 1).toLongLong(&isNumber);
    return isNumber ? std::optional<qint64>(total) : std::nullopt;
}

namespace {

// What is wrong with a reply is of use to whoever knows whose it is.
void name(RestReply *reply, const QString &table)
{
    if (!table.isEmpty())
        reply->failure.detail.prepend(QStringLiteral("Table %1: ").arg(table));
}

} // namespace

bool RestReply::isTooMuch() const
{
    return isTooLarge || failure.code == Failure::Code::Timeout || failure.serverCode == QLatin1String("57014");
}

RestClient::RestClient(const SupabaseOptions &options, QNetworkAccessManager &network)
    : m_options(options)
    , m_network(network)
    , m_tokens(options.tokenProvider)
    , m_root(options.url.toEncoded())
    , m_misuse(SupabaseRemoteStore::check(options).failure())
{
    while (m_root.endsWith('/'))
        m_root.chop(1);
}

Task<RestReply> RestClient::send(RestRequest request, RemoteReply *account)
{
    RestReply reply;
    if (m_misuse.isFailure()) {
        reply.failure = m_misuse;
        co_return reply;
    }
    const Result<QString> token = co_await m_tokens.token();
    if (!token) {
        reply.failure = token.failure();
        reply.hasNoToken = true;
        co_return reply;
    }
    ++account->requests;
    const HttpLimits limits{m_options.requestTimeout, m_options.maxResponseBytes};
    HttpExchange exchange(m_network, httpRequest(request, *token), limits);
    co_await Emission(&exchange, &HttpExchange::finished);

    const HttpReply &answer = exchange.reply();
    reply.isTooLarge = answer.isTooLarge;
    reply.failure = classify(answer, m_tokens.hasProvider() ? Identity::User : Identity::Anonymous);
    if (reply.failure.code == Failure::Code::AuthExpired)
        m_tokens.refuse(*token);
    if (const std::optional<qint64> offset = clockOffset(answer); offset && !answer.transport.isFailure()) {
        m_clockOffset = *offset;
        account->clockOffset = offset;
    }
    reply.serverTime = serverTime(answer).value_or(serverNow());
    if (reply.failure.isFailure()) {
        if (reply.isTooMuch())
            name(&reply, request.table);
        co_return reply;
    }
    reply.contentRange = answer.headers.value("content-range");
    Result<QVariant> content = Json::parse(answer.body);
    if (!content)
        reply.failure = unreadableFailure(content.failure().detail);
    else if (!request.table.isEmpty() && content->typeId() != QMetaType::QVariantList)
        reply.failure = unreadableFailure(QStringLiteral("it is no list of rows"));
    else
        reply.content = *std::move(content);
    if (reply.failure.isFailure())
        name(&reply, request.table);
    co_return reply;
}

qint64 RestClient::serverNow() const
{
    return QDateTime::currentMSecsSinceEpoch() + m_clockOffset;
}

void RestClient::reset()
{
    m_tokens.reset();
}

HttpRequest RestClient::httpRequest(const RestRequest &request, const QString &token) const
{
    HttpRequest http;
    http.method = request.method;
    QByteArray url = m_root + '/' + request.path;
    if (!request.query.isEmpty())
        url += '?' + request.query;
    http.url = QUrl::fromEncoded(url);
    http.body = request.body;
    http.headers.emplaceBack("Accept", request.accept);
    if (!request.body.isEmpty())
        http.headers.emplaceBack("Content-Type", "application/json");
    if (!request.prefer.isEmpty())
        http.headers.emplaceBack("Prefer", request.prefer);
    if (!m_options.apiKey.isEmpty())
        http.headers.emplaceBack("apikey", m_options.apiKey.toLatin1());
    if (!token.isEmpty())
        http.headers.emplaceBack("Authorization", "Bearer " + token.toLatin1());
    return http;
}

} // namespace Tideline::Rest
