// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "pushitem.h"
#include "serverstack.h"

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QFile>
#include <QtCore/QPromise>
#include <QtCore/QSet>
#include <QtTest/QTest>

#include <algorithm>

using namespace Tideline;
using namespace std::chrono_literals;

namespace {

constexpr int pageCap = 1000;

QVariantMap named(const QString &name)
{
    return {{QStringLiteral("name"), name}};
}

} // namespace

class TestSupabaseRemoteStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void pullsPastTheServersPageCap();
    void pullsManyRowsOfOneTime();
    void pullsRowsWithoutTime();
    void pullsCompositeKeys();
    void pullsWhatCommitsLate();
    void pullsPastARowOfTheFuture();
    void countsRowsWithOneRequest();
    void pullsWithinAFilter_data();
    void pullsWithinAFilter();
    void refusesFilters_data();
    void refusesFilters();
    void pullsSomeColumns();
    void pullsForeignCursorsAnew();
    void asksForSmallerPages();
    void readsTheStatusTable();
    void keepsValuesExact();

    void takesAnyId_data();
    void takesAnyId();
    void insertsInOneRequest();
    void blendsNoKeys();
    void letsOneRefusalBlockNoOther();
    void doesNotOverwrite();
    void recognisesItsOwnLostPush();
    void patchesOnTopOfTheBase();
    void deletesConditionally();
    void marksAsDeleted();
    void holdsUnknownTables();
    void namesHiddenRows();
    void quotesColumnNames();

    void listsIdentities();
    void fetchesRows();
    void describesTables();
    void refreshesRefusedTokens();
    void reportsTheNetwork();
    void resetCancels();
    void pullsThroughTheKit();

private:
    struct Pulled
    {
        QList<RemoteRow> rows;
        QString cursor;
        int requests = 0;
        std::optional<qint64> rowCount;
        Failure failure;
    };

    SupabaseOptions options() const;
    Pulled pullAll(const TableConfig &table, const QString &cursor = {}, int pageSize = 5000, bool counts = false);
    PushOutcome pushOne(const PushItem &item);
    void sql(const QString &text);
    QString sqlValue(const QString &text);

    ServerStack m_stack;
    std::unique_ptr<SupabaseRemoteStore> m_store;
    TableConfig m_things{QStringLiteral("things")};
};

void TestSupabaseRemoteStore::initTestCase()
{
    ServerStack::Options options;
    options.maxRows = pageCap;
    options.schema = QStringLiteral(R"x(
        create function touch() returns trigger language plpgsql as $$
        begin
            new.updated_at := case when current_setting('test.time', true) <> ''
                                   then current_setting('test.time')::timestamptz else now() end;
            return new;
        end $$;
        create table things (id text primary key, name text default 'unnamed', note text default 'no note',
                             size int check (size < 1000), big bigint, exact numeric, data jsonb, updated_at timestamptz);
        create trigger touch before insert or update on things for each row execute function touch();
        create table untimed (id int primary key, updated_at timestamptz);
        create table pairs (a text, b int, name text, updated_at timestamptz default now(), primary key (a, b));
        create table softs (id int primary key, name text, updated_at timestamptz, deleted_at timestamptz);
        create trigger touch before insert or update on softs for each row execute function touch();
        create table owned (id int primary key, name text, owner text, updated_at timestamptz default now());
        alter table owned enable row level security;
        create policy read on owned for select using (owner <> 'hidden');
        create policy make on owned for insert with check (owner = 'me');
        create policy change on owned for update using (owner = 'me');
        create table sorts (id int primary key, t text, n numeric, b boolean, "q""x ,)" text,
                            updated_at timestamptz default now());
        create table sync_status (user_id text primary key, things_at timestamptz, soft timestamptz, pairs_at text);
        create table odd (id int primary key, "a.b" text, "select" text, "q""x" text, "ä +&=" text,
                          updated_at timestamptz default now());
        create table typed (id bigint primary key, s smallint not null, r real, d double precision, n numeric(10, 2),
                            b boolean, j json, l text[], x bytea, t timestamptz, updated_at timestamptz);
    )x");
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
}

void TestSupabaseRemoteStore::init()
{
    sql(QStringLiteral("truncate sync_status, things, sorts, untimed, pairs, softs, owned, odd"));
    m_store = std::make_unique<SupabaseRemoteStore>(options());
}

void TestSupabaseRemoteStore::cleanup()
{
    m_store.reset();
}

SupabaseOptions TestSupabaseRemoteStore::options() const
{
    SupabaseOptions options;
    options.url = m_stack.url();
    options.overlap = 2s;
    options.mode = SupabaseOptions::Mode::Plain;
    return options;
}

TestSupabaseRemoteStore::Pulled TestSupabaseRemoteStore::pullAll(const TableConfig &table, const QString &cursor,
                                                                 int pageSize, bool counts)
{
    PullRequest request;
    request.table = table;
    request.cursor = cursor;
    request.pageSize = pageSize;
    request.wantsRowCount = counts;
    Pulled pulled;
    for (bool hasMore = true; hasMore;) {
        const Result<PullPage> page = await(m_store->pull(request));
        if (!page) {
            pulled.failure = page.failure();
            return pulled;
        }
        pulled.rows += page->rows;
        pulled.requests += page->requests;
        pulled.rowCount = page->rowCount;
        pulled.cursor = request.cursor = page->cursor;
        request.isFirstPage = false;
        hasMore = page->hasMore;
    }
    return pulled;
}

PushOutcome TestSupabaseRemoteStore::pushOne(const PushItem &item)
{
    return await(m_store->push({item}, true)).outcomes.constFirst();
}

void TestSupabaseRemoteStore::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    QVERIFY2(result.ok, qPrintable(result.output));
}

QString TestSupabaseRemoteStore::sqlValue(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    return result.ok ? result.output : QStringLiteral("SQL error: ") + result.output;
}

