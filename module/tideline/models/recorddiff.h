// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncentry.h>

#include <QtCore/QList>
#include <QtCore/QStringList>

#include <optional>

namespace Tideline {

// One column of a conflict. An empty optional: that version does not hold the column, or the row does not exist there.
class TIDELINE_EXPORT FieldDifference
{
public:
    QString key;
    std::optional<QVariant> base;
    std::optional<QVariant> local;
    std::optional<QVariant> remote;
    std::optional<QVariant> resolved;
    bool isChangedLocally = false;
    bool isChangedRemotely = false;

    bool isChanged() const { return isChangedLocally || isChangedRemotely; }
    friend bool operator==(const FieldDifference &, const FieldDifference &) = default;
};

// Every column of the conflict's versions: those that both sides changed first, then those that one side changed.
TIDELINE_EXPORT QList<FieldDifference> differences(const ConflictRecord &conflict);
TIDELINE_EXPORT QList<FieldDifference> masked(QList<FieldDifference> fields, const QStringList &sensitiveFields);

} // namespace Tideline
