// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/supabase/supabaseremotestore.h>

#include "async/taskrunner.h"
#include "http/replyclassifier.h"
#include "http/restclient.h"
#include "kit/kitpull.h"
#include "kit/kitpush.h"
#include "plain/openapischema.h"
#include "plain/plainpull.h"
#include "plain/plainpush.h"
#include "plain/rowreader.h"
#include "plain/tablestatus.h"

#include <QtNetwork/QHostAddress>
#include <QtNetwork/QNetworkAccessManager>

#include <algorithm>

/*!
    \class Tideline::SupabaseOptions
    \inmodule Tideline
    \inheaderfile tideline/supabase/supabaseremotestore.h
    \brief Where a SupabaseRemoteStore finds its server and how it signs in.

    A value. SupabaseRemoteStore::check() tells whether it can be used.
*/

/*!
    \variable Tideline::SupabaseOptions::url
    The PostgREST root, for Supabase \c{https://<project>.supabase.co/rest/v1}.
*/

/*!
    \variable Tideline::SupabaseOptions::apiKey
    Sent as the header \c apikey, where it is not empty.
*/

/*!
    \variable Tideline::SupabaseOptions::tokenProvider
    Asked for the bearer token. Null: anonymous.
*/

/*!
    \variable Tideline::SupabaseOptions::allowInsecure
    Whether http to another machine is allowed.
*/

/*!
    \variable Tideline::SupabaseOptions::requestTimeout
    How long a whole request may take, in milliseconds; longer ones fail with Timeout.
*/

/*!
    \variable Tideline::SupabaseOptions::maxResponseBytes
    How large the body of one reply may be; larger ones fail with Network. Replies are asked for uncompressed.
*/

/*!
    \variable Tideline::SupabaseOptions::overlap
    How far behind the server's time rows are looked for a second time that were committed late, in milliseconds.
    Transactions of the server that take longer need more.
*/

/*!
    \enum Tideline::SupabaseOptions::Mode
    Whether changes go to the server and come from it through the server kit, one SQL file that an administrator
   installs: then a whole batch is one request, and an entry has its effect once, however often it arrives.

    \value Auto With the kit where the server has it, for the tables that are enrolled in it. The first push finds out,
           without a request of its own; SupabaseRemoteStore::reset() forgets.
    \value Kit With the kit only. Where it is missing, or a table is not enrolled, the table's changes fail with Remote
           and status 404, and wait.
    \value Plain Without it. It is never asked for.
*/

/*!
    \variable Tideline::SupabaseOptions::mode
    How changes are pushed and pulled; Auto unless set.
*/

/*!
    \variable Tideline::SupabaseOptions::statusTable
    A table with one row a user, which row-level security shows to that user alone, and a column for each other table
    that changes with every commit to it: where the text there is the one of the last pull, the table costs no request.
    Empty: there is none.
*/

/*!
    \variable Tideline::SupabaseOptions::statusColumns
    The columns of \c statusTable, by the names of the tables that they are about; a table that is not named here has
   the column \c{<table>_at}. A table without a column is pulled as if there were no \c statusTable.
*/

/*!
    \typedef Tideline::TokenProvider
    Called on the worker's thread before every request, so that queued work never carries an old token; the future may
    be fulfilled on any thread, and may be at once: a provider is free to answer from what it keeps. Its value is a
    bearer token, an empty one means anonymous. After the server has refused a token it is asked once with \c refresh
    set. However many requests wait, it is asked once at a time. A failure of Network or Timeout is taken as it is, any
    other as AuthExpired; so is a cancelled future.
*/

/*!
    \class Tideline::SupabaseRemoteStore
    \inmodule Tideline
    \inheaderfile tideline/supabase/supabaseremotestore.h
    \brief Any PostgREST server, with the server kit or without.

    The tables need a key and an \c updatedAt column that the server sets at every change (a trigger); an index on
    (updatedAt, key) makes pulls cheap. Nothing else needs to be installed on the server. The server kit, where it is,
    makes pushes cheaper and safe to repeat: see SupabaseOptions::Mode.

    The object, the futures and the network manager belong to the thread that makes it, usually the engine's worker.
    Futures are fulfilled from the event loop, never inline; those that are open when the object is destroyed are
    cancelled. Redirects are never followed, no cookie is kept, and no failure's text holds a token, key or row value.
*/