void TestSupabaseRemoteStore::pullsPastTheServersPageCap()
{
    sql(QStringLiteral("insert into things (id) select 'r' || g from generate_series(1, 20000) g"));
    const Pulled first = pullAll(m_things);
    QVERIFY2(!first.failure.isFailure(), qPrintable(first.failure.detail));
    QCOMPARE(first.rows.size(), 20000);
    QSet<QString> ids;
    for (const RemoteRow &row : first.rows)
        ids.insert(row.recordId);
    QCOMPARE(ids.size(), 20000);
    // On a slow machine the overlap may end in the middle; then one more request looks for late rows.
    const bool isWindowOpen = first.cursor.contains(QLatin1String("window"));
    QVERIFY2(first.requests <= (isWindowOpen ? 21 : 22), qPrintable(QString::number(first.requests)));

    const Pulled second = pullAll(m_things, first.cursor);
    QCOMPARE(second.rows.size(), 0);
    QCOMPARE(second.requests, 1);
    // Also after the window has closed and its rows were looked at again.
    Pulled later = second;
    QTRY_VERIFY_WITH_TIMEOUT((later = pullAll(m_things, later.cursor), !later.cursor.contains(QLatin1String("window"))),
                             15000);
    QCOMPARE(later.rows.size(), 0);
    QCOMPARE(pullAll(m_things, later.cursor).requests, 1);
}

void TestSupabaseRemoteStore::pullsManyRowsOfOneTime()
{
    sql(QStringLiteral("insert into things (id) select 'r' || g from generate_series(1, 2500) g"));
    QCOMPARE(sqlValue(QStringLiteral("select count(distinct updated_at) from things")), QStringLiteral("1"));
    const Pulled pulled = pullAll(m_things, {}, 700);
    QCOMPARE(pulled.rows.size(), 2500);
    QCOMPARE(pullAll(m_things, pulled.cursor).rows.size(), 0);
}

void TestSupabaseRemoteStore::pullsRowsWithoutTime()
{
    sql(QStringLiteral("insert into untimed select g, case when g > 5 then now() - interval '1 hour' end "
                       "from generate_series(1, 8) g"));
    const TableConfig table(QStringLiteral("untimed"));
    const Pulled pulled = pullAll(table, {}, 2);
    QCOMPARE(pulled.rows.size(), 8);
    QCOMPARE(pullAll(table, pulled.cursor).rows.size(), 0);
    sql(QStringLiteral("insert into untimed values (9, now())"));
    QCOMPARE(pullAll(table, pulled.cursor).rows.size(), 1);
}

void TestSupabaseRemoteStore::pullsCompositeKeys()
{
    TableConfig table(QStringLiteral("pairs"));
    table.key = QStringList{QStringLiteral("a"), QStringLiteral("b")};
    sql(QStringLiteral("insert into pairs (a, b) select a, b from unnest(array['x', 'y\",)', 'z']) a, "
                       "generate_series(1, 7) b"));
    const Pulled pulled = pullAll(table, {}, 4);
    QVERIFY2(!pulled.failure.isFailure(), qPrintable(pulled.failure.detail));
    QCOMPARE(pulled.rows.size(), 21);
    QCOMPARE(pulled.rows.constFirst().recordId, QStringLiteral("[\"x\",\"1\"]"));
    const Result<PullPage> fetched =
        await(m_store->fetch(table, {QStringLiteral("[\"y\\\",)\",\"3\"]"), QStringLiteral("[\"z\",\"9\"]")}));
    QVERIFY(fetched.ok());
    QCOMPARE(fetched->rows.size(), 1);
    QCOMPARE(fetched->rows.constFirst().values.value(QStringLiteral("b")).toLongLong(), 3);

    const PushOutcome outcome = pushOne(pushItem(table, SyncOperation::Patch, fetched->rows.constFirst().recordId,
                                                 named(QStringLiteral("changed")), fetched->rows.constFirst().values));
    QCOMPARE(outcome.kind, PushOutcome::Kind::Applied);
    QCOMPARE(sqlValue(QStringLiteral("select count(*) from pairs where name = 'changed' and b = 3")),
             QStringLiteral("1"));
}

