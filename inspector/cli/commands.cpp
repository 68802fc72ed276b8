// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "commands.h"

#include "listingcommands.h"
#include "repaircommands.h"
#include "roundcommands.h"
#include "sessioncommands.h"
#include "statuscommand.h"
#include "watchcommand.h"
#include "writecommands.h"

#include <algorithm>

namespace Tideline::Cli {

namespace {

const QStringList roundOptions{QStringLiteral("now"), QStringLiteral("wait")};
const QStringList listOptions{QStringLiteral("table"), QStringLiteral("filter"), QStringLiteral("limit")};

} // namespace

const QList<CommandInfo> &commands()
{
    static const QList<CommandInfo> all{
        {QStringLiteral("init"),
         {QStringLiteral("init")},
         QStringLiteral("Make the local tables that are missing, with the server's columns and keys"),
         0,
         0,
         {},
         runInit},
        {QStringLiteral("write"),
         {QStringLiteral("write TABLE ID JSON"), QStringLiteral("write -")},
         QStringLiteral("Store a whole row and queue it"),
         1,
         3,
         {},
         runWrite},
        {QStringLiteral("patch"),
         {QStringLiteral("patch TABLE ID JSON"), QStringLiteral("patch -")},
         QStringLiteral("Change some columns of a row and queue them"),
         1,
         3,
         {},
         runPatch},
        {QStringLiteral("remove"),
         {QStringLiteral("remove TABLE ID"), QStringLiteral("remove -")},
         QStringLiteral("Delete a row (or mark it, with deletedAt) and queue that"),
         1,
         2,
         {},
         runRemove},
        {QStringLiteral("push"),
         {QStringLiteral("push TABLE ID JSON [--operation upsert|patch|delete]")},
         QStringLiteral("Queue a change without a local write"),
         2,
         3,
         {QStringLiteral("operation")},
         runPush},
        {QStringLiteral("get"),
         {QStringLiteral("get TABLE ID")},
         QStringLiteral("Print the local row"),
         2,
         2,
         {},
         runGet},
        {QStringLiteral("rows"),
         {QStringLiteral("rows TABLE [--limit N]")},
         QStringLiteral("Print the local rows"),
         1,
         1,
         {QStringLiteral("limit")},
         runRows},
        {QStringLiteral("drain"),
         {QStringLiteral("drain [--now] [--wait 30s]")},
         QStringLiteral("Send what is queued"),
         0,
         0,
         roundOptions,
         runDrain},
        {QStringLiteral("pull"),
         {QStringLiteral("pull [TABLE...] [--now] [--wait 30s]")},
         QStringLiteral("Fetch what changed on the server"),
         0,
         -1,
         roundOptions,
         runPull},
        {QStringLiteral("sync"),
         {QStringLiteral("sync [--now] [--wait 30s]")},
         QStringLiteral("Drain, then pull"),
         0,
         0,
         roundOptions,
         runSync},
        {QStringLiteral("watch"),
         {QStringLiteral("watch [--for 10s]")},
         QStringLiteral("Stay: drain on writes by any process, pull every pollInterval"),
         0,
         0,
         {QStringLiteral("for")},
         runWatch},
        {QStringLiteral("status"),
         {QStringLiteral("status")},
         QStringLiteral("Where the database stands"),
         0,
         0,
         {},
         runStatus},
        {QStringLiteral("queue"),
         {QStringLiteral("queue [--table T] [--filter TEXT] [--limit N]")},
         QStringLiteral("What waits to be sent, in its order"),
         0,
         0,
         listOptions,
         runQueue},
        {QStringLiteral("dead"),
         {QStringLiteral("dead [--table T] [--filter TEXT] [--limit N]")},
         QStringLiteral("What the server refused, with every attempt"),
         0,
         0,
         listOptions,
         runDead},
        {QStringLiteral("conflicts"),
         {QStringLiteral("conflicts [--table T] [--filter TEXT] [--limit N]")},
         QStringLiteral("Conflicts, settled and open; the newest N"),
         0,
         0,
         listOptions,
         runConflicts},
        {QStringLiteral("cursors"),
         {QStringLiteral("cursors")},
         QStringLiteral("How far each table was pulled"),
         0,
         0,
         {},
         runCursors},
        {QStringLiteral("log"),
         {QStringLiteral("log [--table T] [--filter TEXT] [--limit N]")},
         QStringLiteral("What happened; the newest N"),
         0,
         0,
         listOptions,
         runLog},
        {QStringLiteral("retry"),
         {QStringLiteral("retry ENTRY..."), QStringLiteral("retry --all")},
         QStringLiteral("Queue dead letters again"),
         0,
         -1,
         {QStringLiteral("all")},
         runRetry},
        {QStringLiteral("discard"),
         {QStringLiteral("discard ENTRY... [--revert]")},
         QStringLiteral("Give dead letters up; --revert also takes the server's row"),
         1,
         -1,
         {QStringLiteral("revert")},
         runDiscard},
        {QStringLiteral("edit"),
         {QStringLiteral("edit ENTRY JSON")},
         QStringLiteral("Replace a dead letter's payload and queue it again"),
         2,
         2,
         {},
         runEdit},
        {QStringLiteral("resolve"),
         {QStringLiteral("resolve CONFLICT local|remote|JSON")},
         QStringLiteral("Choose the row to keep on both sides; null deletes it"),
         2,
         2,
         {},
         runResolve},
        {QStringLiteral("logout"),
         {QStringLiteral("logout [--discard-unsynced]")},
         QStringLiteral("Wipe the session's data; refuses while work is unsynced"),
         0,
         0,
         {QStringLiteral("discard-unsynced")},
         runLogout},
    };
    return all;
}

const CommandInfo *findCommand(const QString &name)
{
    const QList<CommandInfo> &all = commands();
    const auto found =
        std::find_if(all.cbegin(), all.cend(), [&](const CommandInfo &info) { return info.name == name; });
    return found == all.cend() ? nullptr : &*found;
}

QStringList commandNames()
{
    QStringList names;
    for (const CommandInfo &info : commands())
        names.append(info.name);
    return names;
}

QString laterCommand(const QString &name)
{
    if (name == QLatin1String("diagnose"))
        return QStringLiteral(
            "The command diagnose comes in a later version. Use status, dead and conflicts until then.");
    if (name == QLatin1String("bundle"))
        return QStringLiteral("The command bundle comes in a later version. Use the listings with --json until then.");
    return {};
}

} // namespace Tideline::Cli
