// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/engine/syncreport.h>

namespace Tideline::Cli {

// What scripts depend on.
enum class ExitCode {
    Fine = 0,
    WorkLeft = 1,   // of a round, a watch or a status: fine, but offline, waiting, dead letters or open conflicts
    Refused = 2,    // refused or stuck: authentication, invalid input, not found
    Unreadable = 3, // the database cannot be opened, read or written
    Usage = 64,     // the command line or the configuration is wrong
};

// Of a command that could not do what it was told.
ExitCode exitCodeOf(const Failure &failure);
// Of a round, by where it left the database and what stood in its way.
ExitCode exitCodeOf(const SyncStatus &status, const QList<Failure> &errors);

} // namespace Tideline::Cli
