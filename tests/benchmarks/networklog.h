// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QUrl>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>

#include <memory>

// What went over a network. Written on the worker's thread; to be read when a round's future is fulfilled.
class NetworkLog
{
public:
    class Request
    {
    public:
        QByteArray method;
        QUrl url;
        QList<QNetworkReply::RawHeaderPair> headers;
        QByteArray body;
    };
    QList<Request> requests;
    qint64 bytes = 0; // of the bodies both ways

    void clear() { *this = NetworkLog(); }
};

class LoggingNetwork : public QNetworkAccessManager
{
public:
    explicit LoggingNetwork(std::shared_ptr<NetworkLog> log)
        : m_log(std::move(log))
    {
    }

protected:
    QNetworkReply *createRequest(Operation operation, const QNetworkRequest &request, QIODevice *data) override
    {
        NetworkLog::Request logged;
        logged.method = request.attribute(QNetworkRequest::CustomVerbAttribute).toByteArray();
        logged.url = request.url();
        const QList<QByteArray> names = request.rawHeaderList();
        for (const QByteArray &name : names)
            logged.headers.append({name, request.rawHeader(name)});
        if (data)
            logged.body = data->peek(data->size());
        m_log->bytes += logged.body.size();
        m_log->requests.append(logged);

        QNetworkReply *reply = QNetworkAccessManager::createRequest(operation, request, data);
        connect(reply, &QNetworkReply::downloadProgress, this,
                [log = m_log, last = qint64(0)](qint64 received) mutable {
                    log->bytes += received - std::exchange(last, received);
                });
        return reply;
    }

private:
    std::shared_ptr<NetworkLog> m_log;
};
