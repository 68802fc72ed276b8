// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "httpfault.h"

namespace Tideline {

namespace {

QString toText(HttpFault::ResetAt at)
{
    switch (at) {
    case HttpFault::ResetAt::Connection:
        return QStringLiteral("connection");
    case HttpFault::ResetAt::Head:
        return QStringLiteral("head");
    case HttpFault::ResetAt::Request:
        return QStringLiteral("request");
    }
    Q_UNREACHABLE();
    return {};
}

QString toText(HttpFault::Ending ending)
{
    return ending == HttpFault::Ending::Reset ? QStringLiteral("reset") : QStringLiteral("end");
}

QJsonObject pace(HttpFault::Towards towards, int bytes, std::chrono::milliseconds interval)
{
    return {{QStringLiteral("towards"),
             towards == HttpFault::Towards::Server ? QStringLiteral("server") : QStringLiteral("client")},
            {QStringLiteral("bytes"), bytes},
            {QStringLiteral("ms"), static_cast<qint64>(interval.count())}};
}

QJsonObject toJson(const HttpFault::Headers &headers)
{
    QJsonObject json;
    for (const auto &[name, value] : headers)
        json.insert(name, value);
    return json;
}

} // namespace

HttpFault::HttpFault(const QString &kind, const QJsonObject &parameters)
    : m_fault(parameters)
{
    m_fault.insert(QStringLiteral("kind"), kind);
}

HttpFault HttpFault::reset(ResetAt at)
{
    return HttpFault(QStringLiteral("reset"), {{QStringLiteral("at"), toText(at)}});
}

HttpFault HttpFault::refuse(std::optional<std::chrono::milliseconds> time)
{
    QJsonObject parameters;
    if (time)
        parameters.insert(QStringLiteral("ms"), static_cast<qint64>(time->count()));
    return HttpFault(QStringLiteral("refuse"), parameters);
}

HttpFault HttpFault::hang(HangAt at)
{
    const QString place = at == HangAt::Reply ? QStringLiteral("reply") : QStringLiteral("request");
    return HttpFault(QStringLiteral("hang"), {{QStringLiteral("at"), place}});
}

HttpFault HttpFault::drip(Towards towards, int bytes, std::chrono::milliseconds interval)
{
    return HttpFault(QStringLiteral("drip"), pace(towards, bytes, interval));
}

HttpFault HttpFault::throttle(Towards towards, int bytesPerSecond)
{
    constexpr int partsPerSecond = 50;
    return drip(towards, qMax(1, bytesPerSecond / partsPerSecond), std::chrono::milliseconds(1000 / partsPerSecond));
}

HttpFault HttpFault::cutRequest(int at, Ending ending)
{
    return HttpFault(QStringLiteral("cutRequest"),
                     {{QStringLiteral("at"), at}, {QStringLiteral("ending"), toText(ending)}});
}

HttpFault HttpFault::cutReply(int at, Ending ending)
{
    return HttpFault(QStringLiteral("cutReply"),
                     {{QStringLiteral("at"), at}, {QStringLiteral("ending"), toText(ending)}});
}

HttpFault HttpFault::dropReply()
{
    return HttpFault(QStringLiteral("dropReply"));
}

HttpFault HttpFault::duplicate(Answer answer)
{
    return HttpFault(QStringLiteral("duplicate"), {{QStringLiteral("answer"), answer == Answer::Second ? 2 : 1}});
}

HttpFault HttpFault::replayLater()
{
    return HttpFault(QStringLiteral("duplicate"), {{QStringLiteral("isLate"), true}});
}

HttpFault HttpFault::answer(int status, const QByteArray &body, const Headers &headers)
{
    return HttpFault(QStringLiteral("rewrite"), {{QStringLiteral("status"), status},
                                                 {QStringLiteral("body"), QString::fromUtf8(body)},
                                                 {QStringLiteral("headers"), toJson(headers)}});
}

HttpFault HttpFault::answerJson(int status, const QByteArray &body, const Headers &headers)
{
    return answer(status, body,
                  Headers{{QStringLiteral("Content-Type"), QStringLiteral("application/json")}} + headers);
}

HttpFault HttpFault::captivePortal()
{
    return answer(200, QByteArrayLiteral("<!doctype html><title>Welcome</title><p>Please sign in to this network."),
                  {{QStringLiteral("Content-Type"), QStringLiteral("text/html; charset=utf-8")}});
}

HttpFault HttpFault::redirect(int status, const QUrl &target)
{
    return answer(status, {}, {{QStringLiteral("Location"), target.toString(QUrl::FullyEncoded)}});
}

HttpFault HttpFault::shortenBody(int bytes)
{
    return HttpFault(QStringLiteral("rewrite"), {{QStringLiteral("asks"), true}, {QStringLiteral("keep"), bytes}});
}

HttpFault HttpFault::replaceHeaders(const Headers &headers)
{
    return HttpFault(QStringLiteral("rewrite"),
                     {{QStringLiteral("asks"), true}, {QStringLiteral("headers"), toJson(headers)}});
}

HttpFault HttpFault::endless()
{
    return HttpFault(QStringLiteral("endless"));
}

HttpFault HttpFault::endlessDrip(int bytes, std::chrono::milliseconds interval)
{
    return HttpFault(QStringLiteral("endless"), pace(Towards::Client, bytes, interval));
}

HttpFault &HttpFault::on(const QString &method, const QString &path)
{
    m_match.insert(QStringLiteral("method"), method);
    m_match.insert(QStringLiteral("path"), path);
    return *this;
}

HttpFault &HttpFault::ordinal(int number)
{
    m_match.insert(QStringLiteral("ordinal"), number);
    return *this;
}

HttpFault &HttpFault::from(int number)
{
    m_match.insert(QStringLiteral("first"), number);
    return *this;
}

HttpFault &HttpFault::every(int step)
{
    m_match.insert(QStringLiteral("every"), step);
    return *this;
}

HttpFault &HttpFault::times(int count)
{
    m_match.insert(QStringLiteral("times"), count);
    return *this;
}

HttpFault &HttpFault::during(std::chrono::milliseconds time)
{
    m_match.insert(QStringLiteral("ms"), static_cast<qint64>(time.count()));
    return *this;
}

QJsonObject HttpFault::command() const
{
    return {{QStringLiteral("do"), QStringLiteral("add")},
            {QStringLiteral("match"), m_match},
            {QStringLiteral("fault"), m_fault}};
}

} // namespace Tideline
