// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "writecommands.h"

#include "arguments.h"
#include "changestream.h"
#include "session.h"

namespace Tideline::Cli {

namespace {

QVariantMap answerTo(const Session &session, const QString &table, const QString &id, const WriteResult &result)
{
    QVariantMap answer{
        {QStringLiteral("ok"), result.ok()}, {QStringLiteral("table"), table}, {QStringLiteral("id"), id}};
    if (result)
        answer.insert(QStringLiteral("entry"), toVariantMap(masked(result.entry, session.maskedFields())));
    else
        answer.insert(QStringLiteral("error"), result.failure.toVariantMap());
    return answer;
}

void finishChange(Session &session, const WriteResult &result)
{
    const QStringList &arguments = session.options().arguments;
    const QVariantMap answer = answerTo(session, arguments.at(0), arguments.at(1), result);
    if (!result)
        complain(result.failure.detail);
    session.answer(answer, result ? QStringLiteral("Queued as entry %1.").arg(result.entry.id) : QString(),
                   exitCodeOf(result.failure));
}

bool isStream(const Session &session)
{
    return session.options().arguments == QStringList{QStringLiteral("-")};
}

using Change = WriteResult (SyncEngine::*)(const QString &, const QString &, const QVariantMap &);

void runChange(Session &session, ChangeStream::Kind kind, Change change)
{
    if (isStream(session))
        return ChangeStream::run(session, kind);
    const QStringList &arguments = session.options().arguments;
    if (arguments.size() != 3)
        return refuseUsage(session,
                           QStringLiteral("A table, an id and a JSON object are needed, or - alone for changes on "
                                          "standard input."));
    const std::optional<QVariantMap> data = objectArgument(session, arguments.at(2));
    if (data)
        finishChange(session, (session.engine().*change)(arguments.at(0), arguments.at(1), *data));
}

} // namespace

void runWrite(Session &session)
{
    runChange(session, ChangeStream::Kind::Write, &SyncEngine::write);
}

void runPatch(Session &session)
{
    runChange(session, ChangeStream::Kind::Patch, &SyncEngine::patch);
}

void runRemove(Session &session)
{
    if (isStream(session))
        return ChangeStream::run(session, ChangeStream::Kind::Remove);
    const QStringList &arguments = session.options().arguments;
    if (arguments.size() != 2)
        return refuseUsage(session,
                           QStringLiteral("A table and an id are needed, or - alone for changes on standard input."));
    finishChange(session, session.engine().remove(arguments.at(0), arguments.at(1)));
}

void runPush(Session &session)
{
    const QStringList &arguments = session.options().arguments;
    const SyncOperation operation = session.options().operation;
    std::optional<QVariantMap> data = QVariantMap();
    if (arguments.size() == 3)
        data = objectArgument(session, arguments.at(2));
    else if (operation != SyncOperation::Delete)
        return refuseUsage(session, QStringLiteral("A table, an id and a JSON object are needed."));
    if (data)
        finishChange(session, session.engine().push(arguments.at(0), arguments.at(1), *data, operation));
}

} // namespace Tideline::Cli
