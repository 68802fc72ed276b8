// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/core/syncentry.h>
#include <tideline/core/synctypes.h>

#include <QtCore/QFuture>
#include <QtCore/QStringList>

#include <chrono>
#include <functional>
#include <optional>

namespace Tideline {

// Called on the engine's thread with base, local and remote of a record. The future's value is the row to keep on both
// sides, an empty optional to delete it. A cancelled future leaves the conflict open for a person.
using ConflictResolver = std::function<QFuture<std::optional<QVariantMap>>(const ConflictRecord &conflict)>;

class TIDELINE_EXPORT SyncConfig
{
    Q_GADGET
    Q_PROPERTY(int batchSize MEMBER batchSize)
    Q_PROPERTY(bool stopOnFirstError MEMBER stopOnFirstError)
    Q_PROPERTY(int maxRetries MEMBER maxRetries)
    Q_PROPERTY(QStringList sensitiveFields MEMBER sensitiveFields)
    Q_PROPERTY(bool useExponentialBackoff MEMBER useExponentialBackoff)
    Q_PROPERTY(Tideline::ConflictStrategy conflictStrategy MEMBER conflictStrategy)
    Q_PROPERTY(qint64 maxPayloadBytes MEMBER maxPayloadBytes)

public:
    // The fields of dynos_sync
    int batchSize = 50;
    std::chrono::milliseconds queueRetention = std::chrono::hours(24 * 30);
    bool stopOnFirstError = true;
    int maxRetries = 3;
    QStringList sensitiveFields;
    bool useExponentialBackoff = true;
    ConflictStrategy conflictStrategy = ConflictStrategy::LastWriteWins;
    ConflictResolver onConflict;
    qint64 maxPayloadBytes = 1024 * 1024;
    std::chrono::milliseconds maxBackoff = std::chrono::seconds(60);
    // Overrules the table of replies for what it answers; empty optional: the table decides.
    std::function<std::optional<bool>(const Failure &failure)> isTransientError;

    // Beyond dynos_sync
    SensitiveFieldPolicy sensitiveFieldPolicy = SensitiveFieldPolicy::MaskDiagnostics;
    std::chrono::milliseconds backoffBase = std::chrono::seconds(2);
    std::chrono::milliseconds maxRetryAfter = std::chrono::hours(1);
    std::chrono::milliseconds pollInterval = std::chrono::seconds(30);
    int pageSize = 1000;
    ReconcilePolicy reconcile = ReconcilePolicy::Automatic;
    ConflictStrategy mergeFallback = ConflictStrategy::LastWriteWins; // where fieldMerge meets a clash
};

} // namespace Tideline

Q_DECLARE_METATYPE(Tideline::SyncConfig)
