// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "repaircommands.h"

#include "arguments.h"
#include "session.h"

#include <QtCore/QFutureWatcher>

namespace Tideline::Cli {

namespace {

void answerWithCount(Session &session, const Result<int> &count, const QString &name, const QString &text)
{
    if (!count)
        return session.fail(count.failure());
    session.answer({{name, *count}}, text.arg(*count));
}

} // namespace

void runRetry(Session &session)
{
    const QStringList &entries = session.options().arguments;
    if (session.options().isAll != entries.isEmpty())
        return refuseUsage(session, QStringLiteral("Name the entries to retry, or use --all; one of the two."));
    answerWithCount(session, session.options().isAll ? session.engine().retryAll() : session.engine().retry(entries),
                    QStringLiteral("retried"), QStringLiteral("%1 queued again."));
}

void runDiscard(Session &session)
{
    const QStringList &entries = session.options().arguments;
    const QString name = QStringLiteral("discarded");
    const QString text = QStringLiteral("%1 discarded.");
    if (!session.options().isReverting)
        return answerWithCount(session, session.engine().discard(entries), name, text);
    session.engine()
        .discardAndRevert(entries)
        .then(&session,
              [&session, name, text](const Result<int> &count) { answerWithCount(session, count, name, text); })
        .onCanceled(&session, [&session] {
            session.fail(
                Failure(Failure::Code::Cancelled, QStringLiteral("The revert was stopped; nothing was changed.")));
        });
}

void runEdit(Session &session)
{
    const QStringList &arguments = session.options().arguments;
    const std::optional<QVariantMap> payload = objectArgument(session, arguments.at(1));
    if (!payload)
        return;
    const Result<SyncEntry> entry = session.engine().edit(arguments.at(0), *payload);
    if (!entry)
        return session.fail(entry.failure());
    session.answer({{QStringLiteral("entry"), toVariantMap(masked(*entry, session.maskedFields()))}},
                   QStringLiteral("Queued again as entry %1.").arg(entry->id));
}

void runResolve(Session &session)
{
    const QString id = session.options().arguments.at(0);
    const QString choice = session.options().arguments.at(1);
    std::optional<QVariantMap> row;
    if (choice == QLatin1String("local") || choice == QLatin1String("remote")) {
        const Result<ConflictRecord> conflict = session.storage().journal().conflict(id);
        if (!conflict)
            return session.fail(conflict.failure());
        row = choice == QLatin1String("local") ? conflict->local : conflict->remote;
    } else if (choice != QLatin1String("null")) { // null: the row goes
        row = objectArgument(session, choice);
        if (!row)
            return;
    }
    const Result<ConflictRecord> resolved = session.engine().resolve(id, row);
    if (!resolved)
        return session.fail(resolved.failure());
    session.answer({{QStringLiteral("conflict"), toVariantMap(masked(*resolved, session.maskedFields()))}},
                   QStringLiteral("Conflict %1 is resolved.").arg(resolved->id));
}

} // namespace Tideline::Cli
