// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>

namespace Tideline {

// The primary result codes of SQLite that this adapter tells apart.
namespace SqliteCode {
inline constexpr int Error = 1;
inline constexpr int Busy = 5;
inline constexpr int Locked = 6;
inline constexpr int ReadOnly = 8;
inline constexpr int IoError = 10;
inline constexpr int Corrupt = 11;
inline constexpr int Full = 13;
inline constexpr int CannotOpen = 14;
inline constexpr int Protocol = 15;
inline constexpr int TooBig = 18;
inline constexpr int Constraint = 19;
inline constexpr int Mismatch = 20;
inline constexpr int NotADatabase = 26;
inline constexpr int BusySnapshot = 517; // extended
} // namespace SqliteCode

int primaryCode(int extendedCode);

// What happened and what to do about it. Constraints of the application's tables are Deserialization (the row does not
// fit), everything else is LocalStore. text: SQLite's own.
Failure sqliteFailure(int extendedCode, const QString &text);
Failure localFailure(const QString &detail);

} // namespace Tideline