void TestSupabaseRemoteStore::pullsWhatCommitsLate()
{
    const std::unique_ptr<SqlSession> session = m_stack.openSession();
    session->run(QStringLiteral("begin; insert into things (id) values ('late');"));
    QTRY_COMPARE_WITH_TIMEOUT(
        sqlValue(QStringLiteral("select count(*) from pg_stat_activity where state = 'idle in transaction' "
                                "and query like 'insert%'")),
        QStringLiteral("1"), 10000);
    sql(QStringLiteral("insert into things (id) values ('early')"));
    const Pulled first = pullAll(m_things);
    QCOMPARE(first.rows.size(), 1);

    session->run(QStringLiteral("commit;"));
    QVERIFY(session->end());
    // It stands behind the cursor, so that an ordinary page does not hold it.
    Pulled next = pullAll(m_things, first.cursor);
    QCOMPARE(next.requests, 1);
    QList<RemoteRow> rows;
    const auto pullMore = [&] {
        next = pullAll(m_things, next.cursor);
        rows += next.rows;
        return !rows.isEmpty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(pullMore(), 15000);
    QCOMPARE(rows.size(), 1); // 'early' is known
    QCOMPARE(rows.constFirst().recordId, QStringLiteral("late"));
    // And never again.
    QTRY_VERIFY_WITH_TIMEOUT((next = pullAll(m_things, next.cursor), !next.cursor.contains(QLatin1String("window"))),
                             15000);
    QCOMPARE(next.rows.size(), 0);
}

void TestSupabaseRemoteStore::pullsPastARowOfTheFuture()
{
    sql(QStringLiteral("set test.time = '2200-01-01T00:00:00.123456Z'; insert into things (id) values ('future')"));
    const Pulled first = pullAll(m_things);
    QCOMPARE(first.rows.size(), 1);
    sql(QStringLiteral("insert into things (id) values ('present')"));
    const Pulled second = pullAll(m_things, first.cursor);
    QCOMPARE(second.rows.size(), 1);
    QCOMPARE(second.rows.constFirst().recordId, QStringLiteral("present"));
    const Pulled third = pullAll(m_things, second.cursor);
    QCOMPARE(third.rows.size(), 0);
    QCOMPARE(third.requests, 1);
}

void TestSupabaseRemoteStore::countsRowsWithOneRequest()
{
    sql(QStringLiteral(
        "set test.time = '2020-01-01'; insert into things (id) select 'r' || g from generate_series(1, 1200) g"));
    const Pulled first = pullAll(m_things, {}, 5000, true);
    QCOMPARE(first.rowCount, std::optional<qint64>(1200));
    sql(QStringLiteral("delete from things where id = 'r7'"));
    const Pulled idle = pullAll(m_things, first.cursor, 5000, true);
    QCOMPARE(idle.requests, 1);
    QCOMPARE(idle.rowCount, std::optional<qint64>(1199));
    QCOMPARE(idle.cursor, first.cursor);
    sql(QStringLiteral("update things set name = 'new' where id = 'r8'"));
    const Pulled news = pullAll(m_things, first.cursor, 5000, true);
    QCOMPARE(news.rows.size(), 1);
    QCOMPARE(news.rowCount, std::optional<qint64>(1199));
}

void TestSupabaseRemoteStore::pullsWithinAFilter_data()
{
    QTest::addColumn<QByteArray>("filter");
    QTest::addColumn<QString>("condition");
    const auto row = [](const char *filter, const char *condition) {
        QTest::newRow(filter) << QByteArray(filter) << QString::fromUtf8(condition);
    };
    row(R"({})", "true");
    row(R"({"t": "a"})", "t = 'a'");
    row(R"({"t": ""})", "t = ''");
    row(R"({"t": null})", "t is null");
    row(R"({"t": "null"})", "t = 'null'");
    row(R"({"t": "eq.a"})", "t = 'eq.a'");
    row(R"x({"t": "%41+,)\"'\\ &x=1#"})x", R"x(t = '%41+,)"''\ &x=1#')x");
    row(R"x({"t": ["%41+,)\"'\\ &x=1#", "", "null", "(a)"]})x", R"x(t in ('%41+,)"''\ &x=1#', '', 'null', '(a)'))x");
    row(R"({"t": ["a","a,b","c"]})", "t in ('a', 'a,b', 'c')");
    row(R"({"t": "ä漢😀"})", "t = 'ä漢😀'");
    row(R"({"t": []})", "false");
    row(R"({"n": 12345678901234567890.12})", "n = 12345678901234567890.12");
    row(R"({"n": [1, 12345678901234567890.12, 9]})", "n in (1, 12345678901234567890.12, 9)");
    row(R"({"b": false})", "not b");
    row(R"({"b": [true]})", "b");
    row(R"({"b": null, "n": [1, 2]})", "b is null and n in (1, 2)");
    row(R"x({"q\"x ,)": ["y", "z"]})x", R"x("q""x ,)" in ('y', 'z'))x");
}

void TestSupabaseRemoteStore::pullsWithinAFilter()
{
    QFETCH(QByteArray, filter);
    QFETCH(QString, condition);
    sql(QStringLiteral(R"x(insert into sorts (id, t, n, b, "q""x ,)") values
        (1, 'a', 1, true, 'y'), (2, 'b', 2, false, 'z'), (3, '', 9, null, ''), (4, null, null, null, null),
        (5, 'null', 12345678901234567890.12, true, null), (6, 'eq.a', 12345678901234567890.13, false, null),
        (7, '%41+,)"''\ &x=1#', 1, null, null), (8, 'a,b', 2, true, null), (9, '(a)', 1e3, true, null),
        (10, 'ä漢😀', 5, false, null))x"));
    TableConfig table(QStringLiteral("sorts"));
    const Result<QVariantMap> parsed = Json::parseObject(filter);
    QVERIFY(parsed.ok());
    table.filter = *parsed;
    const QString expected = sqlValue(
        QStringLiteral("select coalesce(string_agg(id::text, ',' order by id), '') from sorts where ") + condition);
    const auto joined = [](QStringList ids) {
        std::sort(ids.begin(), ids.end(), [](const QString &a, const QString &b) { return a.toInt() < b.toInt(); });
        return ids.join(QLatin1Char(','));
    };
    const Pulled pulled = pullAll(table, {}, 2, true);
    QVERIFY2(!pulled.failure.isFailure(), qPrintable(pulled.failure.detail));
    QStringList ids;
    for (const RemoteRow &row : pulled.rows)
        ids.append(row.recordId);
    QCOMPARE(joined(ids), expected);
    QCOMPARE(pullAll(table, {}, 100, true).rowCount, std::optional<qint64>(ids.size()));
    const Result<IdentityPage> identities = await(m_store->identities(table, {}));
    QVERIFY2(identities.ok(), qPrintable(identities.failure().detail));
    QCOMPARE(joined(identities->recordIds), expected);
    // Named rows come whatever the filter says.
    const Result<PullPage> fetched = await(m_store->fetch(table, {QStringLiteral("1"), QStringLiteral("4")}));
    QVERIFY(fetched.ok());
    QCOMPARE(fetched->rows.size(), 2);
}

void TestSupabaseRemoteStore::refusesFilters_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::newRow("object") << QVariant(QVariantMap{{QStringLiteral("a"), 1}});
    QTest::newRow("nested list") << QVariant(QVariantList{1, QVariantList{2}});
    QTest::newRow("lone surrogate") << QVariant(QString(QChar(0xd800)));
    QTest::newRow("too long") << QVariant(QStringList(200, QStringLiteral("0123456789-0123456789-0123456789")));
}

void TestSupabaseRemoteStore::refusesFilters()
{
    QFETCH(QVariant, value);
    TableConfig table(QStringLiteral("sorts"));
    table.filter = {{QStringLiteral("t"), value}};
    const Failure failure = pullAll(table).failure;
    QCOMPARE(failure.code, Failure::Code::Invalid);
    QVERIFY2(failure.detail.contains(QLatin1String("table sorts")), qPrintable(failure.detail));
    QVERIFY(!failure.detail.contains(QLatin1String("0123456789")));
    QCOMPARE(await(m_store->identities(table, {})).failure().code, Failure::Code::Invalid);
}

