// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

namespace Tideline {

// What is left to a round whose session has ended: nothing that it still asks for reaches the server, whoever has
// signed in meanwhile.
class ClosedRemoteStore final : public RemoteStore
{
public:
    QFuture<PushReply> push(const QList<PushItem> &items, bool stopOnFirstError) override;
    QFuture<Result<PullPage>> pull(const PullRequest &request) override;
    QFuture<Result<ChangesPage>> changes(const QList<TableCursor> &tables, int pageSize) override;
    QFuture<Result<QHash<QString, QString>>> remoteTimestamps(const QList<TableConfig> &tables) override;
    QFuture<Result<IdentityPage>> identities(const TableConfig &table, const QString &next) override;
    QFuture<Result<PullPage>> fetch(const TableConfig &table, const QStringList &recordIds) override;
    QFuture<Result<TableSchema>> schema(const TableConfig &table) override;
    QFuture<Result<bool>> refreshAuthentication() override;
    void reset() override {}

    static Failure failure();
};

} // namespace Tideline
