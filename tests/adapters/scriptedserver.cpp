// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "scriptedserver.h"

#include <QtNetwork/QTcpSocket>

namespace Tideline {

ScriptedServer::ScriptedServer()
{
    connect(&m_server, &QTcpServer::newConnection, this, &ScriptedServer::accept);
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("no port to listen on");
}

QUrl ScriptedServer::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1/rest/v1").arg(m_server.serverPort()));
}

void ScriptedServer::answer(const QByteArray &bytes, Afterwards afterwards)
{
    m_script.append({bytes, afterwards});
}

void ScriptedServer::answerJson(int status, const QByteArray &body, const QList<QByteArray> &headers)
{
    QByteArray bytes = "HTTP/1.1 " + QByteArray::number(status) + " Status\r\nContent-Type: application/json\r\n";
    bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    for (const QByteArray &header : headers)
        bytes += header + "\r\n";
    answer(bytes + "\r\n" + body);
}

void ScriptedServer::forget()
{
    m_script.clear();
    const QList<QTcpSocket *> sockets = m_server.findChildren<QTcpSocket *>();
    m_received.clear();
    for (QTcpSocket *socket : sockets)
        socket->abort();
}

void ScriptedServer::accept()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }
}

void ScriptedServer::read(QTcpSocket *socket)
{
    QByteArray &received = m_received[socket];
    received += socket->readAll();
    const qsizetype head = received.indexOf("\r\n\r\n");
    if (head < 0)
        return;
    qsizetype length = 0;
    const QList<QByteArray> lines = received.left(head).split('\n');
    for (const QByteArray &line : lines) {
        if (line.toLower().startsWith("content-length:"))
            length = line.mid(15).trimmed().toLongLong();
    }
    if (received.size() < head + 4 + length)
        return;
    m_requests.append(received);
    received.clear();
    if (m_script.isEmpty())
        return; // it hangs
    const Step step = m_script.takeFirst();
    socket->write(step.bytes);
    if (step.afterwards == Afterwards::Close)
        socket->disconnectFromHost();
    if (step.afterwards == Afterwards::SendForEver) {
        const QByteArray more(64 * 1024, ' ');
        connect(socket, &QTcpSocket::bytesWritten, this, &ScriptedServer::flooded);
        connect(socket, &QTcpSocket::bytesWritten, socket, [socket, more] {
            if (socket->bytesToWrite() < 4 * more.size())
                socket->write(more);
        });
        socket->write(more);
    }
}

} // namespace Tideline
