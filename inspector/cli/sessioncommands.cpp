// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "sessioncommands.h"

#include "session.h"

namespace Tideline::Cli {

namespace {

void answerWithTables(Session &session, const Result<QStringList> &made)
{
    if (!made)
        return session.fail(made.failure());
    session.answer({{QStringLiteral("created"), *made}},
                   made->isEmpty() ? QStringLiteral("All tables were there already.")
                                   : QStringLiteral("Made %1.").arg(printable(made->join(QStringLiteral(", ")))));
}

} // namespace

void runInit(Session &session)
{
    session.engine()
        .createTables()
        .then(&session, [&session](const Result<QStringList> &made) { answerWithTables(session, made); })
        .onCanceled(&session, [&session] {
            session.fail(
                Failure(Failure::Code::Cancelled, QStringLiteral("Making the tables was stopped. Run init again.")));
        });
}

void runLogout(Session &session)
{
    const Result<qint64> unsynced = session.engine().unsyncedCount();
    if (!unsynced)
        return session.fail(unsynced.failure());
    const Result<void> done = session.engine().logout(
        session.options().isDiscardingUnsynced ? SyncEngine::UnsyncedWork::Discard : SyncEngine::UnsyncedWork::Keep);
    const bool isRefused = !done && done.failure().code == Failure::Code::Conflict;
    if (!done && !isRefused)
        return session.fail(done.failure());
    if (isRefused)
        complain(QStringLiteral("%1 unsynced changes would be lost, so nothing was wiped. Run sync first, or give "
                                "--discard-unsynced.")
                     .arg(*unsynced));
    // The contract's answer, with and without --json: scripts act on it.
    session.answer(QVariant(QVariantMap{{QStringLiteral("schema"), 1},
                                        {QStringLiteral("unsynced"), *unsynced},
                                        {QStringLiteral("wiped"), done.ok()}}),
                   isRefused ? ExitCode::Refused : ExitCode::Fine);
}

} // namespace Tideline::Cli
