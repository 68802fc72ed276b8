// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "exitcode.h"
#include "options.h"
#include "output.h"
#include "syncjson.h"

#include <QtCore/QObject>

namespace Tideline::Cli {

// One run of one command: the options, the engine on the configured database, and how it ends.
class Session : public QObject
{
    Q_OBJECT

public:
    Session(const Options &options, const SyncJson &config, QObject *parent = nullptr);

    // Opens the database and runs the command; finished() comes later, never from within.
    void start();

    const Options &options() const { return m_options; }
    SyncEngine &engine() { return m_engine; }
    Storage &storage() { return *m_engine.storage(); } // open while a command runs
    Output &output() { return m_output; }
    // The fields that this run must not show.
    QStringList maskedFields() const;

    void finish(ExitCode code);
    void fail(const Failure &failure); // tells it and finishes
    // Prints the document with --json, else the text (unless it is empty), then finishes.
    void answer(const QVariantMap &document, const QString &text, ExitCode code = ExitCode::Fine);
    void answer(const QVariant &plainJson, ExitCode code); // the value itself, whatever the options say

Q_SIGNALS:
    void finished(int exitCode);

private:
    void finishPrinting(const Result<void> &printed, ExitCode code);
    void printEvent(const SyncEvent &event);

    Options m_options;
    SyncEngine m_engine;
    Output m_output;
    bool m_isFinished = false;
};

} // namespace Tideline::Cli
