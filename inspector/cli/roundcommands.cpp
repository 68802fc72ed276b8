// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "roundcommands.h"

#include "round.h"
#include "session.h"

namespace Tideline::Cli {

void runDrain(Session &session)
{
    Round::run(session, [&session](SyncEngine::Urgency urgency) { return session.engine().drain(urgency); });
}

void runPull(Session &session)
{
    Round::run(session, [&session](SyncEngine::Urgency urgency) {
        const QStringList &tables = session.options().arguments;
        return tables.isEmpty() ? session.engine().pullAll(urgency) : session.engine().pull(tables, urgency);
    });
}

void runSync(Session &session)
{
    Round::run(session, [&session](SyncEngine::Urgency urgency) { return session.engine().syncAll(urgency); });
}

} // namespace Tideline::Cli
