// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/httpmessage.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>
#include <QtNetwork/QNetworkReply>

#include <memory>

class QNetworkAccessManager;

namespace Tideline::Rest {

// One HTTP request. It starts with the object and is aborted with it. No redirect is followed, no cookie kept, nothing
// cached, and both its time and the size of its reply are bounded.
class HttpExchange : public QObject
{
    Q_OBJECT

public:
    HttpExchange(QNetworkAccessManager &network, const HttpRequest &request, const HttpLimits &limits);
    ~HttpExchange() override;

    const HttpReply &reply() const { return m_answer; }

Q_SIGNALS:
    void finished();

private:
    void readHead();
    void readBody();
    void readEnd();
    void giveUp(const Failure &failure);
    void stop();
    void finish();

    struct DeleteLater
    {
        void operator()(QNetworkReply *reply) const { reply->deleteLater(); }
    };

    HttpLimits m_limits;
    HttpReply m_answer;
    QTimer m_deadline;
    std::unique_ptr<QNetworkReply, DeleteLater> m_reply;
};

} // namespace Tideline::Rest
