// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "nearest.h"

#include <QtCore/QList>

#include <algorithm>
#include <numeric>

namespace Tideline::Cli {

namespace {

// Letters to insert, remove or replace; a change of case is none, since it is the commonest slip.
qsizetype distance(const QString &left, const QString &right)
{
    const QString from = left.toLower();
    const QString to = right.toLower();
    QList<qsizetype> row(to.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 1; i <= from.size(); ++i) {
        qsizetype diagonal = row.at(0);
        row[0] = i;
        for (qsizetype j = 1; j <= to.size(); ++j) {
            const qsizetype replaced = diagonal + (from.at(i - 1) == to.at(j - 1) ? 0 : 1);
            diagonal = row.at(j);
            row[j] = std::min({replaced, row.at(j) + 1, row.at(j - 1) + 1});
        }
    }
    return row.constLast();
}

} // namespace

QString nearestTo(const QString &word, const QStringList &candidates)
{
    const QString bounded = word.left(100); // the work grows with its length
    return *std::min_element(candidates.cbegin(), candidates.cend(), [&](const QString &a, const QString &b) {
        return distance(bounded, a) < distance(bounded, b);
    });
}

} // namespace Tideline::Cli
