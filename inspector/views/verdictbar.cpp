// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/verdictbar.h"

#include "views/formats.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

namespace {

class Verdict
{
public:
    QString iconName;
    QString word;
    QString sentence;
};

QString waiting(const SyncStatus &status)
{
    return status.pending == 0
               ? VerdictBar::tr("No change waits to be sent.")
               : VerdictBar::tr("%n change(s) wait to be sent.", nullptr, static_cast<int>(status.pending));
}

Verdict idle(const SyncStatus &status)
{
    if (status.pending > 0)
        return {u"waiting"_s, VerdictBar::tr("Changes are waiting"), waiting(status)};
    if (!status.lastSyncedAt.isValid())
        return {u"waiting"_s, VerdictBar::tr("Never synced"),
                VerdictBar::tr("This database has not been in touch with a server yet.")};
    return {u"done"_s, VerdictBar::tr("Everything is synced"), waiting(status)};
}

Verdict verdictOf(const SyncStatus &status, const QDateTime &now)
{
    switch (status.state) {
    case SyncState::AuthRequired:
        return {u"warning"_s, VerdictBar::tr("Sign-in required"),
                VerdictBar::tr("The server refused the sign-in. Ask the user to sign in again.") + u' '
                    + waiting(status)};
    case SyncState::Stuck: {
        QStringList reasons;
        if (status.dead > 0)
            reasons += VerdictBar::tr("%n dead letter(s)", nullptr, static_cast<int>(status.dead));
        if (status.conflicts > 0)
            reasons += VerdictBar::tr("%n open conflict(s)", nullptr, static_cast<int>(status.conflicts));
        return {u"dead"_s, VerdictBar::tr("Stuck"),
                reasons.isEmpty()
                    ? VerdictBar::tr("No retry will free what is waiting. %1").arg(waiting(status))
                    : VerdictBar::tr("Waiting for a decision: %1. %2").arg(reasons.join(u", "_s), waiting(status))};
    }
    case SyncState::Offline:
        return {u"offline"_s, VerdictBar::tr("Offline"),
                VerdictBar::tr("The server was not reachable at the last attempt. %1").arg(waiting(status))};
    case SyncState::Waiting: {
        const QString retry =
            status.nextRetryAt > now
                ? VerdictBar::tr("Next attempt %1.").arg(Formats::relativeTime(status.nextRetryAt, now))
                : VerdictBar::tr("The next attempt is due.");
        return {u"waiting"_s, VerdictBar::tr("Waiting for a retry"), waiting(status) + u' ' + retry};
    }
    case SyncState::Draining:
        return {u"sending"_s, VerdictBar::tr("Sending changes"), waiting(status)};
    case SyncState::Pulling:
        return {u"pull"_s, VerdictBar::tr("Receiving changes"), waiting(status)};
    case SyncState::Idle:
        return idle(status);
    }
    return {};
}

} // namespace

VerdictBar::VerdictBar(QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel)
    , m_verdict(new QLabel)
    , m_sentence(new QLabel)
{
    setAccessibleName(tr("Verdict"));
    QFont large = m_verdict->font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    m_verdict->setFont(large);
    m_verdict->setObjectName(u"verdict"_s);
    m_sentence->setObjectName(u"verdictSentence"_s);
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addStretch();
    words->addWidget(m_verdict);
    words->addWidget(m_sentence);
    words->addStretch();

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 10, 16, 10);
    layout->setSpacing(14);
    layout->addWidget(m_icon);
    layout->addLayout(words, 1);
    m_pending = addTile(tr("waiting"));
    m_pending.value->setObjectName(u"pendingValue"_s);
    m_oldest = addTile(tr("oldest"));
    m_dead = addTile(tr("dead letters"));
    m_dead.value->setObjectName(u"deadValue"_s);
    m_conflicts = addTile(tr("open conflicts"));
    m_conflicts.value->setObjectName(u"conflictsValue"_s);
    m_lastSync = addTile(tr("last sync"));
}

void VerdictBar::showStatus(const SyncStatus &status, const QDateTime &oldest, const QDateTime &now)
{
    const Verdict verdict = verdictOf(status, now);
    m_icon->setPixmap(Formats::icon(verdict.iconName).pixmap(36, 36));
    m_verdict->setText(verdict.word);
    m_sentence->setText(verdict.sentence);
    setAccessibleDescription(verdict.word + u": "_s + verdict.sentence);
    setValue(m_pending, Formats::number(status.pending));
    setValue(m_oldest, oldest.isValid() ? Formats::duration(qMax(0, oldest.secsTo(now))) : QString(),
             Formats::absoluteTime(oldest));
    setValue(m_dead, Formats::number(status.dead));
    setValue(m_conflicts, Formats::number(status.conflicts));
    setValue(m_lastSync, Formats::relativeTime(status.lastSyncedAt, now), Formats::absoluteTime(status.lastSyncedAt));
}

void VerdictBar::showFailure(const Failure &failure)
{
    m_icon->setPixmap(Formats::icon(u"warning"_s).pixmap(36, 36));
    m_verdict->setText(tr("Unknown"));
    m_sentence->setText(failure.detail);
    setAccessibleDescription(tr("Unknown: %1").arg(failure.detail));
    for (const Tile &tile : {m_pending, m_oldest, m_dead, m_conflicts, m_lastSync})
        setValue(tile, {});
}

VerdictBar::Tile VerdictBar::addTile(const QString &caption)
{
    auto *value = new QLabel;
    auto *below = new QLabel(caption);
    QFont large = value->font();
    large.setPointSizeF(large.pointSizeF() * 1.2);
    large.setBold(true);
    value->setFont(large);
    for (QLabel *label : {value, below})
        label->setAlignment(Qt::AlignCenter);
    below->setBuddy(value);
    value->setAccessibleName(caption);
    auto *tile = new QVBoxLayout;
    tile->setSpacing(0);
    tile->addStretch();
    tile->addWidget(value);
    tile->addWidget(below);
    tile->addStretch();
    static_cast<QHBoxLayout *>(layout())->addSpacing(10);
    static_cast<QHBoxLayout *>(layout())->addLayout(tile);
    return {value};
}

void VerdictBar::setValue(const Tile &tile, const QString &value, const QString &toolTip)
{
    tile.value->setText(value.isEmpty() ? u"–"_s : value);
    tile.value->setToolTip(toolTip);
}

} // namespace Tideline::Inspector
