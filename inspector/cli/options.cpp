// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "options.h"

#include "commands.h"
#include "duration.h"
#include "nearest.h"

#include <QtCore/QCommandLineParser>

#include <algorithm>

namespace Tideline::Cli {

namespace {

Failure refused(const QString &why)
{
    return {Failure::Code::Invalid, why};
}

QCommandLineOption flag(const char *name)
{
    return QCommandLineOption(QString::fromLatin1(name));
}

QCommandLineOption option(const char *name)
{
    return QCommandLineOption(QString::fromLatin1(name), QString(), QStringLiteral("value"));
}

QStringList globalOptions()
{
    return {QStringLiteral("config"),  QStringLiteral("json"),    QStringLiteral("events"),
            QStringLiteral("verbose"), QStringLiteral("unmask"),  QStringLiteral("help"),
            QStringLiteral("h"),       QStringLiteral("version"), QStringLiteral("v")};
}

void addOptions(QCommandLineParser &parser)
{
    parser.addOptions({option("config"), flag("json"), flag("events"), flag("verbose"), flag("unmask"),
                       QCommandLineOption(QStringList{QStringLiteral("help"), QStringLiteral("h")}),
                       QCommandLineOption(QStringList{QStringLiteral("version"), QStringLiteral("v")}), flag("now"),
                       option("wait"), option("for"), option("limit"), option("table"), option("filter"),
                       option("operation"), flag("all"), flag("revert"), flag("discard-unsynced")});
}

Result<void> checkCommand(const QCommandLineParser &parser, const Options &options)
{
    const CommandInfo *command = findCommand(options.command);
    if (!command) {
        if (const QString why = laterCommand(options.command); !why.isEmpty())
            return refused(why);
        return refused(QStringLiteral("There is no command \"%1\". Did you mean \"%2\"? See tideline --help.")
                           .arg(options.command, nearestTo(options.command, commandNames())));
    }
    const qsizetype count = options.arguments.size();
    if (count < command->leastArguments || (command->mostArguments >= 0 && count > command->mostArguments))
        return refused(QStringLiteral("%1 arguments do not fit. Usage: tideline --config FILE %2")
                           .arg(count)
                           .arg(command->synopsis.join(QStringLiteral(" | "))));
    const QStringList names = parser.optionNames();
    const auto isForeign = [&](const QString &name) {
        return !globalOptions().contains(name) && !command->options.contains(name);
    };
    if (const auto foreign = std::find_if(names.cbegin(), names.cend(), isForeign); foreign != names.cend())
        return refused(QStringLiteral("The command %1 has no option --%2. Usage: tideline --config FILE %3")
                           .arg(options.command, *foreign, command->synopsis.join(QStringLiteral(" | "))));
    return {};
}

Result<void> readDuration(const QCommandLineParser &parser, const QString &name,
                          std::optional<std::chrono::milliseconds> *value)
{
    if (!parser.isSet(name))
        return {};
    const auto longest = std::chrono::milliseconds(std::chrono::hours(24 * 24)); // what a timer can wait for
    *value = parsedDuration(parser.value(name));
    if (!*value || **value > longest)
        return refused(
            QStringLiteral("--%1 takes a time of at most 24 days such as 500ms, 30s, 5min or 2h.").arg(name));
    return {};
}

Result<void> readValues(const QCommandLineParser &parser, Options *options)
{
    if (const Result<void> read = readDuration(parser, QStringLiteral("wait"), &options->wait); !read)
        return read;
    if (const Result<void> read = readDuration(parser, QStringLiteral("for"), &options->watchTime); !read)
        return read;
    if (parser.isSet(QStringLiteral("limit"))) {
        bool isNumber = false;
        options->limit = parser.value(QStringLiteral("limit")).toLongLong(&isNumber);
        if (!isNumber || options->limit < 0)
            return refused(QStringLiteral("--limit takes a whole number that is not negative."));
    }
    if (parser.isSet(QStringLiteral("operation"))
        && !fromText(parser.value(QStringLiteral("operation")), &options->operation))
        return refused(QStringLiteral("--operation takes one of upsert, patch, delete."));
    return {};
}

} // namespace

Result<Options> Options::parse(const QStringList &commandLine)
{
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(commandLine))
        return refused(
            QStringLiteral("%1 See tideline --help. An id that begins with - stands behind --, which ends the "
                           "options.")
                .arg(parser.errorText()));
    Options options;
    options.configPath = parser.value(QStringLiteral("config"));
    options.isJson = parser.isSet(QStringLiteral("json"));
    options.wantsEvents = parser.isSet(QStringLiteral("events"));
    options.isVerbose = parser.isSet(QStringLiteral("verbose"));
    options.isUnmasked = parser.isSet(QStringLiteral("unmask"));
    options.wantsHelp = parser.isSet(QStringLiteral("help"));
    options.wantsVersion = parser.isSet(QStringLiteral("version"));
    options.isNow = parser.isSet(QStringLiteral("now"));
    options.table = parser.value(QStringLiteral("table"));
    options.filter = parser.value(QStringLiteral("filter"));
    options.isAll = parser.isSet(QStringLiteral("all"));
    options.isReverting = parser.isSet(QStringLiteral("revert"));
    options.isDiscardingUnsynced = parser.isSet(QStringLiteral("discard-unsynced"));
    options.arguments = parser.positionalArguments();
    if (options.wantsHelp || options.wantsVersion)
        return options;
    if (options.arguments.isEmpty())
        return refused(QStringLiteral("No command is given. See tideline --help."));
    options.command = options.arguments.takeFirst();
    if (const Result<void> checked = checkCommand(parser, options); !checked)
        return checked.failure();
    if (const Result<void> read = readValues(parser, &options); !read)
        return read.failure();
    if (options.configPath.isEmpty())
        return refused(QStringLiteral("No configuration is given. Name it: tideline --config sync.json %1 ...")
                           .arg(options.command));
    return options;
}

} // namespace Tideline::Cli
