// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/pullcursor.h"

#include "plain/timestamptext.h"

#include <tideline/core/json.h>

namespace Tideline::Rest {

namespace {

constexpr qint64 dateResolution = 1000; // the Date header, from which the server's time is known, has whole seconds
// A row from further ahead than clocks are off; what is written now stays behind it.
constexpr qint64 futureTolerance = 5000;

QVariant toVariant(const std::optional<PullPosition> &position)
{
    if (!position)
        return {};
    const QVariant time = position->time ? QVariant(*position->time) : QVariant();
    return QVariantMap{{QStringLiteral("t"), time}, {QStringLiteral("k"), position->key}};
}

std::optional<PullPosition> toPosition(const QVariant &value)
{
    if (value.typeId() != QMetaType::QVariantMap)
        return {};
    const QVariantMap map = value.toMap();
    PullPosition position;
    if (const QVariant time = map.value(QStringLiteral("t")); time.isValid())
        position.time = time.toString();
    position.key = map.value(QStringLiteral("k")).toStringList();
    return position;
}

} // namespace

Result<PullCursor> PullCursor::fromText(const QString &text)
{
    PullCursor cursor;
    if (text.isEmpty())
        return cursor;
    const Result<QVariantMap> parsed = Json::parseObject(text.toUtf8());
    const QVariantMap map = parsed ? *parsed : QVariantMap();
    if (map.value(QStringLiteral("v")).toInt() != 1) {
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("The cursor was not made by this version of the plain mode. "
                                      "Remove the table and add it again to pull it anew."));
    }
    cursor.m_position = toPosition(map.value(QStringLiteral("at")));
    cursor.m_isComplete = map.value(QStringLiteral("complete")).toBool();
    cursor.m_pageCap = map.value(QStringLiteral("cap")).toLongLong();
    const QVariantMap window = map.value(QStringLiteral("window")).toMap();
    cursor.m_closesAt = window.value(QStringLiteral("closes")).toLongLong();
    cursor.m_settled = toPosition(window.value(QStringLiteral("settled")));
    cursor.m_known = window.value(QStringLiteral("known")).toStringList();
    const QVariantMap pass = map.value(QStringLiteral("pass")).toMap();
    cursor.m_isInPass = !pass.isEmpty();
    cursor.m_hasRead = pass.value(QStringLiteral("read")).toBool();
    cursor.m_meetsUnsettled = pass.value(QStringLiteral("unsettled")).toBool();
    cursor.m_boundary = pass.value(QStringLiteral("boundary")).toLongLong();
    cursor.m_nextClose = pass.value(QStringLiteral("next")).toLongLong();
    cursor.m_skipped = pass.value(QStringLiteral("skip")).toStringList();
    cursor.m_end = toPosition(pass.value(QStringLiteral("end")));
    return cursor;
}

bool PullCursor::fits(qsizetype keyColumns) const
{
    const auto isFitting = [keyColumns](const std::optional<PullPosition> &position) {
        return !position || position->key.isEmpty() || position->key.size() == keyColumns;
    };
    return isFitting(m_position) && isFitting(m_settled) && isFitting(m_end);
}

QString PullCursor::toText() const
{
    QVariantMap map{{QStringLiteral("v"), 1},
                    {QStringLiteral("at"), toVariant(m_position)},
                    {QStringLiteral("complete"), m_isComplete}};
    if (m_pageCap > 0)
        map.insert(QStringLiteral("cap"), m_pageCap);
    if (m_closesAt > 0) {
        map.insert(QStringLiteral("window"), QVariantMap{{QStringLiteral("closes"), m_closesAt},
                                                         {QStringLiteral("settled"), toVariant(m_settled)},
                                                         {QStringLiteral("known"), m_known}});
    }
    if (m_isInPass) {
        map.insert(QStringLiteral("pass"), QVariantMap{{QStringLiteral("read"), m_hasRead},
                                                       {QStringLiteral("unsettled"), m_meetsUnsettled},
                                                       {QStringLiteral("boundary"), m_boundary},
                                                       {QStringLiteral("next"), m_nextClose},
                                                       {QStringLiteral("skip"), m_skipped},
                                                       {QStringLiteral("end"), toVariant(m_end)}});
    }
    return QString::fromUtf8(Json::toText(map));
}

