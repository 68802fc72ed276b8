// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncconfig.h>

namespace Tideline {

// What is done about a failure. Pure functions: the table of replies of the documentation in code.
enum class Remedy {
    Retry,        // the server or the way to it: never brings an entry nearer to its end
    RetryCounted, // this record: maxRetries times, then it is a dead letter
    Reauthenticate,
    HoldTable,
    DeadLetter,
};

TIDELINE_EXPORT Remedy remedyFor(const Failure &failure, const SyncConfig &config);

// Whether nothing else will get through either, so that the whole queue waits.
TIDELINE_EXPORT bool isServerWide(const Failure &failure);
// Whether a round has to end: the server, the sign-in, the session, or the database here.
TIDELINE_EXPORT bool endsRound(const Failure &failure);
// Whether the server, or what it remembers of its schema, does not have the table, or a column: it may learn of it.
TIDELINE_EXPORT bool isUnknownTable(const Failure &failure);
TIDELINE_EXPORT bool isUnknownColumn(const Failure &failure);

// For the n-th failure in a row, n >= 1: between half of the exponential value and all of it, at most maxBackoff, but
// never sooner than the server asked for (at most maxRetryAfter).
TIDELINE_EXPORT std::chrono::milliseconds retryDelay(const SyncConfig &config, int failures, const Failure &failure,
                                                     double random);

} // namespace Tideline
