// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "tokencommand.h"

#include "tokensource.h"

#include <QtCore/QThread>

namespace Tideline::Cli {

namespace {
constexpr qsizetype maximumOutput = 64LL * 1024;
}

QFuture<Result<QString>> TokenCommand::run(const QStringList &words, std::chrono::milliseconds timeout,
                                           const Listener &listener)
{
    auto *command = new TokenCommand(words, timeout, listener);
    QFuture<Result<QString>> future = command->m_promise.future();
    command->m_process.start(QIODevice::ReadOnly); // may fail, and delete the command, at once
    return future;
}

TokenCommand::TokenCommand(const QStringList &words, std::chrono::milliseconds timeout, const Listener &listener)
    : m_listener(listener)
    , m_program(words.constFirst())
{
    m_promise.start();
    m_process.setProgram(m_program);
    m_process.setArguments(words.mid(1));
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(QProcess::nullDevice()); // it may hold secrets
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &TokenCommand::read);
    connect(&m_process, &QProcess::finished, this, &TokenCommand::processFinished);
    connect(&m_process, &QProcess::errorOccurred, this, &TokenCommand::processFailed);
    connect(QThread::currentThread(), &QThread::finished, this, &QObject::deleteLater);
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, [this] { fail(QStringLiteral("did not end in time")); });
    m_timeout.start(timeout);
}

TokenCommand::~TokenCommand()
{
    m_process.disconnect(this);
    if (m_process.state() != QProcess::NotRunning) {
        m_process.kill();
        m_process.waitForFinished(1000); // it was killed: only its exit is awaited
    }
    finish(Failure(Failure::Code::Cancelled, QStringLiteral("The token command was stopped.")));
}

void TokenCommand::read()
{
    m_output += m_process.readAllStandardOutput();
    if (m_output.size() > maximumOutput)
        fail(QStringLiteral("printed more than a token"));
}

void TokenCommand::processFinished(int exitCode, QProcess::ExitStatus status)
{
    read();
    const QString token = QString::fromUtf8(m_output).trimmed();
    if (status == QProcess::CrashExit)
        fail(QStringLiteral("was ended by a signal"));
    else if (exitCode != 0)
        fail(QStringLiteral("failed with exit code %1").arg(exitCode));
    else if (token.isEmpty() || !isHeaderText(token))
        fail(QStringLiteral("printed no token"));
    else
        finish(token);
}

void TokenCommand::processFailed(QProcess::ProcessError error)
{
    if (error == QProcess::FailedToStart)
        fail(QStringLiteral("could not be started"));
}

void TokenCommand::fail(const QString &what)
{
    finish(Failure(Failure::Code::AuthExpired,
                   QStringLiteral("The token command %1 %2. Run it by hand to see why; it must print the bearer token "
                                  "and exit with 0.")
                       .arg(m_program, what)));
}

void TokenCommand::finish(const Result<QString> &token)
{
    if (m_isDone)
        return;
    m_isDone = true;
    m_timeout.stop();
    if (token)
        m_listener(*token);
    m_promise.addResult(token);
    m_promise.finish();
    deleteLater();
}

} // namespace Tideline::Cli
