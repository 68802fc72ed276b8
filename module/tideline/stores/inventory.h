// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QHash>
#include <QtCore/QStringList>

namespace Tideline {

// The records of a table as they were at one moment, to be compared with the server's.
class TIDELINE_EXPORT Inventory
{
public:
    Inventory() = default;
    virtual ~Inventory();
    Q_DISABLE_COPY_MOVE(Inventory)

    // Takes these records off the list. Answers the version of each that was on it: its updatedAt column's text, empty
    // when null.
    virtual Result<QHash<QString, QString>> strike(const QStringList &recordIds) = 0;
    // The next of those that are left, at most so many; none at the end.
    virtual Result<QStringList> next(qsizetype limit) = 0;
};

} // namespace Tideline
