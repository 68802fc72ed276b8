// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QUrl>
#include <QtNetwork/QTcpServer>

namespace Tideline {

// An HTTP server that answers each request with the next bytes of its script, whatever was asked. It records what came.
class ScriptedServer : public QObject
{
    Q_OBJECT

public:
    enum class Afterwards { KeepOpen, Close, SendForEver };

    ScriptedServer();

    QUrl url() const;
    void answer(const QByteArray &bytes, Afterwards afterwards = Afterwards::KeepOpen);
    // A whole reply with a JSON body.
    void answerJson(int status, const QByteArray &body, const QList<QByteArray> &headers = {});
    // Ends what is sent for ever, and leaves out the answers that were not asked for.
    void forget();
    const QList<QByteArray> &requests() const { return m_requests; }

Q_SIGNALS:
    void flooded(qint64 bytes); // so many more have left of what is sent for ever

private:
    struct Step
    {
        QByteArray bytes;
        Afterwards afterwards = Afterwards::KeepOpen;
    };

    void accept();
    void read(QTcpSocket *socket);

    QTcpServer m_server{this}; // moves to another thread with it
    QList<Step> m_script;
    QHash<QTcpSocket *, QByteArray> m_received;
    QList<QByteArray> m_requests;
};

} // namespace Tideline
