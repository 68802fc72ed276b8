// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/core/result.h>

#include <QtCore/QDateTime>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <optional>

// How our own tables keep what SQLite has no type for: times as milliseconds since 1970 in UTC, maps as JSON text.
namespace Tideline::SqliteEncoding {

QVariant fromTime(const QDateTime &time);
QDateTime toTime(const QVariant &column);

QVariant fromFailure(const Failure &failure); // null when it is none
Failure toFailure(const QVariant &column);

Result<QVariant> fromRow(const std::optional<QVariantMap> &row);
Result<std::optional<QVariantMap>> toRow(const QVariant &column);

QVariant textOrNull(const QString &text);
QString text(const QString &text); // never null: a null QString would be bound as NULL

// "… AND (a LIKE ? OR b LIKE ?)" for a text that may stand anywhere in these columns, ignoring case; appends the
// values.
QString contains(const QStringList &columns, const QString &text, QVariantList *values);

} // namespace Tideline::SqliteEncoding
