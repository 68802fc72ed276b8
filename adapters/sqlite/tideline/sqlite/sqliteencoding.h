// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/core/result.h>

#include <tideline/sqlite/sqlitestatement.h>

#include <QtCore/QDateTime>
#include <QtCore/QList>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <optional>

// How our own tables keep what SQLite has no type for: times as milliseconds since 1970 in UTC, maps as JSON text.
namespace Tideline::SqliteEncoding {

SqliteValue fromTime(const QDateTime &time);
QDateTime toTime(const SqliteRow &row, int column);

SqliteValue fromFailure(const Failure &failure); // null when it is none
Failure toFailure(const SqliteRow &row, int column);

Result<SqliteValue> fromRow(const std::optional<QVariantMap> &values);
Result<std::optional<QVariantMap>> toRow(const SqliteRow &row, int column);

SqliteValue textOrNull(const QString &text);

// "… AND (a LIKE ? OR b LIKE ?)" for a text that may stand anywhere in these columns, ignoring case; appends the
// values.
QString contains(const QStringList &columns, const QString &text, QList<SqliteValue> *values);

} // namespace Tideline::SqliteEncoding
