// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/later_p.h>
#include <tideline/sync/closedremotestore.h>

namespace Tideline {

Failure ClosedRemoteStore::failure()
{
    return {Failure::Code::Cancelled, QStringLiteral("The user has signed out. Sign in, then try again.")};
}

QFuture<PushReply> ClosedRemoteStore::push(const QList<PushItem> &items, bool)
{
    PushReply reply;
    reply.outcomes.fill(PushOutcome{PushOutcome::Kind::Failed, {}, failure()}, items.size());
    return later(reply);
}

QFuture<Result<PullPage>> ClosedRemoteStore::pull(const PullRequest &)
{
    return later(Result<PullPage>(failure()));
}

QFuture<Result<ChangesPage>> ClosedRemoteStore::changes(const QList<TableCursor> &, int)
{
    return later(Result<ChangesPage>(failure()));
}

QFuture<Result<QHash<QString, QString>>> ClosedRemoteStore::remoteTimestamps(const QList<TableConfig> &)
{
    return later(Result<QHash<QString, QString>>(failure()));
}

QFuture<Result<IdentityPage>> ClosedRemoteStore::identities(const TableConfig &, const QString &)
{
    return later(Result<IdentityPage>(failure()));
}

QFuture<Result<PullPage>> ClosedRemoteStore::fetch(const TableConfig &, const QStringList &)
{
    return later(Result<PullPage>(failure()));
}

QFuture<Result<TableSchema>> ClosedRemoteStore::schema(const TableConfig &)
{
    return later(Result<TableSchema>(failure()));
}

QFuture<Result<bool>> ClosedRemoteStore::refreshAuthentication()
{
    return later(Result<bool>(failure()));
}

} // namespace Tideline
