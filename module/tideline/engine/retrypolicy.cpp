// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/retrypolicy.h>

#include <algorithm>

namespace Tideline {

namespace {

Remedy remedyForAnswer(const Failure &failure)
{
    static const QStringList transientCodes{QStringLiteral("40001"), QStringLiteral("40P01"), QStringLiteral("57014")};
    if (transientCodes.contains(failure.serverCode))
        return Remedy::Retry;
    if (failure.serverCode == QLatin1String("23503"))
        return Remedy::RetryCounted; // its parent may be on the way
    if (failure.serverCode.startsWith(QLatin1String("22")) || failure.serverCode.startsWith(QLatin1String("23")))
        return Remedy::DeadLetter;
    switch (failure.httpStatus) {
    case 404:
        return Remedy::HoldTable;
    case 408:
    case 425:
    case 429:
        return Remedy::Retry;
    case 409:
        return Remedy::RetryCounted;
    case 500:
        // With a code it is the database that stumbles over this record; without, the server itself is ill.
        return failure.serverCode.isEmpty() ? Remedy::Retry : Remedy::RetryCounted;
    default:
        return failure.httpStatus > 500 ? Remedy::Retry : Remedy::DeadLetter;
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

bool isServerWide(const Failure &failure)
{
    if (failure.code == Failure::Code::Network || failure.code == Failure::Code::Timeout)
        return true;
    if (failure.code != Failure::Code::Remote)
        return false;
    const int status = failure.httpStatus;
    return status == 408 || status == 425 || status == 429 || status > 500
           || (status == 500 && failure.serverCode.isEmpty());
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
