// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "session.h"

#include "commands.h"
#include "progress.h"

namespace Tideline::Cli {

Session::Session(const Options &options, const SyncJson &config, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_engine(config.setup())
{
    if (m_options.wantsEvents)
        connect(&m_engine, &SyncEngine::eventOccurred, this, &Session::printEvent);
    Progress::showOn(m_engine, m_options.isVerbose, this);
}

void Session::start()
{
    if (const Result<void> opened = m_engine.open(); !opened)
        return fail(opened.failure());
    findCommand(m_options.command)->run(*this);
}

QStringList Session::maskedFields() const
{
    return m_options.isUnmasked ? QStringList() : m_engine.config().sensitiveFields;
}

void Session::finish(ExitCode code)
{
    if (m_isFinished)
        return;
    m_isFinished = true;
    // Queued, so that events that were posted before are still printed.
    QMetaObject::invokeMethod(
        this, [this, code] { Q_EMIT finished(static_cast<int>(code)); }, Qt::QueuedConnection);
}

void Session::fail(const Failure &failure)
{
    complain(failure.detail);
    // What cannot be printed here was told above.
    if (m_options.isJson)
        static_cast<void>(m_output.document(failure.toVariantMap()).ok());
    finish(exitCodeOf(failure));
}

void Session::answer(const QVariantMap &document, const QString &text, ExitCode code)
{
    if (m_options.isJson)
        finishPrinting(m_output.document(document), code);
    else
        finishPrinting(text.isEmpty() ? Result<void>() : m_output.text(text), code);
}

void Session::answer(const QVariant &plainJson, ExitCode code)
{
    finishPrinting(m_output.json(plainJson), code);
}

void Session::finishPrinting(const Result<void> &printed, ExitCode code)
{
    if (printed)
        return finish(code);
    complain(printed.failure().detail);
    finish(exitCodeOf(printed.failure()));
}

void Session::printEvent(const SyncEvent &event)
{
    if (const Result<void> printed = m_output.json(event.toVariantMap()); !printed) {
        complain(printed.failure().detail);
        finish(exitCodeOf(printed.failure()));
    }
}

} // namespace Tideline::Cli
