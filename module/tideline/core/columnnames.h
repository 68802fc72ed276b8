// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <algorithm>

namespace Tideline {

// Whether a row has just these columns. The rows of a page share their names: the row's are kept in place of equal
// ones, so that its neighbours are told by the address.
inline bool hasColumns(const QVariantMap &row, QStringList *names)
{
    const auto isSame = [](const QString &left, const QString &right) { return left.constData() == right.constData(); };
    if (std::equal(names->cbegin(), names->cend(), row.keyBegin(), row.keyEnd(), isSame))
        return true;
    if (!std::equal(names->cbegin(), names->cend(), row.keyBegin(), row.keyEnd()))
        return false;
    *names = row.keys();
    return true;
}

} // namespace Tideline
