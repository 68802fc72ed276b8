// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QFuture>
#include <QtCore/QObject>
#include <QtCore/QProcess>
#include <QtCore/QPromise>
#include <QtCore/QStringList>
#include <QtCore/QTimer>

#include <chrono>
#include <functional>

namespace Tideline::Cli {

// One run of the program that prints a token. It lives on the thread that started it, which needs an event loop, and
// deletes itself when it is done or the thread ends.
class TokenCommand : public QObject
{
    Q_OBJECT

public:
    using Listener = std::function<void(const QString &token)>; // called before the future is fulfilled

    static QFuture<Result<QString>> run(const QStringList &words, std::chrono::milliseconds timeout,
                                        const Listener &listener);
    ~TokenCommand() override;

private:
    TokenCommand(const QStringList &words, std::chrono::milliseconds timeout, const Listener &listener);
    void read();
    void finish(const Result<QString> &token);
    void fail(const QString &what);
    void processFinished(int exitCode, QProcess::ExitStatus status);
    void processFailed(QProcess::ProcessError error);

    QPromise<Result<QString>> m_promise;
    Listener m_listener;
    QProcess m_process;
    QTimer m_timeout;
    QString m_program;
    QByteArray m_output;
    bool m_isDone = false;
};

} // namespace Tideline::Cli
