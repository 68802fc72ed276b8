// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "http/httpexchange.h"

#include "http/replyclassifier.h"

#include <QtCore/QDateTime>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkRequest>

namespace Tideline::Rest {

namespace {

constexpr qint64 readAhead = 1024 * 1024; // bytes of a reply that are read before they are taken

QNetworkRequest prepared(const HttpRequest &request)
{
    QNetworkRequest prepared(request.url);
    // The default policy sends the Authorization header to whatever origin a redirect names, and makes a GET of a
    // PATCH.
    prepared.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    prepared.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    prepared.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    prepared.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    prepared.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    prepared.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    prepared.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    // A header of our own also switches decompression off, so that the bound on the body is one on what was received.
    prepared.setRawHeader("Accept-Encoding", "identity");
    for (const auto &[name, value] : request.headers)
        prepared.setRawHeader(name, value);
    return prepared;
}

// What Qt reports of a whole reply whose status is no success; 400 is an invalid operation to it.
bool isHttpStatus(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::NoError:
    case QNetworkReply::ProtocolInvalidOperationError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return true;
    default:
        return (error >= QNetworkReply::ContentAccessDenied && error <= QNetworkReply::UnknownContentError)
               || error >= QNetworkReply::InternalServerError;
    }
}

} // namespace

bool HttpReply::isJson() const
{
    const QByteArray type = headers.value("content-type").toLower().split(';').constFirst().trimmed();
    return type == "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
}

HttpExchange::HttpExchange(QNetworkAccessManager &network, const HttpRequest &request, const HttpLimits &limits)
    : m_limits(limits)
{
    m_answer.sentAt = QDateTime::currentMSecsSinceEpoch();
    m_reply.reset(request.body.isEmpty() ? network.sendCustomRequest(prepared(request), request.method)
                                         : network.sendCustomRequest(prepared(request), request.method, request.body));
    // Qt's thread would read for as long as bytes come, whether anybody takes them or not, and hear of no abort
    // meanwhile. A request with a body starts from the event loop: what was said before that does not get there.
    const auto limitReading = [reply = m_reply.get()] { reply->setReadBufferSize(readAhead); };
    limitReading();
    QMetaObject::invokeMethod(m_reply.get(), limitReading, Qt::QueuedConnection);
    connect(m_reply.get(), &QNetworkReply::metaDataChanged, this, &HttpExchange::readHead);
    connect(m_reply.get(), &QNetworkReply::readyRead, this, &HttpExchange::readBody);
    connect(m_reply.get(), &QNetworkReply::finished, this, &HttpExchange::readEnd);
    m_deadline.setSingleShot(true);
    m_deadline.callOnTimeout(this, [this] { giveUp(timeoutFailure(m_limits.deadline)); });
    m_deadline.start(m_limits.deadline);
}

HttpExchange::~HttpExchange()
{
    if (m_reply)
        stop();
}

void HttpExchange::stop()
{
    m_reply->disconnect(this);
    // One that has failed and not told yet is ending by itself; Qt complains about an abort then.
    if (m_reply->error() == QNetworkReply::NoError)
        m_reply->abort();
}

void HttpExchange::readHead()
{
    if (m_answer.answeredAt == 0)
        m_answer.answeredAt = QDateTime::currentMSecsSinceEpoch();
}

void HttpExchange::readBody()
{
    m_answer.body += m_reply->read(qMin(m_reply->bytesAvailable(), m_limits.bodyBytes - m_answer.body.size() + 1));
    if (m_answer.body.size() > m_limits.bodyBytes) {
        m_answer.isTooLarge = true;
        giveUp(oversizeFailure(m_limits.bodyBytes));
    }
}

void HttpExchange::readEnd()
{
    readHead();
    readBody();
    if (m_answer.transport.isFailure())
        return;
    m_answer.status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QList<QNetworkReply::RawHeaderPair> headers = m_reply->rawHeaderPairs();
    for (const auto &[name, value] : headers)
        m_answer.headers.insert(name.toLower(), value);
    bool hasLength = false;
    const qint64 length = m_answer.headers.value("content-length").toLongLong(&hasLength);
    if (!isHttpStatus(m_reply->error()) || m_answer.status == 0)
        m_answer.transport = transportFailure(m_reply->error());
    else if (hasLength && length != m_answer.body.size())
        m_answer.transport = truncationFailure();
    finish();
}

void HttpExchange::giveUp(const Failure &failure)
{
    stop();
    // Qt's thread reads a head for as long as it comes, and nothing else meanwhile: from now on there is another one.
    if (m_answer.answeredAt == 0)
        m_reply->manager()->clearConnectionCache();
    m_answer.body.clear();
    m_answer.transport = failure;
    finish();
}

void HttpExchange::finish()
{
    m_deadline.stop();
    Q_EMIT finished();
}

} // namespace Tideline::Rest