bool PullCursor::isPassDue(qint64 now) const
{
    if (m_closesAt == 0 || m_isInPass)
        return false;
    const std::optional<qint64> last =
        m_position && m_position->time ? toMilliseconds(*m_position->time) : std::optional<qint64>();
    return now >= m_closesAt || last.value_or(now) - futureTolerance > now;
}

void PullCursor::beginPass()
{
    m_skipped = m_known;
    // Of the last time there may be more rows than those that were read.
    if (!m_isComplete && m_position && m_position->time)
        m_skipped.removeAll(*m_position->time);
    m_isInPass = true;
    m_hasRead = false;
    m_meetsUnsettled = false;
    m_boundary = 0;
    m_nextClose = 0;
    m_end = m_position;
    m_position = m_settled;
}

void PullCursor::advance(const QList<PullPosition> &rows, qint64 now, qint64 overlap)
{
    const qint64 closesAt = now + overlap + dateResolution;
    if (m_isInPass && m_boundary == 0) {
        m_boundary = now - overlap;
        m_nextClose = closesAt;
    }
    // What the first page of a pass found settled, all of its pages do.
    const qint64 boundary = m_isInPass ? m_boundary : now - overlap;
    for (const PullPosition &row : rows) {
        const bool isYoung = isUnsettled(row, boundary);
        if (isYoung && m_closesAt == 0)
            openWindow(closesAt);
        if (m_isInPass && !isYoung)
            settle(row);
        else if (m_closesAt > 0)
            note(row);
        m_meetsUnsettled = m_meetsUnsettled || isYoung;
        m_position = row;
    }
    m_hasRead = m_hasRead || !rows.isEmpty();
    m_isComplete = false;
}

void PullCursor::finish()
{
    if (m_isInPass)
        endPass();
    m_isComplete = true;
}

bool PullCursor::isUnsettled(const PullPosition &row, qint64 boundary) const
{
    const std::optional<qint64> time = row.time ? toMilliseconds(*row.time) : std::optional<qint64>();
    return time && *time > boundary;
}

void PullCursor::openWindow(qint64 closesAt)
{
    m_closesAt = closesAt;
    m_settled = m_position;
    m_known.clear();
}

void PullCursor::note(const PullPosition &row)
{
    // Of a coarse time there may be rows of several transactions: they are read again.
    if (row.time && isPrecise(*row.time) && m_known.size() < maximumKnown && !m_known.contains(*row.time))
        m_known.append(*row.time);
}

void PullCursor::settle(const PullPosition &row)
{
    const bool isFurther = !m_settled || !m_settled->time || (row.time && !isEarlier(*row.time, *m_settled->time));
    if (isFurther)
        m_settled = row;
}

void PullCursor::endPass()
{
    // The known rows were left out: the pass may have ended before where the cursor stood.
    const bool isBehind =
        m_end && m_end->time && m_position && m_position->time && isEarlier(*m_position->time, *m_end->time);
    if (!m_hasRead || isBehind)
        m_position = m_end;
    QStringList unsettled;
    for (const QString &time : std::as_const(m_known)) {
        const PullPosition all{time, {}};
        if (isUnsettled(all, m_boundary))
            unsettled.append(time);
        else
            settle(all);
    }
    m_known = unsettled;
    m_closesAt = unsettled.isEmpty() && !m_meetsUnsettled ? 0 : m_nextClose;
    if (m_closesAt == 0)
        m_settled.reset();
    m_isInPass = false;
    m_skipped.clear();
    m_end.reset();
}

} // namespace Tideline::Rest
