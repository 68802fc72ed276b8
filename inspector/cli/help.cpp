// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "help.h"

#include "commands.h"

namespace Tideline::Cli {

namespace {

QString commandHelp(const CommandInfo &command)
{
    QString text;
    for (const QString &synopsis : command.synopsis)
        text += QStringLiteral("%1 tideline --config FILE %2\n")
                    .arg(text.isEmpty() ? QStringLiteral("Usage:") : QStringLiteral("      "), synopsis);
    return text + QStringLiteral("\n%1.\n").arg(command.summary);
}

QString commandList()
{
    QString text;
    for (const CommandInfo &command : commands())
        text += QStringLiteral("  %1 %2\n").arg(command.name, -10).arg(command.summary);
    return text;
}

} // namespace

QString helpText(const QString &command)
{
    if (const CommandInfo *info = findCommand(command))
        return commandHelp(*info);
    return QStringLiteral(R"(Usage: tideline --config FILE [options] COMMAND [arguments]

Works on a Tideline database: writes offline, syncs with the server, shows and repairs the queue.

Commands (tideline COMMAND --help tells more):
%1
Options, before or behind the command:
  --config FILE  the configuration, sync.json
  --json         print one JSON document instead of text
  --events       print every event as it happens, one line of JSON each
  --verbose      tell the progress on stderr
  --unmask       show sensitive fields in listings and answers
  --now          drain, pull, sync: ignore back-off and Retry-After
  --wait 30s     drain, pull, sync: go on with retries until the queue is empty or the time is over
  --for 10s      watch: stop after this time
  --help, --version
  --             ends the options, for an id that begins with -

An ID is the literal text of the key, and a JSON array for a composite key. write -, patch - and remove - read lines
of {"table": ..., "id": ..., "data": {...}} and answer each as soon as it is on disk. Times take ms, s, min, h or d.

Examples:
  tideline --config sync.json init
  tideline --config sync.json write tasks 7 '{"title": "Water the plants"}'
  tideline --config sync.json patch memberships '["7","ann"]' '{"role": "editor"}'
  tideline --config sync.json sync --wait 30s
  tideline --config sync.json dead --json
  tideline --config sync.json resolve CONFLICT local

Exit codes: 0 fine; 1 (drain pull sync watch status) fine, but work is left: offline, waiting, dead letters, open
conflicts; 2 refused or stuck: authentication, invalid input, not found; 3 the database cannot be opened or read; 64
usage or configuration.
)")
        .arg(commandList());
}

} // namespace Tideline::Cli
