// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultproxy.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <algorithm>

namespace Tideline {

namespace {

constexpr int patience = 20000; // milliseconds; a busy machine

FaultProxy::Request toRequest(const QJsonObject &record)
{
    FaultProxy::Request request;
    request.ordinal = record.value(QStringLiteral("ordinal")).toInt();
    request.method = record.value(QStringLiteral("method")).toString().toLatin1();
    request.path = record.value(QStringLiteral("path")).toString().toUtf8();
    const QJsonObject headers = record.value(QStringLiteral("headers")).toObject();
    for (auto it = headers.begin(); it != headers.end(); ++it)
        request.headers.insert(it.key().toLatin1(), it.value().toString().toUtf8());
    request.hasAuthorization = record.value(QStringLiteral("hasAuthorization")).toBool();
    request.authorizationDigest = record.value(QStringLiteral("authorizationDigest")).toString().toLatin1();
    request.body = record.value(QStringLiteral("body")).toString().toUtf8();
    request.fault = record.value(QStringLiteral("fault")).toString();
    return request;
}

} // namespace

FaultProxy::FaultProxy(QObject *parent)
    : QObject(parent)
{
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &FaultProxy::read);
}

FaultProxy::~FaultProxy()
{
    m_process.closeWriteChannel();
    if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(patience)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

bool FaultProxy::start(const QUrl &upstream)
{
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(QStringLiteral("node"), {QStringLiteral(TIDELINE_FAULTPROXY_SCRIPT), upstream.toString()});
    QDeadlineTimer deadline(patience);
    while (m_port == 0 && m_process.state() != QProcess::NotRunning && !deadline.hasExpired()) {
        m_process.waitForReadyRead(static_cast<int>(deadline.remainingTime()));
        read();
    }
    m_error = m_port == 0 ? QStringLiteral("The fault proxy does not start. Is Node.js installed?") : QString();
    return m_port != 0;
}

QUrl FaultProxy::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_port));
}

QUrl FaultProxy::strayUrl(const QString &host) const
{
    return QUrl(QStringLiteral("http://%1:%2").arg(host).arg(m_strayPort));
}

bool FaultProxy::add(const HttpFault &fault)
{
    return command(fault.command());
}

bool FaultProxy::clear()
{
    return command(QStringLiteral("clear"));
}

bool FaultProxy::release()
{
    return command(QStringLiteral("release"));
}

bool FaultProxy::refuse()
{
    return command(QStringLiteral("refuse"));
}

bool FaultProxy::accept()
{
    return command(QStringLiteral("accept"));
}

bool FaultProxy::keepReplies()
{
    return command(QStringLiteral("keep"));
}

QList<FaultProxy::Request> FaultProxy::requests()
{
    command(QStringLiteral("ping"));
    return m_requests;
}

QList<FaultProxy::Request> FaultProxy::strayRequests()
{
    command(QStringLiteral("ping"));
    return m_strays;
}

void FaultProxy::forget()
{
    command(QStringLiteral("ping"));
    m_requests.clear();
    m_strays.clear();
}

bool FaultProxy::command(const QString &word)
{
    return command(QJsonObject{{QStringLiteral("do"), word}});
}

bool FaultProxy::command(const QJsonObject &command)
{
    m_error.clear();
    const int before = m_answered;
    m_process.write(QJsonDocument(command).toJson(QJsonDocument::Compact) + '\n');
    QDeadlineTimer deadline(patience);
    while (m_answered == before && m_process.state() != QProcess::NotRunning && !deadline.hasExpired()) {
        m_process.waitForReadyRead(static_cast<int>(deadline.remainingTime()));
        read(); // the signal does not come when this is called from a slot of it
    }
    if (m_answered == before)
        m_error = QStringLiteral("The fault proxy does not answer.");
    return m_error.isEmpty();
}

void FaultProxy::read()
{
    while (m_process.canReadLine())
        take(QJsonDocument::fromJson(m_process.readLine()).object());
}

void FaultProxy::take(const QJsonObject &record)
{
    const QString type = record.value(QStringLiteral("type")).toString();
    const int ordinal = record.value(QStringLiteral("ordinal")).toInt();
    const auto known = std::find_if(m_requests.begin(), m_requests.end(),
                                    [&](const Request &request) { return request.ordinal == ordinal; });
    if (type == QLatin1String("ready")) {
        m_port = record.value(QStringLiteral("port")).toInt();
        m_strayPort = record.value(QStringLiteral("strayPort")).toInt();
    } else if (type == QLatin1String("ok") || type == QLatin1String("error")) {
        m_error = record.value(QStringLiteral("message")).toString();
        ++m_answered;
    } else if (type == QLatin1String("stray")) {
        m_strays.append(toRequest(record));
    } else if (type == QLatin1String("request")) {
        m_requests.append(toRequest(record));
        Q_EMIT requestArrived(ordinal);
    } else if (type == QLatin1String("held")) {
        if (known != m_requests.end())
            known->isHeld = true;
        Q_EMIT requestHeld(ordinal);
    } else if (type == QLatin1String("done") && known != m_requests.end()) {
        known->isHeld = false;
        known->isDone = true;
        known->serverStatuses.clear();
        const QJsonArray statuses = record.value(QStringLiteral("serverStatuses")).toArray();
        for (const QJsonValue &status : statuses)
            known->serverStatuses.append(status.toInt());
        known->status = record.value(QStringLiteral("status")).toInt();
        known->replyBytes = record.value(QStringLiteral("bytes")).toInteger();
        known->reply = record.value(QStringLiteral("reply")).toString().toUtf8();
    }
}

} // namespace Tideline
