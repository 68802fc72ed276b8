// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "exitcode.h"

#include <algorithm>

namespace Tideline::Cli {

ExitCode exitCodeOf(const Failure &failure)
{
    switch (failure.code) {
    case Failure::Code::None:
        return ExitCode::Fine;
    case Failure::Code::LocalStore:
        return ExitCode::Unreadable;
    case Failure::Code::Network:
    case Failure::Code::Timeout:
    case Failure::Code::AuthExpired:
    case Failure::Code::Forbidden:
    case Failure::Code::PayloadTooLarge:
    case Failure::Code::RlsViolation:
    case Failure::Code::Deserialization:
    case Failure::Code::Remote:
    case Failure::Code::Conflict:
    case Failure::Code::Invalid:
    case Failure::Code::Cancelled:
        return ExitCode::Refused;
    }
    return ExitCode::Refused;
}

namespace {

// What stood in the way of a round: most of it passes or waits in a dead letter for a person.
ExitCode exitCodeOfError(const Failure &error)
{
    switch (error.code) {
    case Failure::Code::None:
        return ExitCode::Fine;
    case Failure::Code::LocalStore:
        return ExitCode::Unreadable;
    case Failure::Code::AuthExpired:
    case Failure::Code::Invalid:
    case Failure::Code::Cancelled:
        return ExitCode::Refused;
    case Failure::Code::Network:
    case Failure::Code::Timeout:
    case Failure::Code::Forbidden:
    case Failure::Code::PayloadTooLarge:
    case Failure::Code::RlsViolation:
    case Failure::Code::Deserialization:
    case Failure::Code::Remote:
    case Failure::Code::Conflict:
        return ExitCode::WorkLeft;
    }
    return ExitCode::WorkLeft;
}

ExitCode exitCodeOfState(SyncState state)
{
    switch (state) {
    case SyncState::AuthRequired:
        return ExitCode::Refused;
    case SyncState::Stuck:
    case SyncState::Offline:
    case SyncState::Waiting:
        return ExitCode::WorkLeft;
    case SyncState::Draining:
    case SyncState::Pulling:
    case SyncState::Idle:
        return ExitCode::Fine;
    }
    return ExitCode::Fine;
}

} // namespace

ExitCode exitCodeOf(const SyncStatus &status, const QList<Failure> &errors)
{
    ExitCode code = exitCodeOfState(status.state);
    if (status.pending > 0 || status.dead > 0 || status.conflicts > 0)
        code = std::max(code, ExitCode::WorkLeft);
    for (const Failure &error : errors)
        code = std::max(code, exitCodeOfError(error));
    return code;
}

} // namespace Tideline::Cli
