// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QProcess>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

namespace Tideline {

// What one life of a client has told.
class ClientLife
{
public:
    QStringList acknowledged; // entry ids
    QStringList failures;
    QStringList marks; // everything else
    qint64 processId = 0;
    qint64 steps = 0; // that the killer counted, where it did not strike
    int exitCode = -1;
    int signal = 0; // that killed it

    bool isOver() const { return exitCode >= 0 || signal != 0; }
    bool isDraining() const
    {
        return marks.lastIndexOf(QStringLiteral("draining")) > marks.lastIndexOf(QStringLiteral("resting"));
    }
};

// The program fault_client. One order at a time.
class ClientProcess
{
public:
    ClientProcess();
    ~ClientProcess();
    Q_DISABLE_COPY_MOVE(ClientProcess)

    // To its end.
    ClientLife run(const QVariantMap &order);

    void start(const QVariantMap &order);
    // What has come so far; waits for at most this long for more.
    const ClientLife &life(int milliseconds = 0);
    void kill();

private:
    QProcess m_process;
    ClientLife m_life;
};

} // namespace Tideline