void TestSupabaseRemoteStore::pullsSomeColumns()
{
    sql(QStringLiteral("insert into softs (id, name, deleted_at) values (1, 'a', null), (2, 'b', now())"));
    PullRequest request;
    request.table = TableConfig(QStringLiteral("softs"));
    request.table.deletedAt = QStringLiteral("deleted_at");
    request.columns = QStringList{QStringLiteral("name"), QStringLiteral("id")};
    const Result<PullPage> page = await(m_store->pull(request));
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QCOMPARE(page->rows.size(), 2);
    QCOMPARE(page->rows.at(0).values.keys(), QStringList({QStringLiteral("deleted_at"), QStringLiteral("id"),
                                                          QStringLiteral("name"), QStringLiteral("updated_at")}));
    QVERIFY(!page->rows.at(0).isDeleted && page->rows.at(1).isDeleted);
    request.table.deletedAt.clear();
    QCOMPARE(await(m_store->pull(request))->rows.at(0).values.size(), 3);
}

void TestSupabaseRemoteStore::pullsForeignCursorsAnew()
{
    sql(QStringLiteral("set test.time = '2020-01-01'; insert into things (id) values ('1'), ('2')"));
    PullRequest request;
    request.table = m_things;
    for (const QString &cursor :
         {QStringLiteral(R"({"log":1,"since":"1:1:"})"), QStringLiteral("garbage"), QStringLiteral("[]"),
          QStringLiteral(R"({"v":1,"at":{"t":"2020-01-01T00:00:00+00:00","k":["1","2","3"]}})")}) {
        request.cursor = cursor;
        const Result<PullPage> page = await(m_store->pull(request));
        QVERIFY2(page.ok(), qPrintable(page.failure().detail));
        QVERIFY(page->isReset && page->isSettled);
        QCOMPARE(page->rows.size(), 2);
        request.cursor = page->cursor;
        const Result<PullPage> next = await(m_store->pull(request));
        QVERIFY(next.ok() && !next->isReset && next->rows.isEmpty());
    }
    sql(QStringLiteral("insert into things (id) values ('3')"));
    const Result<PullPage> young = await(m_store->pull(request));
    QVERIFY(young.ok());
    QVERIFY(!young->isSettled); // its time has to be looked at again
}

void TestSupabaseRemoteStore::asksForSmallerPages()
{
    sql(QStringLiteral(
        "set test.time = '2020-01-01';"
        "insert into things (id, note) select 'r' || g, repeat('x', 1000) from generate_series(1, 200) g"));
    SupabaseOptions small = options();
    small.maxResponseBytes = 40 * 1024;
    m_store = std::make_unique<SupabaseRemoteStore>(small);
    const Pulled pulled = pullAll(m_things, {}, 1000, true);
    QVERIFY2(!pulled.failure.isFailure(), qPrintable(pulled.failure.detail));
    QSet<QString> ids;
    for (const RemoteRow &row : pulled.rows)
        ids.insert(row.recordId);
    QCOMPARE(pulled.rows.size(), 200);
    QCOMPARE(ids.size(), 200);
    QCOMPARE(await(m_store->fetch(m_things, ids.values()))->rows.size(), 200);

    small.maxResponseBytes = 1000;
    m_store = std::make_unique<SupabaseRemoteStore>(small);
    const Failure failure = pullAll(m_things).failure;
    QVERIFY2(failure.detail.contains(QLatin1String("one record of table things")), qPrintable(failure.detail));
    QVERIFY2(failure.detail.contains(QLatin1String("maxResponseBytes")), qPrintable(failure.detail));
    QVERIFY(!await(m_store->fetch(m_things, ids.values())).ok());
    // Ids are short: only the page of them shrinks.
    QStringList listed;
    QString next;
    do {
        const Result<IdentityPage> page = await(m_store->identities(m_things, next));
        QVERIFY2(page.ok(), qPrintable(page.failure().detail));
        listed += page->recordIds;
        next = page->next;
    } while (!next.isEmpty());
    QCOMPARE(listed.size(), 200);
}

void TestSupabaseRemoteStore::readsTheStatusTable()
{
    const QList<TableConfig> tables{m_things, TableConfig(QStringLiteral("softs")),
                                    TableConfig(QStringLiteral("pairs")), TableConfig(QStringLiteral("odd"))};
    QVERIFY(await(m_store->remoteTimestamps(tables))->isEmpty());
    SupabaseOptions gated = options();
    gated.statusTable = QStringLiteral("sync_status");
    gated.statusColumns = {{QStringLiteral("softs"), QStringLiteral("soft")}};
    m_store = std::make_unique<SupabaseRemoteStore>(gated);
    QVERIFY(await(m_store->remoteTimestamps(tables))->isEmpty());
    sql(QStringLiteral("insert into sync_status values ('me', '2020-01-01T00:00:00.123456Z', '2021-01-01', null)"));
    const Result<QHash<QString, QString>> one = await(m_store->remoteTimestamps(tables));
    QVERIFY2(one.ok(), qPrintable(one.failure().detail));
    const QHash<QString, QString> expected{
        {QStringLiteral("things"), QStringLiteral("2020-01-01T00:00:00.123456+00:00")},
        {QStringLiteral("softs"), QStringLiteral("2021-01-01T00:00:00+00:00")},
    };
    QCOMPARE(*one, expected);
    // A change of an earlier time counts, too.
    sql(QStringLiteral("insert into sync_status values ('you', '2019-01-01', null, null)"));
    const Result<QHash<QString, QString>> two = await(m_store->remoteTimestamps(tables));
    QVERIFY(two.ok());
    QVERIFY(two->value(QStringLiteral("things")) != one->value(QStringLiteral("things")));
    QCOMPARE(two->value(QStringLiteral("softs")), one->value(QStringLiteral("softs")));

    gated.statusTable = QStringLiteral("nowhere");
    m_store = std::make_unique<SupabaseRemoteStore>(gated);
    const Result<QHash<QString, QString>> none = await(m_store->remoteTimestamps(tables));
    QVERIFY2(none.ok(), qPrintable(none.failure().detail));
    QVERIFY(none->isEmpty());
    gated.url = QUrl(QStringLiteral("http://127.0.0.1:1"));
    m_store = std::make_unique<SupabaseRemoteStore>(gated);
    QCOMPARE(await(m_store->remoteTimestamps(tables)).failure().code, Failure::Code::Network);
}

