// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/syncreport.h>

#include <QtWidgets/QFrame>

class QLabel;

namespace Tideline::Inspector {

// One line that says where the database stands, and its numbers.
class VerdictBar final : public QFrame
{
    Q_OBJECT

public:
    explicit VerdictBar(QWidget *parent = nullptr);

    // oldest: when the first of the waiting changes was queued; invalid when none waits.
    void showStatus(const SyncStatus &status, const QDateTime &oldest, const QDateTime &now);
    void showFailure(const Failure &failure);

private:
    class Tile
    {
    public:
        QLabel *value = nullptr;
    };
    Tile addTile(const QString &caption);
    static void setValue(const Tile &tile, const QString &value, const QString &toolTip = {});

    QLabel *m_icon;
    QLabel *m_verdict;
    QLabel *m_sentence;
    Tile m_pending;
    Tile m_oldest;
    Tile m_dead;
    Tile m_conflicts;
    Tile m_lastSync;
};

} // namespace Tideline::Inspector
