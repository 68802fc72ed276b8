// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/export.h>

#include <QtCore/QDateTime>
#include <QtCore/QObject>

#include <functional>

namespace Tideline {
Q_NAMESPACE_EXPORT(TIDELINE_EXPORT)

enum class SyncOperation { Upsert, Delete, Patch };
Q_ENUM_NS(SyncOperation)

enum class ConflictStrategy { LastWriteWins, ServerWins, ClientWins, Custom, FieldMerge, Manual };
Q_ENUM_NS(ConflictStrategy)

enum class EntryState { Pending, InFlight, Dead, Done, Superseded, Discarded };
Q_ENUM_NS(EntryState)

enum class RecordState { Synced, Pending, Failed, Conflict };
Q_ENUM_NS(RecordState)

// In the order of precedence in which a status names them.
enum class SyncState { AuthRequired, Stuck, Offline, Waiting, Draining, Pulling, Idle };
Q_ENUM_NS(SyncState)

enum class SensitiveFieldPolicy { MaskDiagnostics, MaskEverywhere };
Q_ENUM_NS(SensitiveFieldPolicy)

enum class ReconcilePolicy { Automatic, Off };
Q_ENUM_NS(ReconcilePolicy)

// Seams for tests: what the time is (UTC), and a number in [0, 1).
using Clock = std::function<QDateTime()>;
using RandomSource = std::function<double()>;

TIDELINE_EXPORT QDateTime systemClock();
TIDELINE_EXPORT double systemRandom();

// The spelling of cli.md: "upsert", "lastWriteWins", "authRequired" ...
TIDELINE_EXPORT QString toText(SyncOperation operation);
TIDELINE_EXPORT QString toText(ConflictStrategy strategy);
TIDELINE_EXPORT QString toText(EntryState state);
TIDELINE_EXPORT QString toText(RecordState state);
TIDELINE_EXPORT QString toText(SyncState state);

TIDELINE_EXPORT bool fromText(const QString &text, SyncOperation *operation);
TIDELINE_EXPORT bool fromText(const QString &text, ConflictStrategy *strategy);
TIDELINE_EXPORT bool fromText(const QString &text, EntryState *state);

// UTC, ISO 8601, milliseconds, with Z; empty for an invalid time.
TIDELINE_EXPORT QString toText(const QDateTime &time);

} // namespace Tideline
