// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clientprocess.h"

#include <tideline/core/json.h>

#include <csignal>

namespace Tideline {

namespace {

constexpr int patience = 120000; // milliseconds

} // namespace

ClientProcess::ClientProcess()
{
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(QStringLiteral(TIDELINE_FAULT_CLIENT), {});
}

ClientProcess::~ClientProcess()
{
    kill();
    m_process.closeWriteChannel();
    m_process.waitForFinished();
}

ClientLife ClientProcess::run(const QVariantMap &order)
{
    start(order);
    while (!m_life.isOver()) {
        if (!m_process.canReadLine() && !m_process.waitForReadyRead(patience))
            qFatal("the client says nothing more");
        life();
    }
    return m_life;
}

void ClientProcess::start(const QVariantMap &order)
{
    m_life = {};
    m_process.write(Json::toText(order) + '\n');
    while (m_process.bytesToWrite() > 0 && m_process.waitForBytesWritten(patience)) {
    }
}

const ClientLife &ClientProcess::life(int milliseconds)
{
    if (milliseconds > 0 && !m_process.canReadLine())
        m_process.waitForReadyRead(milliseconds);
    while (m_process.canReadLine()) {
        const QString line = QString::fromUtf8(m_process.readLine()).trimmed();
        const QString word = line.section(QLatin1Char(' '), 0, 0);
        const QString rest = line.section(QLatin1Char(' '), 1);
        if (word == QStringLiteral("acknowledged"))
            m_life.acknowledged.append(rest);
        else if (word == QStringLiteral("failed"))
            m_life.failures.append(rest);
        else if (word == QStringLiteral("started"))
            m_life.processId = rest.toLongLong();
        else if (word == QStringLiteral("steps"))
            m_life.steps = rest.toLongLong();
        else if (word == QStringLiteral("ended"))
            m_life.exitCode = rest.toInt();
        else if (word == QStringLiteral("killed"))
            m_life.signal = rest.toInt();
        else
            m_life.marks.append(line);
    }
    return m_life;
}

void ClientProcess::kill()
{
    life();
    if (m_life.processId > 0 && !m_life.isOver())
        ::kill(static_cast<pid_t>(m_life.processId), SIGKILL);
}

} // namespace Tideline
