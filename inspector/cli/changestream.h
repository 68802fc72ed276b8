// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "linesplitter.h"

#include <tideline/engine/syncreport.h>

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

namespace Tideline::Cli {

class Session;

// Changes on standard input, one JSON object a line; each is answered as soon as it is on disk. What waits there
// together is stored in one transaction.
class ChangeStream : public QObject
{
    Q_OBJECT

public:
    enum class Kind { Write, Patch, Remove };

    static void run(Session &session, Kind kind);

private:
    ChangeStream(Session &session, Kind kind);
    // A line: the change that it asks for, or why it is none, and what is said about it.
    struct Item
    {
        RecordChange change;
        WriteResult result;
        QVariantMap answer;
    };

    void read();
    void end();
    void add(const LineSplitter::Line &line);
    Item parsed(const LineSplitter::Line &line) const;
    bool flush(); // false: an answer could not be given, stop
    void store();
    WriteResult storeAlone(const RecordChange &change);
    bool answer(Item *item);

    Session &m_session;
    Kind m_kind;
    LineSplitter m_lines;
    QSocketNotifier m_input;
    QList<Item> m_items; // read and not stored yet
    bool m_isAnyRefused = false;
};

} // namespace Tideline::Cli
