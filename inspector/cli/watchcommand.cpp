// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "watchcommand.h"

#include "session.h"
#include "statuscommand.h"
#include "stopsignals.h"

#include <QtCore/QTimer>

namespace Tideline::Cli {

namespace {

void stop(Session &session)
{
    session.engine().stop();
    answerWithStatus(session);
}

} // namespace

void runWatch(Session &session)
{
    const Result<StopSignals *> signals_ = StopSignals::install(&session);
    if (!signals_)
        return session.fail(signals_.failure());
    QObject::connect(*signals_, &StopSignals::received, &session, [&session] { stop(session); });
    QObject::connect(&session.engine(), &SyncEngine::loggedOut, &session, [&session] {
        session.engine().stop();
        session.fail(
            Failure(Failure::Code::Cancelled,
                    QStringLiteral("The session was ended by a logout of another process. Log in and start again.")));
    });
    if (session.options().watchTime)
        QTimer::singleShot(*session.options().watchTime, &session, [&session] { stop(session); });
    session.engine().start();
}

} // namespace Tideline::Cli
