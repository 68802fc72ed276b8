// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QByteArray>
#include <QtCore/QVariant>

// JSON that keeps every digit. QJsonDocument turns numbers beyond 64 bits into doubles, so that it cannot be used for
// rows. The types: null -> invalid QVariant (nullptr accepted on the way out), bool, qlonglong, double where its
// shortest form is the received text, Decimal otherwise, QString, QVariantList, QVariantMap.
namespace Tideline::Json {

inline constexpr int maximumDepth = 200;

enum class DuplicateKeys {
    LastWins, // as PostgreSQL's jsonb
    Refused,  // for what a person wrote: one of the two would be lost without a word
};

TIDELINE_EXPORT Result<QVariant> parse(const QByteArray &text, DuplicateKeys duplicates = DuplicateKeys::LastWins);
TIDELINE_EXPORT Result<QVariantMap> parseObject(const QByteArray &text,
                                                DuplicateKeys duplicates = DuplicateKeys::LastWins);

// Compact. Fails on what JSON or the server cannot hold: NUL characters, lone surrogates, infinities, unknown types,
// depth.
TIDELINE_EXPORT Result<QByteArray> serialize(const QVariant &value);

// For values that are known to be representable (they were parsed or checked before).
TIDELINE_EXPORT QByteArray toText(const QVariant &value);

// Same value for a server: 1.50 equals 1.5, 2024-01-01T00:00:00Z equals 2024-01-01T00:00:00+00:00; '' is not null.
TIDELINE_EXPORT bool equivalent(const QVariant &left, const QVariant &right);

} // namespace Tideline::Json
