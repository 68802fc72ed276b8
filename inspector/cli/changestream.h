// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "linesplitter.h"

#include <tideline/engine/syncreport.h>

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

namespace Tideline::Cli {

class Session;

// Changes on standard input, one JSON object a line; each is answered as soon as it is on disk.
class ChangeStream : public QObject
{
    Q_OBJECT

public:
    enum class Kind { Write, Patch, Remove };

    static void run(Session &session, Kind kind);

private:
    ChangeStream(Session &session, Kind kind);
    void read();
    bool handle(const LineSplitter::Line &line); // false: the answer could not be given, stop
    WriteResult apply(const LineSplitter::Line &line, QVariantMap *answer);
    void end();

    Session &m_session;
    Kind m_kind;
    LineSplitter m_lines;
    QSocketNotifier m_input;
    bool m_isAnyRefused = false;
};

} // namespace Tideline::Cli