void TestSupabaseRemoteStore::keepsValuesExact()
{
    const Result<QVariantMap> payload = Json::parseObject(
        R"({"big":9223372036854775807,"exact":12345678901234567890.12345678901234567890,)"
        R"("name":"\uD83D\uDE00 ''","note":null,"data":{"a":[1,1.50,null,"x"],"b":12345678901234567890}})");
    QVERIFY(payload.ok());
    QCOMPARE(pushOne(pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"), *payload)).kind,
             PushOutcome::Kind::Applied);
    const Pulled pulled = pullAll(m_things);
    QCOMPARE(pulled.rows.size(), 1);
    for (auto it = payload->cbegin(); it != payload->cend(); ++it)
        QVERIFY2(Json::equivalent(pulled.rows.constFirst().values.value(it.key()), it.value()), qPrintable(it.key()));
    QCOMPARE(pulled.rows.constFirst().values.value(QStringLiteral("exact")).value<Decimal>().digits(),
             QStringLiteral("12345678901234567890.12345678901234567890"));
}

void TestSupabaseRemoteStore::takesAnyId_data()
{
    QTest::addColumn<QString>("id");
    const QStringList ids{QStringLiteral("plain"), QStringLiteral("%41"),        QStringLiteral("a+b c"),
                          QStringLiteral(",)("),   QStringLiteral("\"quoted\""), QStringLiteral("back\\slash\\"),
                          QStringLiteral("it's"),  QStringLiteral("a.eq.b:c"),   QStringLiteral("&x=y#z?/"),
                          QStringLiteral("äß漢😀"), QStringLiteral("null"),       QStringLiteral("{a,b}"),
                          QStringLiteral(" "),     QStringLiteral("*"),          QStringLiteral("(any).{x}")};
    for (const QString &id : ids)
        QTest::newRow(qPrintable(id)) << id;
}

void TestSupabaseRemoteStore::takesAnyId()
{
    QFETCH(QString, id);
    const PushOutcome inserted = pushOne(pushItem(m_things, SyncOperation::Upsert, id, named(id)));
    QCOMPARE(inserted.kind, PushOutcome::Kind::Applied);
    QCOMPARE(inserted.serverRow->value(QStringLiteral("id")).toString(), id);
    QCOMPARE(inserted.serverRow->value(QStringLiteral("name")).toString(), id);
    // A second row, so that the cursor has to stand behind this one.
    QCOMPARE(pushOne(pushItem(m_things, SyncOperation::Upsert, QStringLiteral("other"))).kind,
             PushOutcome::Kind::Applied);
    QCOMPARE(pullAll(m_things, {}, 1).rows.size(), 2);

    const Result<PullPage> fetched = await(m_store->fetch(m_things, {id, QStringLiteral("absent")}));
    QVERIFY(fetched.ok());
    QCOMPARE(fetched->rows.size(), 1);
    QCOMPARE(fetched->rows.constFirst().recordId, id);

    const PushOutcome changed =
        pushOne(pushItem(m_things, SyncOperation::Patch, id, named(QStringLiteral("changed")), inserted.serverRow));
    QCOMPARE(changed.kind, PushOutcome::Kind::Applied);
    QCOMPARE(pushOne(pushItem(m_things, SyncOperation::Delete, id, {}, changed.serverRow)).kind,
             PushOutcome::Kind::Applied);
    QCOMPARE(sqlValue(QStringLiteral("select count(*) from things")), QStringLiteral("1"));
}

void TestSupabaseRemoteStore::insertsInOneRequest()
{
    QList<PushItem> items;
    for (int i = 0; i < 50; ++i)
        items.append(pushItem(m_things, SyncOperation::Upsert, QString::number(i), named(QString::number(i))));
    const PushReply reply = await(m_store->push(items, true));
    QCOMPARE(reply.requests, 1);
    QCOMPARE(reply.clockOffset, std::optional<qint64>(0));
    for (int i = 0; i < 50; ++i) {
        QCOMPARE(reply.outcomes.at(i).kind, PushOutcome::Kind::Applied);
        QCOMPARE(reply.outcomes.at(i).serverRow->value(QStringLiteral("name")).toString(), QString::number(i));
    }
}

void TestSupabaseRemoteStore::blendsNoKeys()
{
    const QVariantMap withNote{{QStringLiteral("note"), QStringLiteral("n")}};
    const PushReply reply =
        await(m_store->push({pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"), named(QStringLiteral("a"))),
                             pushItem(m_things, SyncOperation::Upsert, QStringLiteral("2"), withNote)},
                            true));
    QCOMPARE(reply.requests, 2);
    QCOMPARE(sqlValue(QStringLiteral("select string_agg(name || '|' || note, ';' order by id) from things")),
             QStringLiteral("a|no note;unnamed|n"));
}

void TestSupabaseRemoteStore::letsOneRefusalBlockNoOther()
{
    QList<PushItem> items;
    for (int i = 0; i < 5; ++i) {
        const QVariantMap payload{{QStringLiteral("size"), i == 2 ? 5000 : i}};
        items.append(pushItem(m_things, SyncOperation::Upsert, QString::number(i), payload));
    }
    const PushReply reply = await(m_store->push(items, true));
    for (int i = 0; i < 5; ++i)
        QVERIFY2(reply.outcomes.at(i).kind == (i == 2 ? PushOutcome::Kind::Failed : PushOutcome::Kind::Applied),
                 qPrintable(reply.outcomes.at(i).failure.detail));
    const Failure failure = reply.outcomes.at(2).failure;
    QCOMPARE(failure.code, Failure::Code::Remote);
    QCOMPARE(failure.httpStatus, 400);
    QCOMPARE(failure.serverCode, QStringLiteral("23514"));
    QVERIFY2(failure.detail.contains(QLatin1String("things_size_check")), qPrintable(failure.detail));
    QVERIFY2(!failure.detail.contains(QLatin1String("5000")), qPrintable(failure.detail));
}

void TestSupabaseRemoteStore::doesNotOverwrite()
{
    const PushOutcome mine =
        pushOne(pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"), named(QStringLiteral("mine"))));
    sql(QStringLiteral("update things set name = 'theirs'"));
    const QList<SyncOperation> operations{SyncOperation::Upsert, SyncOperation::Patch, SyncOperation::Delete};
    for (const SyncOperation operation : operations) {
        for (const bool hasBase : {true, false}) {
            const PushOutcome outcome =
                pushOne(pushItem(m_things, operation, QStringLiteral("1"),
                                 operation == SyncOperation::Delete ? QVariantMap() : named(QStringLiteral("again")),
                                 hasBase ? mine.serverRow : std::nullopt));
            QCOMPARE(outcome.kind, PushOutcome::Kind::Differs);
            QCOMPARE(outcome.serverRow->value(QStringLiteral("name")).toString(), QStringLiteral("theirs"));
        }
    }
    QCOMPARE(sqlValue(QStringLiteral("select name from things")), QStringLiteral("theirs"));
    sql(QStringLiteral("delete from things"));
    const PushOutcome gone = pushOne(
        pushItem(m_things, SyncOperation::Patch, QStringLiteral("1"), named(QStringLiteral("x")), mine.serverRow));
    QCOMPARE(gone.kind, PushOutcome::Kind::Differs);
    QVERIFY(!gone.serverRow);
}

void TestSupabaseRemoteStore::recognisesItsOwnLostPush()
{
    const PushItem insert = pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"), named(QStringLiteral("a")));
    const PushOutcome first = pushOne(insert);
    const PushOutcome repeated = pushOne(insert);
    QCOMPARE(repeated.kind, PushOutcome::Kind::Applied);
    QCOMPARE(repeated.serverRow, first.serverRow);

    const PushItem patch =
        pushItem(m_things, SyncOperation::Patch, QStringLiteral("1"), named(QStringLiteral("b")), first.serverRow);
    const PushOutcome patched = pushOne(patch);
    QCOMPARE(pushOne(patch).kind, PushOutcome::Kind::Applied);
    QCOMPARE(pushOne(patch).serverRow, patched.serverRow);
}

void TestSupabaseRemoteStore::patchesOnTopOfTheBase()
{
    const PushOutcome first = pushOne(
        pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"),
                 {{QStringLiteral("name"), QStringLiteral("a")}, {QStringLiteral("note"), QStringLiteral("n")}}));
    // The version is the server's: what the payload says about it is not sent.
    const PushOutcome patched = pushOne(pushItem(
        m_things, SyncOperation::Patch, QStringLiteral("1"),
        {{QStringLiteral("name"), QStringLiteral("b")}, {QStringLiteral("updated_at"), QStringLiteral("nonsense")}},
        first.serverRow));
    QCOMPARE(patched.kind, PushOutcome::Kind::Applied);
    QCOMPARE(patched.serverRow->value(QStringLiteral("note")).toString(), QStringLiteral("n"));
    QVERIFY(patched.serverRow->value(QStringLiteral("updated_at"))
            != first.serverRow->value(QStringLiteral("updated_at")));
    const PushOutcome empty =
        pushOne(pushItem(m_things, SyncOperation::Patch, QStringLiteral("1"), {}, patched.serverRow));
    QCOMPARE(empty.kind, PushOutcome::Kind::Applied);
    QCOMPARE(empty.serverRow, patched.serverRow);
}

void TestSupabaseRemoteStore::deletesConditionally()
{
    const PushOutcome made = pushOne(pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1")));
    const PushItem remove = pushItem(m_things, SyncOperation::Delete, QStringLiteral("1"), {}, made.serverRow);
    const PushOutcome removed = pushOne(remove);
    QCOMPARE(removed.kind, PushOutcome::Kind::Applied);
    QVERIFY(!removed.serverRow);
    QCOMPARE(sqlValue(QStringLiteral("select count(*) from things")), QStringLiteral("0"));
    QCOMPARE(pushOne(remove).kind, PushOutcome::Kind::Applied); // absent is what was wanted
    QCOMPARE(pushOne(pushItem(m_things, SyncOperation::Delete, QStringLiteral("2"))).kind, PushOutcome::Kind::Applied);
}

void TestSupabaseRemoteStore::marksAsDeleted()
{
    TableConfig table(QStringLiteral("softs"));
    table.deletedAt = QStringLiteral("deleted_at");
    const PushOutcome made =
        pushOne(pushItem(table, SyncOperation::Upsert, QStringLiteral("1"), named(QStringLiteral("a"))));
    const PushItem remove = pushItem(table, SyncOperation::Delete, QStringLiteral("1"), {}, made.serverRow);
    const PushOutcome removed = pushOne(remove);
    QCOMPARE(removed.kind, PushOutcome::Kind::Applied);
    QCOMPARE(sqlValue(QStringLiteral("select abs(extract(epoch from now() - deleted_at)) < 60 from softs")),
             QStringLiteral("t"));
    QCOMPARE(pushOne(remove).kind, PushOutcome::Kind::Applied);
    const Pulled pulled = pullAll(table);
    QCOMPARE(pulled.rows.size(), 1);
    QVERIFY(pulled.rows.constFirst().isDeleted);
    // A new row of that id is no echo of ours while the mark is there.
    QCOMPARE(pushOne(pushItem(table, SyncOperation::Upsert, QStringLiteral("1"), named(QStringLiteral("a")))).kind,
             PushOutcome::Kind::Differs);
}

void TestSupabaseRemoteStore::holdsUnknownTables()
{
    const TableConfig unknown(QStringLiteral("unknown"));
    const PushReply reply = await(m_store->push({pushItem(unknown, SyncOperation::Upsert, QStringLiteral("1")),
                                                 pushItem(unknown, SyncOperation::Upsert, QStringLiteral("2")),
                                                 pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"))},
                                                true));
    QCOMPARE(reply.outcomes.at(0).kind, PushOutcome::Kind::Failed);
    QCOMPARE(reply.outcomes.at(0).failure.httpStatus, 404);
    QCOMPARE(reply.outcomes.at(1).kind, PushOutcome::Kind::NotSent);
    QCOMPARE(reply.outcomes.at(2).kind, PushOutcome::Kind::Applied);
    QCOMPARE(pullAll(unknown).failure.httpStatus, 404);
}

void TestSupabaseRemoteStore::namesHiddenRows()
{
    sql(QStringLiteral("insert into owned values (1, 'secret', 'hidden'), (2, 'b', 'you')"));
    const TableConfig table(QStringLiteral("owned"));
    const auto owned = [](const QString &owner) {
        return QVariantMap{{QStringLiteral("name"), QStringLiteral("x")}, {QStringLiteral("owner"), owner}};
    };
    const PushReply reply =
        await(m_store->push({pushItem(table, SyncOperation::Upsert, QStringLiteral("1"), owned(QStringLiteral("me"))),
                             pushItem(table, SyncOperation::Upsert, QStringLiteral("3"), owned(QStringLiteral("you"))),
                             pushItem(table, SyncOperation::Upsert, QStringLiteral("4"), owned(QStringLiteral("me")))},
                            true));
    QCOMPARE(reply.outcomes.at(0).failure.code, Failure::Code::RlsViolation);
    QVERIFY(reply.outcomes.at(0).failure.detail.contains(QLatin1String("hidden")));
    QCOMPARE(reply.outcomes.at(1).failure.code, Failure::Code::RlsViolation);
    QCOMPARE(reply.outcomes.at(1).failure.serverCode, QStringLiteral("42501"));
    QCOMPARE(reply.outcomes.at(2).kind, PushOutcome::Kind::Applied);

    // Visible, but not to be changed: never "done", and no conflict that would come back for ever.
    const Result<PullPage> visible = await(m_store->fetch(table, {QStringLiteral("2")}));
    QVERIFY(visible.ok() && visible->rows.size() == 1);
    for (const SyncOperation operation : {SyncOperation::Patch, SyncOperation::Delete}) {
        const PushOutcome refused =
            pushOne(pushItem(table, operation, QStringLiteral("2"), named(QStringLiteral("changed")),
                             visible->rows.constFirst().values));
        QCOMPARE(refused.failure.code, Failure::Code::RlsViolation);
    }
    QCOMPARE(sqlValue(QStringLiteral("select name from owned where id = 2")), QStringLiteral("b"));
}

void TestSupabaseRemoteStore::quotesColumnNames()
{
    TableConfig table(QStringLiteral("odd"));
    const QVariantMap payload{{QStringLiteral("a.b"), QStringLiteral("1")},
                              {QStringLiteral("select"), QStringLiteral("2")},
                              {QStringLiteral("q\"x"), QStringLiteral("3")},
                              {QStringLiteral("ä +&="), QStringLiteral("4")}};
    const PushOutcome made = pushOne(pushItem(table, SyncOperation::Upsert, QStringLiteral("1"), payload));
    QVERIFY2(made.kind == PushOutcome::Kind::Applied, qPrintable(made.failure.detail));
    for (auto it = payload.cbegin(); it != payload.cend(); ++it) {
        QCOMPARE(made.serverRow->value(it.key()), it.value());
        table.key = QStringList{it.key()}; // also as a filter and in the order
        const Pulled pulled = pullAll(table, {}, 1);
        QVERIFY2(!pulled.failure.isFailure(), qPrintable(pulled.failure.detail));
        QCOMPARE(pulled.rows.size(), 1);
        QCOMPARE(pullAll(table, pulled.cursor).rows.size(), 0);
        const Result<PullPage> fetched = await(m_store->fetch(table, {it.value().toString()}));
        QVERIFY2(fetched.ok(), qPrintable(fetched.failure().detail));
        QCOMPARE(fetched->rows.size(), 1);
    }
}

void TestSupabaseRemoteStore::listsIdentities()
{
    sql(QStringLiteral("insert into things (id) select 'r' || g from generate_series(1, 3500) g"));
    QSet<QString> ids;
    int requests = 0;
    QString next;
    do {
        const Result<IdentityPage> page = await(m_store->identities(m_things, next));
        QVERIFY2(page.ok(), qPrintable(page.failure().detail));
        QCOMPARE(page->versions.size(), page->recordIds.size());
        ids.unite(QSet<QString>(page->recordIds.cbegin(), page->recordIds.cend()));
        next = page->next;
        requests += page->requests;
    } while (!next.isEmpty());
    QCOMPARE(ids.size(), 3500);
    QCOMPARE(requests, 4);
}

void TestSupabaseRemoteStore::fetchesRows()
{
    sql(QStringLiteral("insert into things (id) select g from generate_series(1, 2000) g"));
    QStringList ids;
    for (int i = 1; i <= 2100; ++i)
        ids.append(QString::number(i));
    const Result<PullPage> fetched = await(m_store->fetch(m_things, ids));
    QVERIFY2(fetched.ok(), qPrintable(fetched.failure().detail));
    QCOMPARE(fetched->rows.size(), 2000);
    QVERIFY(fetched->requests > 1);
}

void TestSupabaseRemoteStore::describesTables()
{
    const Result<TableSchema> schema = await(m_store->schema(TableConfig(QStringLiteral("typed"))));
    QVERIFY2(schema.ok(), qPrintable(schema.failure().detail));
    using Type = ColumnInfo::Type;
    const QHash<QString, Type> types{
        {QStringLiteral("id"), Type::Integer},      {QStringLiteral("s"), Type::Integer},
        {QStringLiteral("r"), Type::Real},          {QStringLiteral("d"), Type::Real},
        {QStringLiteral("n"), Type::Decimal},       {QStringLiteral("b"), Type::Boolean},
        {QStringLiteral("j"), Type::Json},          {QStringLiteral("l"), Type::Json},
        {QStringLiteral("x"), Type::Blob},          {QStringLiteral("t"), Type::Text},
        {QStringLiteral("updated_at"), Type::Text},
    };
    QCOMPARE(schema->columns.size(), types.size());
    for (const ColumnInfo &column : schema->columns) {
        QVERIFY2(column.type == types.value(column.name), qPrintable(column.name));
        QCOMPARE(column.isKey, column.name == QLatin1String("id"));
        QCOMPARE(column.isRequired, column.name == QLatin1String("id") || column.name == QLatin1String("s"));
    }
    const Result<TableSchema> missing = await(m_store->schema(TableConfig(QStringLiteral("missing"))));
    QCOMPARE(missing.failure().httpStatus, 404);
    QVERIFY(missing.failure().detail.contains(QLatin1String("missing")));
}

void TestSupabaseRemoteStore::refreshesRefusedTokens()
{
    const QString good = m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}});
    const QString expired =
        m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}, {QStringLiteral("exp"), 1000000000}});
    QList<bool> questions;
    SupabaseOptions withToken = options();
    withToken.tokenProvider = [&](bool refresh) {
        questions.append(refresh);
        QPromise<Result<QString>> promise;
        promise.start();
        promise.addResult(Result<QString>(refresh ? good : expired));
        promise.finish();
        return promise.future();
    };
    m_store = std::make_unique<SupabaseRemoteStore>(withToken);
    const QList<PushItem> items{pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1")),
                                pushItem(m_things, SyncOperation::Upsert, QStringLiteral("2"))};
    const PushReply refused = await(m_store->push(items, false));
    QCOMPARE(refused.outcomes.at(0).failure.code, Failure::Code::AuthExpired);
    QCOMPARE(refused.outcomes.at(1).kind, PushOutcome::Kind::NotSent);
    const QFuture<Result<bool>> first = m_store->refreshAuthentication();
    const QFuture<Result<bool>> second = m_store->refreshAuthentication();
    QVERIFY(*await(first));
    QVERIFY(*await(second));
    QCOMPARE(questions, (QList<bool>{false, true}));
    // The provider goes on with its old answer when it is asked for the next request: the fresh one is used.
    QCOMPARE(await(m_store->push(items, false)).outcomes.at(1).kind, PushOutcome::Kind::Applied);
    QVERIFY(*await(m_store->refreshAuthentication())); // it has one that was not refused
    QCOMPARE(questions.count(true), 1);
}

