// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "httpfault.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QProcess>

namespace Tideline {

// An HTTP proxy in front of a real server that does to requests what bad networks do: the C++ face of faultproxy.js. It
// records whatever comes. The calls block for the few milliseconds until the proxy has done what they ask; what is told
// meanwhile is recorded. The proxy ends with the object, or with the process however that ends.
class FaultProxy : public QObject
{
    Q_OBJECT

public:
    class Request
    {
    public:
        int ordinal = 0; // from 1 on
        QByteArray method;
        QByteArray path;                       // with its query, as it was sent
        QHash<QByteArray, QByteArray> headers; // names in lower case; no Authorization
        bool hasAuthorization = false;
        QByteArray authorizationDigest; // SHA-256 of that header, in hexadecimal
        QByteArray body;
        QString fault;             // its kind, "pass" where there was none
        bool isHeld = false;       // until release()
        bool isDone = false;       // the following two are final, but for a replay
        QList<int> serverStatuses; // of what the server answered, each time that it got the request
        int status = 0;            // as the client got it; 0: it got no reply
        qint64 replyBytes = 0;     // of the body
        QByteArray reply;          // the body, after keepReplies()
    };

    explicit FaultProxy(QObject *parent = nullptr);
    ~FaultProxy() override;

    // False: error() says why.
    bool start(const QUrl &upstream);
    // Of the last call.
    QString error() const { return m_error; }

    QUrl url() const;
    // Of the second port, to which redirects lead. Nothing must ever come there.
    QUrl strayUrl(const QString &host = QStringLiteral("127.0.0.1")) const;

    // The first fault that was added and whose conditions a request fulfils befalls it.
    bool add(const HttpFault &fault);
    // No faults from now on; requests that are held back stay without an answer.
    bool clear();
    // Requests that are held back go on.
    bool release();
    // Connections end, and no new one is accepted.
    bool refuse();
    bool accept();
    // From now on records hold the bodies of replies.
    bool keepReplies();

    // Everything that has come by now.
    QList<Request> requests();
    QList<Request> strayRequests();
    // Forgets the records, not the numbering.
    void forget();
    qint64 processId() const { return m_process.processId(); }

Q_SIGNALS:
    void requestArrived(int ordinal);
    void requestHeld(int ordinal);

private:
    bool command(const QJsonObject &command);
    bool command(const QString &word);
    void read();
    void take(const QJsonObject &record);

    QProcess m_process;
    QString m_error;
    int m_port = 0;
    int m_strayPort = 0;
    int m_answered = 0; // commands
    QList<Request> m_requests;
    QList<Request> m_strays;
};

} // namespace Tideline
