// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>
#include <tideline/supabase/supabaseexport.h>

#include <QtCore/QHash>
#include <QtCore/QUrl>

#include <chrono>
#include <functional>
#include <memory>

class QNetworkAccessManager;

namespace Tideline {

// Called on the worker thread whenever a session of requests begins, and with refresh = true after the server has
// refused the last token. The answer is a bearer token; an empty one means anonymous.
using TokenProvider = std::function<QFuture<Result<QString>>(bool refresh)>;

class SupabaseOptions
{
public:
    enum class Mode {
        Auto, // the server kit for the tables that are enrolled in it, plain requests for the others
        Kit,
        Plain,
    };

    QUrl url; // the PostgREST root, for Supabase https://<project>.supabase.co/rest/v1
    QString apiKey;
    TokenProvider tokenProvider;                                         // null: anonymous
    bool allowInsecure = false;                                          // http to another machine
    std::chrono::milliseconds requestTimeout = std::chrono::seconds(30); // for a whole request
    qint64 maxResponseBytes = 64LL * 1024 * 1024;
    std::chrono::milliseconds overlap =
        std::chrono::seconds(10); // how far behind the server's time late commits are looked for
    Mode mode = Mode::Auto;
    QString statusTable;                   // one row a user that tells when each table has changed; empty: none
    QHash<QString, QString> statusColumns; // table -> its column there, where that is not "<table>_at"
};

// Any PostgREST server, with or without the server kit: tables with a key and an updatedAt column that the server sets.
class TIDELINE_SUPABASE_EXPORT SupabaseRemoteStore final : public RemoteStore
{
public:
    // Without a network manager it makes its own.
    explicit SupabaseRemoteStore(const SupabaseOptions &options,
                                 std::unique_ptr<QNetworkAccessManager> network = nullptr);
    ~SupabaseRemoteStore() override;

    // Why these options cannot be used: a relative or insecure URL, credentials in it, ...
    static Result<void> check(const SupabaseOptions &options);
    static RemoteFactory factory(const SupabaseOptions &options);

    QFuture<PushReply> push(const QList<PushItem> &items, bool stopOnFirstError) override;
    int entriesPerPush(int batchSize) const override;
    QFuture<Result<PullPage>> pull(const PullRequest &request) override;
    QFuture<Result<ChangesPage>> changes(const QList<TableCursor> &tables, int pageSize) override;
    QFuture<Result<QHash<QString, QString>>> remoteTimestamps(const QList<TableConfig> &tables) override;
    QFuture<Result<IdentityPage>> identities(const TableConfig &table, const QString &next) override;
    QFuture<Result<PullPage>> fetch(const TableConfig &table, const QStringList &recordIds) override;
    QFuture<Result<TableSchema>> schema(const TableConfig &table) override;
    QFuture<Result<bool>> refreshAuthentication() override;
    void reset() override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Tideline
