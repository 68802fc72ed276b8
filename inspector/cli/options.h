// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/synctypes.h>

#include <QtCore/QStringList>

#include <chrono>
#include <optional>

namespace Tideline::Cli {

// What the command line says.
class Options
{
public:
    QString configPath;
    bool isJson = false;
    bool wantsEvents = false;
    bool isVerbose = false;
    bool isUnmasked = false;
    bool wantsHelp = false;
    bool wantsVersion = false;

    QString command;
    QStringList arguments; // of the command

    bool isNow = false;
    std::optional<std::chrono::milliseconds> wait;
    std::optional<std::chrono::milliseconds> watchTime;
    qint64 limit = -1;
    QString table;
    QString filter;
    SyncOperation operation = SyncOperation::Upsert;
    bool isAll = false;
    bool isReverting = false;
    bool isDiscardingUnsynced = false;

    // Options may stand before or behind the command; "--" ends them. Fails with words for the user.
    static Result<Options> parse(const QStringList &commandLine);
};

} // namespace Tideline::Cli
