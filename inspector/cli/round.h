// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/syncengine.h>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <functional>

namespace Tideline::Cli {

class Session;

// A drain, pull or sync, and with --wait the ones that the engine's own schedule asks for.
class Round : public QObject
{
    Q_OBJECT

public:
    using Action = std::function<QFuture<SyncReport>(SyncEngine::Urgency urgency)>;

    static void run(Session &session, const Action &action);

private:
    Round(Session &session, const Action &action);
    void start(SyncEngine::Urgency urgency);
    void roundEnded(const SyncReport &report);
    // When another round is worth a try before the time is over; negative: never.
    std::chrono::milliseconds timeToNextRound(const SyncReport &report, const SyncStatus &status);
    void answer(const SyncReport &last, const SyncStatus &status);

    Session &m_session;
    Action m_action;
    SyncReport m_total;
    QDeadlineTimer m_deadline;
    QTimer m_pause;
};

} // namespace Tideline::Cli