void TestSupabaseRemoteStore::reportsTheNetwork()
{
    QVERIFY(m_stack.pauseRest());
    const QList<PushItem> items{pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1")),
                                pushItem(m_things, SyncOperation::Patch, QStringLiteral("2"), {}, QVariantMap())};
    const PushReply reply = await(m_store->push(items, true));
    QCOMPARE(reply.outcomes.at(0).failure.code, Failure::Code::Network);
    QCOMPARE(reply.outcomes.at(1).kind, PushOutcome::Kind::NotSent);
    QVERIFY(m_stack.resumeRest());
    QCOMPARE(await(m_store->push(items, true)).outcomes.at(0).kind, PushOutcome::Kind::Applied);
}

void TestSupabaseRemoteStore::resetCancels()
{
    const QFuture<PushReply> push =
        m_store->push({pushItem(m_things, SyncOperation::Upsert, QStringLiteral("1"))}, true);
    PullRequest request;
    request.table = m_things;
    const QFuture<Result<PullPage>> pull = m_store->pull(request);
    m_store->reset();
    QVERIFY(!push.isFinished());
    QCOMPARE(await(push).outcomes.at(0).failure.code, Failure::Code::Cancelled);
    QCOMPARE(await(pull).failure().code, Failure::Code::Cancelled);
    const QFuture<Result<PullPage>> open = m_store->pull(request);
    m_store.reset();
    QVERIFY(open.isCanceled());
}

