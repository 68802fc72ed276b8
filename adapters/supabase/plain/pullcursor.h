// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QStringList>

#include <optional>

namespace Tideline::Rest {

// A place in the order (updatedAt, key): behind one row, or behind every row of one time (no key).
class PullPosition
{
public:
    std::optional<QString> time; // none: NULL, which comes first
    QStringList key;

    friend bool operator==(const PullPosition &, const PullPosition &) = default;
};

// How far a table has been read. A transaction that commits after its rows' timestamp leaves them behind the position;
// so what was read while it was younger than the overlap is a window, which one later pass reads a second time.
class PullCursor
{
public:
    static constexpr qsizetype maximumKnown = 50;

    // An empty text is the beginning.
    static Result<PullCursor> fromText(const QString &text);
    QString toText() const;

    // Whether its keys have as many columns.
    bool fits(qsizetype keyColumns) const;
    // No later pass has to look at something again.
    bool isSettled() const { return m_closesAt == 0 && !m_isInPass; }

    const std::optional<PullPosition> &position() const { return m_position; }
    qint64 pageCap() const { return m_pageCap; }
    void setPageCap(qint64 rows) { m_pageCap = rows; }

    // The second reading is due. Times are the server's, in milliseconds since 1970.
    bool isPassDue(qint64 now) const;
    bool isInPass() const { return m_isInPass; }
    void beginPass();
    // Times that a pass leaves out, because their rows are known.
    const QStringList &skipped() const { return m_skipped; }

    // Behind a page whose rows stand there, in their order, given by the server at that time.
    void advance(const QList<PullPosition> &rows, qint64 now, qint64 overlap);
    // There was nothing more.
    void finish();

private:
    bool isUnsettled(const PullPosition &row, qint64 boundary) const;
    void openWindow(qint64 closesAt);
    void note(const PullPosition &row);
    void settle(const PullPosition &row);
    void endPass();

    std::optional<PullPosition> m_position;
    bool m_isComplete = false; // nothing was known to follow the position
    qint64 m_pageCap = 0;
    // The window is open while m_closesAt is set. Everything up to m_settled has been read for good.
    qint64 m_closesAt = 0;
    std::optional<PullPosition> m_settled;
    QStringList m_known; // times of the window; perhaps not all
    // A pass over the window. Rows up to m_boundary are settled by it.
    bool m_isInPass = false;
    bool m_hasRead = false;
    bool m_meetsUnsettled = false;
    qint64 m_boundary = 0;
    qint64 m_nextClose = 0;
    QStringList m_skipped;
    std::optional<PullPosition> m_end; // where the cursor stood before
};

} // namespace Tideline::Rest