namespace Tideline {

namespace {

Failure cancelled()
{
    return {Failure::Code::Cancelled, QStringLiteral("The session ended before the server answered.")};
}

Failure unusable(const QString &why)
{
    return {Failure::Code::Invalid, why};
}

bool isLoopback(const QString &host)
{
    return host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0 || QHostAddress(host).isLoopback();
}

Rest::Task<PushReply> pushItems(Rest::RestClient *client, Rest::KitKnowledge *knowledge, SupabaseOptions::Mode mode,
                                QList<PushItem> items, bool stopOnFirstError)
{
    if (mode == SupabaseOptions::Mode::Plain) {
        Rest::PlainPush push(*client, items, stopOnFirstError);
        co_return co_await push.run();
    }
    Rest::KitPush push(*client, *knowledge, mode, items, stopOnFirstError);
    co_return co_await push.run();
}

Rest::Task<Result<ChangesPage>> pullChanges(Rest::RestClient *client, Rest::KitKnowledge *knowledge,
                                            Rest::PageSizes *sizes, SupabaseOptions::Mode mode,
                                            QList<TableCursor> tables, int pageSize)
{
    Rest::KitPull pull(*client, *knowledge, *sizes, mode, tables, pageSize);
    co_return co_await pull.run();
}

Rest::Task<Result<PullPage>> pullPage(Rest::RestClient *client, Rest::PageSizes *sizes, PullRequest request)
{
    Rest::PlainPull pull(*client, *sizes, request);
    co_return co_await pull.run();
}

Rest::Task<Result<IdentityPage>> listIdentities(Rest::RestClient *client, Rest::PageSizes *sizes, TableConfig table,
                                                QString next)
{
    Rest::RowReader reader(*client);
    co_return co_await reader.identities(table, next, sizes);
}

Rest::Task<Result<PullPage>> fetchRows(Rest::RestClient *client, TableConfig table, QStringList recordIds)
{
    Rest::RowReader reader(*client);
    PullPage page;
    const Result<QVariantList> rows = co_await reader.read(table, recordIds, &page);
    if (!rows)
        co_return Result<PullPage>(rows.failure());
    for (const QVariant &row : *rows)
        page.rows.append(Rest::remoteRow(table, row));
    co_return Result<PullPage>(page);
}

Rest::Task<Result<TableSchema>> describeTable(Rest::RestClient *client, TableConfig table)
{
    Rest::RestRequest request;
    request.accept = QByteArrayLiteral("application/openapi+json");
    RemoteReply account;
    const Rest::RestReply reply = co_await client->send(request, &account);
    if (reply.failure.isFailure())
        co_return Result<TableSchema>(reply.failure);
    co_return Rest::openApiSchema(table, reply.content.toMap());
}

} // namespace

class SupabaseRemoteStore::Private
{
public:
    Private(const SupabaseOptions &options, std::unique_ptr<QNetworkAccessManager> manager)
        : network(manager ? std::move(manager) : std::make_unique<QNetworkAccessManager>())
        , client(options, *network)
        , mode(options.mode)
        , status(options)
    {
    }

