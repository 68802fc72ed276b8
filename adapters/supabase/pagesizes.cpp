// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pagesizes.h"

namespace Tideline::Rest {

namespace {

constexpr int shrinkage = 4;
constexpr int patience = 50; // pages that went well until what was too much once is tried again

} // namespace

int PageSizes::size(const QString &table, int wanted) const
{
    const auto limit = m_limits.constFind(table);
    return limit == m_limits.cend() ? wanted : qMin(wanted, limit->size);
}

bool PageSizes::shrink(const QString &table, int tried)
{
    if (tried <= 1) {
        m_limits.remove(table);
        return false;
    }
    m_limits.insert(table, {qMax(1, tried / shrinkage), tried, 0});
    return true;
}

void PageSizes::grow(const QString &table, int wanted)
{
    const auto limit = m_limits.find(table);
    if (limit == m_limits.end())
        return;
    if (++limit->successes < patience && limit->size * 2 >= limit->refused)
        return;
    limit->size *= 2;
    if (limit->size >= wanted)
        m_limits.erase(limit);
}

} // namespace Tideline::Rest
