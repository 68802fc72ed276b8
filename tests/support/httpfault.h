// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QUrl>

#include <chrono>
#include <optional>
#include <utility>

namespace Tideline {

// What a FaultProxy does to a request, and to which requests. Without a condition it befalls all of them, for ever:
//   HttpFault::dropReply().on("POST", "^/notes").from(2).every(3).times(1)
class HttpFault
{
public:
    using Headers = QList<std::pair<QString, QString>>;
    enum class ResetAt { Connection, Head, Request }; // a new one, before the body was read, when all was read
    enum class HangAt { Request, Reply };             // the server has not seen it, the server has done it
    enum class Towards { Server, Client };
    enum class Ending { Close, Reset };
    enum class Answer { First, Second };

    static HttpFault reset(ResetAt at);
    // The port closes with the request, and opens after that time, or by FaultProxy::accept().
    static HttpFault refuse(std::optional<std::chrono::milliseconds> time = {});
    // Until FaultProxy::release().
    static HttpFault hang(HangAt at = HangAt::Request);
    static HttpFault drip(Towards towards, int bytes, std::chrono::milliseconds interval);
    static HttpFault throttle(Towards towards, int bytesPerSecond);
    // Positions count from the first byte of the head.
    static HttpFault cutRequest(int at, Ending ending = Ending::Close);
    static HttpFault cutReply(int at, Ending ending = Ending::Close);
    // The server has done it.
    static HttpFault dropReply();
    static HttpFault duplicate(Answer answer = Answer::First);
    // The server gets it once more by FaultProxy::release().
    static HttpFault replayLater();
    // Answers without asking the server.
    static HttpFault answer(int status, const QByteArray &body, const Headers &headers = {});
    static HttpFault answerJson(int status, const QByteArray &body, const Headers &headers = {});
    // A web page, as the network of a hotel gives it.
    static HttpFault captivePortal();
    static HttpFault redirect(int status, const QUrl &target);
    // The server's answer, with so many bytes of its body, as if they were all.
    static HttpFault shortenBody(int bytes);
    // The server's answer, with other headers.
    static HttpFault replaceHeaders(const Headers &headers);
    // 200, and a body without an end.
    static HttpFault endless();
    static HttpFault endlessDrip(int bytes, std::chrono::milliseconds interval);

    // The regular expression is for the path with its query.
    HttpFault &on(const QString &method, const QString &path = {});
    // Only the request with this number; FaultProxy counts from 1.
    HttpFault &ordinal(int number);
    // Of the requests that match, from this one on (the first is 1).
    HttpFault &from(int number);
    HttpFault &every(int step);
    HttpFault &times(int count);
    HttpFault &during(std::chrono::milliseconds time);

    QJsonObject command() const;

private:
    explicit HttpFault(const QString &kind, const QJsonObject &parameters = {});

    QJsonObject m_fault;
    QJsonObject m_match;
};

} // namespace Tideline
