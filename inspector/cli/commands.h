// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QStringList>

namespace Tideline::Cli {

class Session;

// One command: what the help says, what the command line may hold, what runs. run() ends the session, at once or later.
class CommandInfo
{
public:
    QString name;
    QStringList synopsis;
    QString summary;
    int leastArguments = 0;
    int mostArguments = 0; // below 0: any number
    QStringList options;
    void (*run)(Session &session) = nullptr;
};

const QList<CommandInfo> &commands(); // in the order of the help
const CommandInfo *findCommand(const QString &name);
QStringList commandNames();
// Why a command of a later version cannot run yet; empty for any other word.
QString laterCommand(const QString &name);

} // namespace Tideline::Cli
