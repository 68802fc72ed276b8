// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

#include <QtCore/QMap>

namespace Tideline {

// One effect on the server.
class ServerEffect
{
public:
    QString entryId; // empty where the server does not know it
    QString recordId;
    SyncOperation operation = SyncOperation::Upsert;
    QVariantMap values; // what came; empty for a delete
};

// A server that outlives the process: every effect is a line appended to a file, and the rows are what the lines say.
// It refuses rows with the title "refused". Its pulls tell of no
// deletions. One process at a time.
class LogServer final : public RemoteStore
{
public:
    explicit LogServer(const QString &path);
    static RemoteFactory factory(const QString &path);
    static QList<ServerEffect> effects(const QString &path);

    QFuture<PushReply> push(const QList<PushItem> &items, bool stopOnFirstError) override;
    QFuture<Result<PullPage>> pull(const PullRequest &request) override;
    QFuture<Result<IdentityPage>> identities(const TableConfig &table, const QString &next) override;
    QFuture<Result<PullPage>> fetch(const TableConfig &table, const QStringList &recordIds) override;
    QFuture<Result<TableSchema>> schema(const TableConfig &table) override;
    QFuture<Result<bool>> refreshAuthentication() override;
    void reset() override;

private:
    PushOutcome pushOne(const PushItem &item);
    void apply(const ServerEffect &effect);
    // By their versions, those behind this one.
    QList<RemoteRow> rowsAfter(const QString &version) const;

    QString m_path;
    QMap<QString, QVariantMap> m_rows;
    qint64 m_version = 0;
};

} // namespace Tideline
