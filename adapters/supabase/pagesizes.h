// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QHash>
#include <QtCore/QString>

namespace Tideline::Rest {

// How many rows of a table the server manages to send at once, as this session has seen it. Rows may be so large, or
// the server so slow, that a page of the wanted size never comes.
class PageSizes
{
public:
    int size(const QString &table, int wanted) const;
    // A page of that size was too much. False where it cannot become smaller: then the size is not to blame, and the
    // next one is of the wanted size again.
    bool shrink(const QString &table, int tried);
    void grow(const QString &table, int wanted);

private:
    class Limit
    {
    public:
        int size = 0;
        int refused = 0;   // was too much
        int successes = 0; // since then
    };
    QHash<QString, Limit> m_limits; // those that are below the wanted size
};

} // namespace Tideline::Rest