// The last one: the kit stays installed.
void TestSupabaseRemoteStore::pullsThroughTheKit()
{
    SupabaseOptions automatic = options();
    automatic.mode = SupabaseOptions::Mode::Auto;
    TableConfig sorts(QStringLiteral("sorts"));
    sorts.filter = {{QStringLiteral("n"), QVariantList{1, 2}}, {QStringLiteral("t"), QStringLiteral("a")}};
    QList<TableCursor> tables{{m_things, QStringLiteral("{\"v\":1}"), true},
                              {sorts, {}, false},
                              {TableConfig(QStringLiteral("odd")), {}, false}};
    const auto changes = [&] {
        SupabaseRemoteStore store(automatic);
        return await(store.changes(tables, 1000));
    };
    QVERIFY(!changes()->tables.constFirst().isServed); // no kit yet

    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    QVERIFY(kit.open(QIODevice::ReadOnly));
    const ServerStack::SqlResult installed = m_stack.changeSchema(
        QString::fromUtf8(kit.readAll())
        + QStringLiteral("; select tideline.track_table('public.things'), tideline.track_table('public.sorts')"));
    QVERIFY2(installed.ok, qPrintable(installed.output));
    sql(QStringLiteral("insert into things (id) values ('1'), ('2');"
                       "insert into sorts (id, t, n) values (1, 'a', 1), (2, 'a', 3), (3, 'b', 1)"));
    const Result<ChangesPage> first = changes();
    QVERIFY2(first.ok(), qPrintable(first.failure().detail));
    QCOMPARE(first->requests, 1);
    QCOMPARE(first->tables.size(), 3);
    QVERIFY2(!first->tables.at(0).failure.isFailure(), qPrintable(first->tables.at(0).failure.detail));
    QVERIFY2(!first->tables.at(1).failure.isFailure(), qPrintable(first->tables.at(1).failure.detail));
    QVERIFY(first->tables.at(0).isReset);
    QCOMPARE(first->tables.at(0).rows.size(), 2);
    QCOMPARE(first->tables.at(0).rowCount, std::optional<qint64>(2));
    QCOMPARE(first->tables.at(1).rows.size(), 1);
    QVERIFY(!first->tables.at(2).isServed);

    tables.removeLast();
    for (int i = 0; i < 2; ++i)
        tables[i].cursor = first->tables.at(i).cursor;
    sql(QStringLiteral("delete from things where id = '1'; update sorts set n = 5 where id = 1"));
    const Result<ChangesPage> second = changes();
    QVERIFY2(second.ok(), qPrintable(second.failure().detail));
    QCOMPARE(second->tables.size(), 2);
    QCOMPARE(second->tables.at(0).removedIds, QStringList(QStringLiteral("1")));
    QCOMPARE(second->tables.at(1).removedIds, QStringList(QStringLiteral("1")));
    QVERIFY(!second->tables.at(0).isReset);
}

QTEST_GUILESS_MAIN(TestSupabaseRemoteStore)
#include "tst_supabaseremotestore.moc"
