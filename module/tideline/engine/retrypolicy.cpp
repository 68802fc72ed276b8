// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/retrypolicy.h>

#include <algorithm>
#include <initializer_list>

namespace Tideline {

namespace {

bool isOneOf(const QString &code, std::initializer_list<const char *> codes)
{
    return std::any_of(codes.begin(), codes.end(), [&](const char *other) { return code == QLatin1String(other); });
}

bool isOfClass(const QString &code, const char *sqlStateClass)
{
    return code.size() == 5 && code.startsWith(QLatin1String(sqlStateClass));
}

// The database as a whole is not in a state to take anything: no connection, no room, shut down, read-only.
bool isDatabaseIll(const QString &code)
{
    return isOfClass(code, "08") || (isOfClass(code, "53") && code != QLatin1String("53400"))
           || isOneOf(code, {"57P01", "57P02", "57P03", "58000", "58030", "25006"});
}

// The server's code says more than the status, which a server chooses more or less aptly.
Remedy remedyForAnswer(const Failure &failure)
{
    const QString &code = failure.serverCode;
    if (isServerWide(failure) || isOneOf(code, {"40001", "40P01", "55P03", "57014"}))
        return Remedy::Retry;
    if (isUnknownTable(failure) || isUnknownColumn(failure))
        return Remedy::HoldTable;
    if (code == QLatin1String("23503") || isOfClass(code, "XX"))
        return Remedy::RetryCounted; // its parent may be on the way; the database stumbles over this record
    if (isOfClass(code, "22") || isOfClass(code, "23") || code == QLatin1String("42501"))
        return Remedy::DeadLetter;
    switch (failure.httpStatus) {
    case 409:
    case 500: // with a code it is the database that stumbles over this record
        return Remedy::RetryCounted;
    default:
        return Remedy::DeadLetter;
    }
}

Remedy remedyByCode(const Failure &failure)
{
    switch (failure.code) {
    case Failure::Code::Network:
    case Failure::Code::Timeout:
    case Failure::Code::LocalStore:
    case Failure::Code::Cancelled:
        return Remedy::Retry;
    case Failure::Code::AuthExpired:
        return Remedy::Reauthenticate;
    case Failure::Code::Forbidden:
    case Failure::Code::RlsViolation:
    case Failure::Code::PayloadTooLarge:
    case Failure::Code::Deserialization:
    case Failure::Code::Conflict:
    case Failure::Code::Invalid:
    case Failure::Code::None:
        return Remedy::DeadLetter;
    case Failure::Code::Remote:
        return remedyForAnswer(failure);
    }
    Q_UNREACHABLE();
    return Remedy::DeadLetter;
}

} // namespace

Remedy remedyFor(const Failure &failure, const SyncConfig &config)
{
    const Remedy remedy = remedyByCode(failure);
    // Being offline or signed out is not the application's to judge: a "permanent" here would kill the whole queue.
    if (remedy == Remedy::Reauthenticate || isServerWide(failure) || !config.isTransientError)
        return remedy;
    const std::optional<bool> isTransient = config.isTransientError(failure);
    if (!isTransient)
        return remedy;
    return *isTransient ? Remedy::Retry : Remedy::DeadLetter;
}

bool endsRound(const Failure &failure)
{
    return isServerWide(failure) || failure.code == Failure::Code::AuthExpired
           || failure.code == Failure::Code::Cancelled || failure.code == Failure::Code::LocalStore;
}

bool isServerWide(const Failure &failure)
{
    if (failure.code == Failure::Code::Network || failure.code == Failure::Code::Timeout)
        return true;
    if (failure.code != Failure::Code::Remote)
        return false;
    if (isDatabaseIll(failure.serverCode))
        return true;
    switch (failure.httpStatus) {
    case 402: // the server's owner has to pay: no word about the entry
    case 408:
    case 425:
    case 429:
        return true;
    case 500:
        // With a code of the database it is about what was sent; without, or with one of PostgREST's, about the server.
        return failure.serverCode.isEmpty() || failure.serverCode.startsWith(QLatin1String("PGRST"));
    default:
        return failure.httpStatus > 500;
    }
}

bool isUnknownTable(const Failure &failure)
{
    return failure.httpStatus == 404 || isOneOf(failure.serverCode, {"42P01", "PGRST205"});
}

bool isUnknownColumn(const Failure &failure)
{
    return failure.serverCode == QLatin1String("PGRST204");
}

std::chrono::milliseconds retryDelay(const SyncConfig &config, int failures, const Failure &failure, double random)
{
    using std::chrono::milliseconds;
    milliseconds delay = config.backoffBase;
    if (config.useExponentialBackoff) {
        for (int i = 1; i < failures && delay < config.maxBackoff; ++i)
            delay *= 2;
    }
    delay = std::min(delay, config.maxBackoff);
    delay = milliseconds(static_cast<qint64>(static_cast<double>(delay.count()) * (0.5 + random / 2)));
    if (failure.retryAfter)
        delay = std::max(delay, std::min(*failure.retryAfter, config.maxRetryAfter));
    return delay;
}

} // namespace Tideline