    std::unique_ptr<QNetworkAccessManager> network;
    Rest::RestClient client;
    SupabaseOptions::Mode mode;
    Rest::KitKnowledge kit;
    Rest::PageSizes pageSizes;
    Rest::TableStatus status;
    Rest::TaskRunner runner; // the last member: tasks use the others until they end
};

/*!
    A store over the server that \a options name. It takes \a network over, or makes its own.
    Options that check() refuses make every request fail with that failure, before anything is sent.
*/
SupabaseRemoteStore::SupabaseRemoteStore(const SupabaseOptions &options, std::unique_ptr<QNetworkAccessManager> network)
    : d(std::make_unique<Private>(options, std::move(network)))
{
}

/*!
    Aborts every request and cancels the open futures.
*/
SupabaseRemoteStore::~SupabaseRemoteStore() = default;

/*!
    Fails with Invalid when \a options cannot be used: the URL must be absolute, without user, query and fragment, and
    https, or http to a loopback address unless \c allowInsecure is set.
*/
Result<void> SupabaseRemoteStore::check(const SupabaseOptions &options)
{
    const QUrl &url = options.url;
    const QString scheme = url.scheme();
    if (!url.isValid() || url.host().isEmpty() || (scheme != QLatin1String("https") && scheme != QLatin1String("http")))
        return unusable(QStringLiteral("The url must be the whole address of a PostgREST server, for example "
                                       "https://example.org/rest/v1."));
    if (!url.userInfo().isEmpty())
        return unusable(
            QStringLiteral("The url must not hold a user name or a password: set a token or an apikey instead."));
    if (url.hasQuery() || url.hasFragment())
        return unusable(QStringLiteral("The url must end with its path: remove what follows '?' or '#'."));
    if (scheme == QLatin1String("http") && !options.allowInsecure && !isLoopback(url.host()))
        return unusable(
            QStringLiteral("The url is http to another machine, where anybody on the way can read and change "
                           "what is sent. Use https, or set allowInsecure."));
    if (options.requestTimeout.count() <= 0)
        return unusable(QStringLiteral("requestTimeout must be longer than 0."));
    if (options.maxResponseBytes <= 0)
        return unusable(QStringLiteral("maxResponseBytes must be more than 0."));
    if (options.overlap.count() < 0)
        return unusable(QStringLiteral("overlap must not be negative."));
    const auto isVisible = [](QChar c) { return c > QLatin1Char(' ') && c < QChar(0x7f); };
    if (!std::all_of(options.apiKey.cbegin(), options.apiKey.cend(), isVisible))
        return unusable(QStringLiteral("The apikey holds spaces, line breaks or other characters that no key has."));
    return {};
}

/*!
    A factory for SyncSetup::remote: it makes a store with \a options on the engine's worker thread.
*/
RemoteFactory SupabaseRemoteStore::factory(const SupabaseOptions &options)
{
    return [options] { return std::make_unique<SupabaseRemoteStore>(options); };
}

/*!
    Sends \a items in their order, each conditional on its base. With the server kit they share one request, or as many
    as 2 MiB each make. Without, new rows of one table with the same columns share a request; when the server refuses
    that, each is sent alone. A transport failure ends the push where \a stopOnFirstError, else the items of that table;
   a refusal of one record ends nothing.
*/
QFuture<PushReply> SupabaseRemoteStore::push(const QList<PushItem> &items, bool stopOnFirstError)
{
    PushReply none;
    none.outcomes.fill(PushOutcome{PushOutcome::Kind::Failed, {}, cancelled()}, items.size());
    return d->runner.run(pushItems(&d->client, &d->kit, d->mode, items, stopOnFirstError), none);
}

/*!
    Twenty times \a batchSize once the server kit has answered in this session, because it takes a batch with one
    request; else \a batchSize.
*/
int SupabaseRemoteStore::entriesPerPush(int batchSize) const
{
    constexpr int batchesPerRequest = 20;
    const bool hasKit =
        d->mode != SupabaseOptions::Mode::Plain && d->kit.push.presence == Rest::KitKnowledge::Presence::Present;
    return hasKit ? batchSize * batchesPerRequest : batchSize;
}

/*!
    The page that follows \a request's cursor in the order (updatedAt, key). Once what the cursor covered in the
    server's last \c overlap has settled, one pull reads that part again for rows that were committed late. A cursor
   that is none of this way of pulling means the beginning, and \c isReset is set. Pages that the server or the limits
   cannot bear are asked for again, smaller.

    Fails with Invalid where the table's filter cannot stand in a URL, and with Deserialization where the reply cannot
    be read or is the page before.
*/
QFuture<Result<PullPage>> SupabaseRemoteStore::pull(const PullRequest &request)
{
    return d->runner.run(pullPage(&d->client, &d->pageSizes, request), Result<PullPage>(cancelled()));
}

/*!
    One request for all of \a tables that are enrolled in the server kit, \a pageSize records at most; the others are
    not served. Costs no request where the kit is not wanted, or known to be absent in this session. In Mode::Kit the
    server's lack of it is a failure, as is a table's lack of enrolment.

    What does not come in time, or is larger than \c maxResponseBytes, is asked for again by smaller pages, which this
    session keeps to.
*/
QFuture<Result<ChangesPage>> SupabaseRemoteStore::changes(const QList<TableCursor> &tables, int pageSize)
{
    return d->runner.run(pullChanges(&d->client, &d->kit, &d->pageSizes, d->mode, tables, pageSize),
                         Result<ChangesPage>(cancelled()));
}

/*!
    What SupabaseOptions::statusTable says about \a tables, by one request for all of them; nothing, and no request,
    where there is none.
*/
QFuture<Result<QHash<QString, QString>>> SupabaseRemoteStore::remoteTimestamps(const QList<TableConfig> &tables)
{
    return d->runner.run(d->status.read(&d->client, tables), Result<QHash<QString, QString>>(cancelled()));
}

/*!
    Ids and versions of the rows of \a table in the order of its key, from \a next on.
*/
QFuture<Result<IdentityPage>> SupabaseRemoteStore::identities(const TableConfig &table, const QString &next)
{
    return d->runner.run(listIdentities(&d->client, &d->pageSizes, table, next), Result<IdentityPage>(cancelled()));
}

/*!
    The rows of \a table with these \a recordIds, in as many requests as their URLs need; no more than the user sees.
*/
QFuture<Result<PullPage>> SupabaseRemoteStore::fetch(const TableConfig &table, const QStringList &recordIds)
{
    return d->runner.run(fetchRows(&d->client, table, recordIds), Result<PullPage>(cancelled()));
}

/*!
    The columns of \a table as the server describes them to this user. Fails with Remote and status 404 for a table
    that it does not show.
*/
QFuture<Result<TableSchema>> SupabaseRemoteStore::schema(const TableConfig &table)
{
    return d->runner.run(describeTable(&d->client, table), Result<TableSchema>(cancelled()));
}

/*!
    Asks the token provider for a fresh token; calls that meet share one question. Answers false where the token is the
    same or there is no provider; fails as the provider does.
*/
QFuture<Result<bool>> SupabaseRemoteStore::refreshAuthentication()
{
    return d->runner.run(d->client.tokens().refresh(), Result<bool>(cancelled()));
}

/*!
    Aborts every request, forgets the token and whether the server has the kit. Open futures end with Cancelled,
   whatever the server had answered.
*/
void SupabaseRemoteStore::reset()
{
    d->runner.cancelAll();
    d->client.reset();
    d->kit = {};
    d->pageSizes = {};
    d->network->clearAccessCache();
}

} // namespace Tideline
