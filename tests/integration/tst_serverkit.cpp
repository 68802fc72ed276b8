// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "pushitem.h"
#include "serverstack.h"

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>
#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QFile>
#include <QtCore/QPromise>
#include <QtCore/QRandomGenerator>
#include <QtCore/QSet>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Tideline;

namespace {

using Kind = PushOutcome::Kind;

const QString tablesSql = QStringLiteral(R"sql(
create table notes (
    id text primary key, title text check (title <> 'refused'), body text default 'empty', size int unique,
    updated_at timestamptz);
create table softs (id int primary key, title text, updated_at timestamptz, deleted_at timestamptz);
create table nodes (id int primary key, parent int references nodes, updated_at timestamptz);
create table later (
    id int primary key, note text references notes deferrable initially deferred, updated_at timestamptz);
create table kinds (
    id text primary key, big bigint, exact numeric, at timestamptz, doc json, docb jsonb, list text[], label text,
    updated_at timestamptz);
create table "Odd ""table""" (
    "the id" int, "b'c" text, "select" text, "x""; drop table notes; --" text, "Changed At" timestamptz,
    primary key ("the id", "b'c"));
create table owned (
    id text primary key, title text,
    owner text not null default current_setting('request.jwt.claims', true)::json ->> 'sub', updated_at timestamptz);
alter table owned enable row level security;
create policy mine on owned using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
create table shown (id int primary key, title text, updated_at timestamptz);
alter table shown enable row level security;
create policy seen on shown for select using (true);
create table plain (id text primary key, note text references notes, updated_at timestamptz default clock_timestamp());
create table unfit (id text, updated_at timestamptz);
create table unstamped (id text primary key, updated_at timestamptz(3));
create view overview as select * from notes;
)sql");

const QString enrolmentSql = QStringLiteral(R"sql(
select tideline.track_table('public.notes'), tideline.track_table('softs'), tideline.track_table('nodes'),
       tideline.track_table('later'), tideline.track_table('kinds'), tideline.track_table('owned'),
       tideline.track_table('shown'), tideline.track_table('"Odd ""table"""', 'Changed At');
)sql");

// Everything that an installation could leave behind.
const QString catalogueSql = QStringLiteral(R"sql(
select string_agg(o, e'\n' order by o) from (
    select 'schema ' || nspname from pg_namespace where nspname !~ '^pg_(toast_)?temp'
    union all select 'relation ' || oid::regclass from pg_class where relnamespace <> 'pg_toast'::regnamespace
    union all select 'function ' || oid::regprocedure from pg_proc
    union all select 'trigger ' || tgname || ' on ' || tgrelid::regclass from pg_trigger where not tgisinternal
    union all select 'type ' || oid::regtype from pg_type where typrelid = 0
    union all select 'role ' || rolname from pg_roles) as objects (o)
)sql");

QString fileText(const QString &name)
{
    QFile file(QStringLiteral(TIDELINE_SQL_DIR "/") + name);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

QList<Kind> kinds(const PushReply &reply)
{
    QList<Kind> list;
    for (const PushOutcome &outcome : reply.outcomes)
        list.append(outcome.kind);
    return list;
}

} // namespace

class TestServerKit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void installsAgain();
    void refusesUnfitTables();
    void stampsVersionsThatGrow();
    void appliesOnTopOfTheBase();
    void deletes();
    void marksAsDeleted();
    void takesABatchInOneRequest();
    void letsOneRefusalBlockNoOther();
    void repeatsWithoutEffect();
    void waitsForTheSameEntry();
    void triesOrphansAgain();
    void failsDeferredConstraintsAlone();
    void keepsTheOrderOfARecord();
    void equalsOneByOne_data();
    void equalsOneByOne();
    void keepsValuesExact();
    void takesAnyName();
    void takesAnyId_data();
    void takesAnyId();
    void keepsUsersApart();
    void saysWhoMayNot();
    void guardsItsOwn_data();
    void guardsItsOwn();
    void answersOtherVersions();
    void forgetsOldEntries();
    void pushesPlainWhatIsNotEnrolled();
    void holdsWhatNeedsAnAdministrator();
    void drainsThroughTheEngine();
    void splitsWhatTheServerCannotBear();
    void goesOnWithoutTheKit();

private:
    std::unique_ptr<SupabaseRemoteStore> store(const QString &user = QStringLiteral("ann"),
                                               SupabaseOptions::Mode mode = SupabaseOptions::Mode::Kit) const;
    SupabaseOptions options(const QString &user, SupabaseOptions::Mode mode) const;
    PushReply push(const QList<PushItem> &items) { return await(m_store->push(items, true)); }
    PushOutcome pushOne(const PushItem &item) { return push({item}).outcomes.constFirst(); }
    QString sql(const QString &text);

    ServerStack m_stack;
    std::unique_ptr<SupabaseRemoteStore> m_store; // ann's, with the kit only
    TableConfig m_notes{QStringLiteral("notes")};
    TableConfig m_owned{QStringLiteral("owned")};
    QString m_catalogueBefore;
};

void TestServerKit::initTestCase()
{
    ServerStack::Options options;
    options.schema = tablesSql;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    m_catalogueBefore = sql(catalogueSql);
    const ServerStack::SqlResult installed =
        m_stack.changeSchema(fileText(QStringLiteral("tideline.sql")) + enrolmentSql);
    QVERIFY2(installed.ok, qPrintable(installed.output));
}

void TestServerKit::init()
{
    sql(QStringLiteral("truncate notes, softs, nodes, later, kinds, \"Odd \"\"table\"\"\", owned, shown, plain, "
                       "tideline.applied"));
    m_store = store();
}

SupabaseOptions TestServerKit::options(const QString &user, SupabaseOptions::Mode mode) const
{
    const QString token =
        m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}, {QStringLiteral("sub"), user}});
    SupabaseOptions options;
    options.url = m_stack.url();
    options.mode = mode;
    options.tokenProvider = [token](bool) {
        QPromise<Result<QString>> promise;
        promise.start();
        promise.addResult(Result<QString>(token));
        promise.finish();
        return promise.future();
    };
    return options;
}

std::unique_ptr<SupabaseRemoteStore> TestServerKit::store(const QString &user, SupabaseOptions::Mode mode) const
{
    return std::make_unique<SupabaseRemoteStore>(options(user, mode));
}

QString TestServerKit::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    return result.ok ? result.output : QStringLiteral("SQL error: ") + result.output;
}

void TestServerKit::installsAgain()
{
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1"), titled(QStringLiteral("a")))).kind,
             Kind::Applied);
    const QString before = sql(catalogueSql);
    QCOMPARE(sql(fileText(QStringLiteral("tideline.sql"))), QString());
    QCOMPARE(sql(enrolmentSql).simplified(), QStringLiteral("|||||||"));
    QCOMPARE(sql(catalogueSql), before);
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.tables")), QStringLiteral("8"));
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("1"));
    // A newer kit, or somebody else's schema, is left alone.
    sql(QStringLiteral("update tideline.kit set version = 99"));
    QVERIFY(sql(fileText(QStringLiteral("tideline.sql"))).contains(QStringLiteral("newer version")));
    sql(QStringLiteral("update tideline.kit set version = 1"));
}

void TestServerKit::refusesUnfitTables()
{
    const auto enrol = [this](const char *arguments) {
        return sql(QStringLiteral("select tideline.track_table(%1)").arg(QLatin1String(arguments)));
    };
    QVERIFY2(enrol("'unfit'").contains(QStringLiteral("has no primary key")), qPrintable(enrol("'unfit'")));
    QVERIFY(enrol("'unfit'").contains(QStringLiteral("add primary key")));
    QVERIFY(enrol("'notes', 'changed'").contains(QStringLiteral("has no column changed")));
    QVERIFY(enrol("'notes', 'title'").contains(QStringLiteral("is no timestamptz")));
    QVERIFY(enrol("'unstamped'").contains(QStringLiteral("is no timestamptz with microseconds")));
    QVERIFY(enrol("'overview'").contains(QStringLiteral("is no table")));
    QVERIFY(enrol("'nowhere'").contains(QStringLiteral("does not exist")));
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.tables")), QStringLiteral("8"));
}

void TestServerKit::stampsVersionsThatGrow()
{
    QCOMPARE(sql(QStringLiteral("insert into notes (id, updated_at) values ('1', '2001-01-01');"
                                "select updated_at > now() - interval '1 minute' from notes")),
             QStringLiteral("t"));
    // The row is from a future that this server's clock has not reached yet.
    sql(QStringLiteral("alter table notes disable trigger all; update notes set updated_at = '2200-01-01';"
                       "alter table notes enable trigger all"));
    QCOMPARE(sql(QStringLiteral("update notes set title = 'x', updated_at = '2001-01-01' returning updated_at")),
             QStringLiteral("2200-01-01 00:00:00.000001+00"));
}

void TestServerKit::appliesOnTopOfTheBase()
{
    const QString id = QStringLiteral("1");
    const PushOutcome made = pushOne(pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("new"))));
    QCOMPARE(made.kind, Kind::Applied);
    QCOMPARE(made.serverRow->value(QStringLiteral("body")).toString(), QStringLiteral("empty"));

    const PushOutcome patched =
        pushOne(pushItem(m_notes, SyncOperation::Patch, id, titled(QStringLiteral("next")), made.serverRow));
    QCOMPARE(patched.kind, Kind::Applied);
    QCOMPARE(patched.serverRow->value(QStringLiteral("title")).toString(), QStringLiteral("next"));
    QCOMPARE(patched.serverRow->value(QStringLiteral("body")).toString(), QStringLiteral("empty"));

    // On a version that is not there any more.
    const PushOutcome stale =
        pushOne(pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("stale")), made.serverRow));
    QCOMPARE(stale.kind, Kind::Differs);
    QCOMPARE(stale.serverRow, patched.serverRow);
    // On nothing, where there is something; and the other way round.
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("again")))).serverRow,
             patched.serverRow);
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Patch, id, titled(QStringLiteral("blind")))).kind, Kind::Differs);
    const PushOutcome gone = pushOne(
        pushItem(m_notes, SyncOperation::Patch, QStringLiteral("2"), titled(QStringLiteral("x")), made.serverRow));
    QCOMPARE(gone.kind, Kind::Differs);
    QVERIFY(!gone.serverRow);
    // Nothing to send: the version alone is compared.
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Patch, id, {}, patched.serverRow)).kind, Kind::Applied);
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Patch, id, {}, made.serverRow)).kind, Kind::Differs);
    QCOMPARE(sql(QStringLiteral("select title from notes")), QStringLiteral("next"));
    // Only what was applied is in the ledger.
    QCOMPARE(sql(QStringLiteral("select count(*), min(owner) from tideline.applied")), QStringLiteral("3|sub:ann"));
}

void TestServerKit::deletes()
{
    const QString id = QStringLiteral("1");
    const PushOutcome made = pushOne(pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("new"))));
    const PushOutcome next =
        pushOne(pushItem(m_notes, SyncOperation::Patch, id, titled(QStringLiteral("next")), made.serverRow));
    const PushOutcome stale = pushOne(pushItem(m_notes, SyncOperation::Delete, id, {}, made.serverRow));
    QCOMPARE(stale.kind, Kind::Differs);
    QCOMPARE(stale.serverRow, next.serverRow);
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Delete, id)).kind, Kind::Differs); // without a base
    const PushOutcome gone = pushOne(pushItem(m_notes, SyncOperation::Delete, id, {}, next.serverRow));
    QCOMPARE(gone.kind, Kind::Applied);
    QVERIFY(!gone.serverRow);
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("0"));
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Delete, id, {}, next.serverRow)).kind, Kind::Applied);
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Delete, id)).kind, Kind::Applied);
}

void TestServerKit::marksAsDeleted()
{
    TableConfig softs(QStringLiteral("softs"));
    softs.deletedAt = QStringLiteral("deleted_at");
    const QString id = QStringLiteral("1");
    const PushOutcome made = pushOne(pushItem(softs, SyncOperation::Upsert, id, titled(QStringLiteral("new"))));
    const PushOutcome marked = pushOne(pushItem(softs, SyncOperation::Delete, id, {}, made.serverRow));
    QCOMPARE(marked.kind, Kind::Applied);
    QVERIFY(!marked.serverRow->value(QStringLiteral("deleted_at")).isNull());
    // It is deleted already, by whomever.
    QCOMPARE(pushOne(pushItem(softs, SyncOperation::Delete, id, {}, made.serverRow)).kind, Kind::Applied);
    QCOMPARE(pushOne(pushItem(softs, SyncOperation::Delete, id)).kind, Kind::Applied);
    const PushOutcome again = pushOne(
        pushItem(softs, SyncOperation::Upsert, id, {{QStringLiteral("deleted_at"), QVariant()}}, marked.serverRow));
    QCOMPARE(again.kind, Kind::Applied);
    QCOMPARE(sql(QStringLiteral("select count(*) from softs where deleted_at is null")), QStringLiteral("1"));
}

void TestServerKit::takesABatchInOneRequest()
{
    QCOMPARE(m_store->entriesPerPush(50), 50);
    QList<PushItem> items;
    for (int i = 0; i < 1000; ++i)
        items.append(pushItem(m_notes, SyncOperation::Upsert, QString::number(i), titled(QString::number(i))));
    const PushReply made = push(items);
    QCOMPARE(made.requests, 1);
    QCOMPARE(kinds(made), QList<Kind>(1000, Kind::Applied));
    QCOMPARE(m_store->entriesPerPush(50), 1000);
    QList<PushItem> changes;
    for (int i = 0; i < 1000; ++i) {
        const std::optional<QVariantMap> row = made.outcomes.at(i).serverRow;
        QCOMPARE(row->value(QStringLiteral("id")).toString(), QString::number(i));
        changes.append(i % 2 == 0 ? pushItem(m_notes, SyncOperation::Delete, QString::number(i), {}, row)
                                  : pushItem(m_notes, SyncOperation::Patch, QString::number(i),
                                             titled(QStringLiteral("new %1").arg(i)), row));
    }
    std::reverse(changes.begin(), changes.end());
    const PushReply changed = push(changes);
    QCOMPARE(changed.requests, 1);
    QCOMPARE(kinds(changed), QList<Kind>(1000, Kind::Applied));
    QCOMPARE(changed.outcomes.at(0).serverRow->value(QStringLiteral("title")).toString(), QStringLiteral("new 999"));
    QVERIFY(!changed.outcomes.at(1).serverRow);
    QCOMPARE(sql(QStringLiteral("select count(*) from notes where title = 'new ' || id")), QStringLiteral("500"));
    m_store->reset();
    QCOMPARE(m_store->entriesPerPush(50), 50);

    // No request is much larger than 2 MiB.
    QList<PushItem> large;
    for (int i = 0; i < 5; ++i)
        large.append(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("large %1").arg(i),
                              titled(QString(900000, QLatin1Char('x')))));
    const PushReply reply = push(large);
    QCOMPARE(kinds(reply), QList<Kind>(5, Kind::Applied));
    QCOMPARE(reply.requests, 3);
}

void TestServerKit::letsOneRefusalBlockNoOther()
{
    QList<PushItem> items;
    QList<Kind> expected;
    for (int i = 0; i < 50; ++i) {
        const bool isBad = i == 17 || i == 33;
        QVariantMap values = titled(isBad ? QStringLiteral("refused") : QString::number(i));
        values.insert(QStringLiteral("size"), i == 40 ? QVariant(QStringLiteral("s3cret")) : QVariant(i));
        items.append(pushItem(m_notes, SyncOperation::Upsert, QString::number(i), values));
        expected.append(isBad || i == 40 ? Kind::Failed : Kind::Applied);
    }
    const PushReply reply = push(items);
    QCOMPARE(reply.requests, 1);
    QCOMPARE(kinds(reply), expected);
    const Failure check = reply.outcomes.at(17).failure;
    QCOMPARE(check.code, Failure::Code::Remote);
    QCOMPARE(check.serverCode, QStringLiteral("23514"));
    QCOMPARE(check.httpStatus, 400);
    const Failure value = reply.outcomes.at(40).failure;
    QCOMPARE(value.serverCode, QStringLiteral("22P02"));
    QVERIFY2(!value.detail.contains(QStringLiteral("s3cret")), qPrintable(value.detail));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("47"));
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("47"));

    const PushReply unknown =
        push({pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("a"), {{QStringLiteral("nowhere"), 1}}),
              pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("b"))});
    QCOMPARE(kinds(unknown), QList<Kind>({Kind::Failed, Kind::Applied}));
    QCOMPARE(unknown.outcomes.at(0).failure.serverCode, QStringLiteral("PGRST204"));
}

void TestServerKit::repeatsWithoutEffect()
{
    QList<PushItem> items;
    for (int i = 0; i < 20; ++i)
        items.append(pushItem(m_notes, SyncOperation::Upsert, QString::number(i), titled(QStringLiteral("mine"))));
    const PushReply first = push(items);
    const PushItem edit = pushItem(m_notes, SyncOperation::Patch, QStringLiteral("1"), titled(QStringLiteral("edited")),
                                   first.outcomes.at(1).serverRow);
    QCOMPARE(pushOne(edit).kind, Kind::Applied);
    // Others go on meanwhile.
    sql(QStringLiteral("update notes set title = 'theirs' where id in ('1', '3'); delete from notes where id = '4'"));
    items.insert(7, edit);
    items.append(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("fresh"), titled(QStringLiteral("mine"))));
    const PushReply second = push(items);
    QCOMPARE(kinds(second), QList<Kind>(22, Kind::Applied));
    QCOMPARE(second.outcomes.at(0).serverRow, first.outcomes.at(0).serverRow);
    QCOMPARE(second.outcomes.at(3).serverRow->value(QStringLiteral("title")).toString(), QStringLiteral("theirs"));
    QVERIFY(!second.outcomes.at(4).serverRow);
    QCOMPARE(sql(QStringLiteral("select string_agg(id || title, ',' order by id) from notes where title <> 'mine'")),
             QStringLiteral("1theirs,3theirs"));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("20"));
}

void TestServerKit::waitsForTheSameEntry()
{
    // The server is still at the first request when the second one comes.
    const PushItem once = pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1"), titled(QStringLiteral("once")));
    const std::unique_ptr<SqlSession> session = m_stack.openSession();
    session->run(QStringLiteral(R"sql(
        begin; set local role web_user; set local request.jwt.claims = '{"sub": "ann"}';
        select tideline_push('{"version": 1, "runs": [{"table": "notes", "operation": "upsert", "based": false,
            "key": ["id"], "updatedAt": "updated_at", "columns": ["title"], "ids": ["%1"]}],
            "1": [{"id": "1", "title": "once"}]}');)sql")
                     .arg(once.entry.id));
    QTRY_COMPARE_WITH_TIMEOUT(
        sql(QStringLiteral("select count(*) from pg_stat_activity where state = 'idle in transaction'")),
        QStringLiteral("1"), 20000);
    const QFuture<PushReply> second = m_store->push({once}, true);
    QTRY_COMPARE_WITH_TIMEOUT(
        sql(QStringLiteral("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")),
        QStringLiteral("1"), 20000);
    QVERIFY(!second.isFinished());
    session->run(QStringLiteral("commit; update notes set title = 'later';"));
    QVERIFY(session->end());
    QCOMPARE(kinds(await(second)), QList<Kind>({Kind::Applied}));
    QCOMPARE(sql(QStringLiteral("select title from notes")), QStringLiteral("later"));
}

void TestServerKit::triesOrphansAgain()
{
    const TableConfig nodes(QStringLiteral("nodes"));
    const auto node = [&](int id, const QVariant &parent) {
        return pushItem(nodes, SyncOperation::Upsert, QString::number(id), {{QStringLiteral("parent"), parent}});
    };
    // Grandchild, child, parent; and one whose parent is nowhere, in runs of different columns.
    const PushReply reply =
        push({node(3, 2), node(2, 1), node(9, 8), pushItem(nodes, SyncOperation::Upsert, QStringLiteral("1"))});
    QCOMPARE(kinds(reply), QList<Kind>({Kind::Applied, Kind::Applied, Kind::Failed, Kind::Applied}));
    QCOMPARE(reply.outcomes.at(2).failure.serverCode, QStringLiteral("23503"));
    QCOMPARE(reply.outcomes.at(2).failure.httpStatus, 409);
    QCOMPARE(sql(QStringLiteral("select string_agg(id::text, ',' order by id) from nodes")), QStringLiteral("1,2,3"));
}

void TestServerKit::failsDeferredConstraintsAlone()
{
    const TableConfig later(QStringLiteral("later"));
    QList<PushItem> items{pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("n"))};
    for (int i = 0; i < 12; ++i)
        items.append(pushItem(later, SyncOperation::Upsert, QString::number(i),
                              {{QStringLiteral("note"), i == 7 ? QStringLiteral("nowhere") : QStringLiteral("n")}}));
    QList<Kind> expected(13, Kind::Applied);
    expected[8] = Kind::Failed;
    QCOMPARE(kinds(push(items)), expected);
    QCOMPARE(sql(QStringLiteral("select count(*) from later")), QStringLiteral("11"));
}

void TestServerKit::keepsTheOrderOfARecord()
{
    // The engine never sends one record twice in a batch; the server does not rely on it.
    const QString id = QStringLiteral("1");
    const PushReply reply =
        push({pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("refused"))),
              pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("second"))),
              pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("2"), titled(QStringLiteral("x"))),
              pushItem(m_notes, SyncOperation::Delete, id)});
    QCOMPARE(kinds(reply), QList<Kind>({Kind::Failed, Kind::NotSent, Kind::Applied, Kind::NotSent}));
    QCOMPARE(sql(QStringLiteral("select id from notes")), QStringLiteral("2"));
}

void TestServerKit::equalsOneByOne_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 8; ++seed)
        QTest::newRow(qPrintable(QString::number(seed))) << seed;
}

// Statements for whole runs are only a cheaper way to the same result: random batches, each as one request and entry by
// entry.
void TestServerKit::equalsOneByOne()
{
    QFETCH(quint32, seed);
    QRandomGenerator random(seed);
    constexpr int records = 40;
    sql(QStringLiteral("insert into notes (id, title, size) select g, 'old ' || g, g from generate_series(0, %1) g;"
                       "drop table if exists kept; create table kept as table notes")
            .arg(records - 1));
    QStringList ids;
    for (int i = 0; i < records; ++i)
        ids.append(QString::number(i));
    QHash<QString, QVariantMap> bases;
    const Result<PullPage> page = await(m_store->fetch(m_notes, ids));
    for (const RemoteRow &row : page->rows)
        bases.insert(row.recordId, row.values);

    QList<PushItem> items;
    const int faults = random.bounded(4); // how many in thirty are refused
    while (items.size() < 150) {
        const int kind = random.bounded(5);
        const bool hasSize = random.bounded(2) == 1;
        for (int left = 1 + random.bounded(40); left > 0; --left) {
            // Nobody touches record 0, which has a size that is wanted.
            const QString id = QString::number(1 + random.bounded(2 * records));
            const bool isFault = random.bounded(30) < faults;
            QVariantMap values =
                titled(isFault && !hasSize ? QStringLiteral("refused") : QString::number(random.bounded(999)));
            if (hasSize)
                values.insert(QStringLiteral("size"),
                              isFault ? QVariant(random.bounded(2) == 1 ? QStringLiteral("0") : QStringLiteral("none"))
                                      : QVariant(1000 + items.size()));
            const std::optional<QVariantMap> base =
                bases.contains(id) ? std::optional<QVariantMap>(bases.value(id)) : std::nullopt;
            if (kind == 0)
                items.append(pushItem(m_notes, SyncOperation::Upsert, id, values));
            else if (kind == 1)
                items.append(pushItem(m_notes, SyncOperation::Delete, id, {}, base));
            else
                items.append(
                    pushItem(m_notes, kind == 2 ? SyncOperation::Patch : SyncOperation::Upsert, id, values, base));
            if (random.bounded(40) == 0)
                items.append(items.at(random.bounded(items.size()))); // once more
        }
    }

    const auto described = [](const PushOutcome &outcome) {
        QVariantMap row = outcome.serverRow.value_or(QVariantMap());
        row.remove(QStringLiteral("updated_at"));
        return QStringLiteral("%1 %2 %3")
            .arg(int(outcome.kind))
            .arg(outcome.failure.serverCode, QString::fromUtf8(Json::toText(row)));
    };
    const QString rows =
        QStringLiteral("select string_agg(concat_ws('|', id, title, body, size), ',' order by id) from notes");
    const QString ledger = QStringLiteral("select string_agg(entry, ',' order by entry) from tideline.applied");
    const PushReply whole = push(items);
    QCOMPARE(whole.requests, 1);
    const QString rowsOfWhole = sql(rows);
    const QString ledgerOfWhole = sql(ledger);

    QCOMPARE(sql(QStringLiteral("truncate tideline.applied; delete from notes; alter table notes disable trigger all;"
                                "insert into notes table kept; alter table notes enable trigger all; drop table kept")),
             QString());
    QSet<QString> stopped;
    for (qsizetype i = 0; i < items.size(); ++i) {
        PushOutcome single;
        if (!stopped.contains(items.at(i).entry.recordId))
            single = pushOne(items.at(i));
        if (single.kind != Kind::Applied)
            stopped.insert(items.at(i).entry.recordId);
        QVERIFY2(described(whole.outcomes.at(i)) == described(single),
                 qPrintable(QStringLiteral("entry %1: %2 is not %3")
                                .arg(i)
                                .arg(described(whole.outcomes.at(i)), described(single))));
    }
    QCOMPARE(rowsOfWhole, sql(rows));
    QCOMPARE(ledgerOfWhole, sql(ledger));
}

void TestServerKit::keepsValuesExact()
{
    const TableConfig kindsTable(QStringLiteral("kinds"));
    const Result<QVariantMap> values = Json::parseObject(R"({"big": 9223372036854775807,
        "exact": 123456789012345678.901234567890123456, "at": "2024-02-29T23:59:59.123456+00:00",
        "doc": {"b": 1.50, "a": [1, null, {"x": "y"}]}, "docb": {"k": "v"}, "list": ["a", null, "c,\"d\" {}"],
        "label": "zażółć 🌱 \\ ' \" %41 \u0007 ''"})");
    QVERIFY(values.ok());
    const PushOutcome made = pushOne(pushItem(kindsTable, SyncOperation::Upsert, QStringLiteral("1"), *values));
    QCOMPARE(made.kind, Kind::Applied);
    for (auto it = values->cbegin(); it != values->cend(); ++it)
        QVERIFY2(Json::equivalent(made.serverRow->value(it.key()), it.value()), qPrintable(it.key()));
    QCOMPARE(Json::toText(made.serverRow->value(QStringLiteral("exact"))),
             QByteArray("123456789012345678.901234567890123456"));
    // Its text, as it was sent: json keeps the order of members and the digits.
    QCOMPARE(sql(QStringLiteral("select doc from kinds")), QStringLiteral(R"({"a":[1,null,{"x":"y"}],"b":1.50})"));
    QCOMPARE(sql(QStringLiteral("select at = '2024-02-29 23:59:59.123456+00' and cardinality(list) = 3 from kinds")),
             QStringLiteral("t"));
    // '' is not null, and an absent column stays as it is.
    const PushOutcome emptied =
        pushOne(pushItem(kindsTable, SyncOperation::Patch, QStringLiteral("1"),
                         {{QStringLiteral("label"), QString()}, {QStringLiteral("doc"), QVariant()}}, made.serverRow));
    QCOMPARE(emptied.kind, Kind::Applied);
    QCOMPARE(sql(QStringLiteral("select label = '' and doc is null and big is not null from kinds")),
             QStringLiteral("t"));
}

void TestServerKit::takesAnyName()
{
    TableConfig odd(QStringLiteral("Odd \"table\""));
    odd.key = QStringList{QStringLiteral("the id"), QStringLiteral("b'c")};
    odd.updatedAt = QStringLiteral("Changed At");
    const QString id = QStringLiteral("[\"7\",\"x\\\"',)\"]");
    const QString column = QStringLiteral("x\"; drop table notes; --");
    const PushOutcome made =
        pushOne(pushItem(odd, SyncOperation::Upsert, id, {{QStringLiteral("select"), 1}, {column, 2}}));
    QVERIFY2(made.kind == Kind::Applied, qPrintable(made.failure.detail));
    const PushOutcome patched = pushOne(
        pushItem(odd, SyncOperation::Patch, id, {{column, QStringLiteral("'; drop table notes; --")}}, made.serverRow));
    QCOMPARE(patched.kind, Kind::Applied);
    QCOMPARE(patched.serverRow->value(column).toString(), QStringLiteral("'; drop table notes; --"));
    QCOMPARE(pushOne(pushItem(odd, SyncOperation::Delete, id, {}, made.serverRow)).kind, Kind::Differs);
    QCOMPARE(pushOne(pushItem(odd, SyncOperation::Delete, id, {}, patched.serverRow)).kind, Kind::Applied);

    // Names that are none are only looked for.
    const QStringList names{QStringLiteral("notes; drop table notes"),
                            QStringLiteral("notes\"; drop table notes; --"),
                            QStringLiteral("public.notes"),
                            QString(200, QLatin1Char('n')),
                            QStringLiteral("pg_class"),
                            QStringLiteral("applied")};
    for (const QString &name : names) {
        const PushOutcome outcome = pushOne(pushItem(TableConfig(name), SyncOperation::Upsert, QStringLiteral("1")));
        QCOMPARE(outcome.kind, Kind::Failed);
        QCOMPARE(outcome.failure.httpStatus, 404);
    }
    const PushOutcome outcome = pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1"),
                                                 {{QStringLiteral("title\") values ('x'); --"), 1}}));
    QCOMPARE(outcome.failure.serverCode, QStringLiteral("PGRST204"));
    TableConfig marked = m_notes;
    marked.deletedAt = QStringLiteral("title = now(); --");
    QCOMPARE(
        pushOne(pushItem(marked, SyncOperation::Delete, QStringLiteral("1"), {}, QVariantMap())).failure.serverCode,
        QStringLiteral("PGRST204"));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("0"));
}

void TestServerKit::takesAnyId_data()
{
    QTest::addColumn<QString>("id");
    const char *ids[] = {"%41",  "a+b", "a,b", "a)b",  "a\"b", "a'b", "'; drop table notes; --",
                         "a\\b", "ü🌱",  " ",   "null", "{}",   "\n"};
    for (const char *id : ids)
        QTest::newRow(id) << QString::fromUtf8(id);
}

void TestServerKit::takesAnyId()
{
    QFETCH(QString, id);
    PushItem make = pushItem(m_notes, SyncOperation::Upsert, id, titled(id));
    make.entry.id = id;
    const PushOutcome made = pushOne(make);
    QCOMPARE(made.kind, Kind::Applied);
    QCOMPARE(pushOne(make).kind, Kind::Applied);
    QCOMPARE(made.serverRow->value(QStringLiteral("id")).toString(), id);
    const PushOutcome gone = pushOne(pushItem(m_notes, SyncOperation::Delete, id, {}, made.serverRow));
    QCOMPARE(gone.kind, Kind::Applied);
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("0"));
}

void TestServerKit::keepsUsersApart()
{
    const auto bob = store(QStringLiteral("bob"));
    const auto asBob = [&](const PushItem &item) { return await(bob->push({item}, true)).outcomes.constFirst(); };
    const PushItem hers = pushItem(m_owned, SyncOperation::Upsert, QStringLiteral("1"), titled(QStringLiteral("hers")));
    const PushOutcome made = pushOne(hers);
    QCOMPARE(made.kind, Kind::Applied);

    // He neither changes nor sees her row, whatever he knows of it.
    const PushOutcome patched = asBob(
        pushItem(m_owned, SyncOperation::Patch, QStringLiteral("1"), titled(QStringLiteral("his")), made.serverRow));
    QCOMPARE(patched.kind, Kind::Differs);
    QVERIFY(!patched.serverRow);
    QCOMPARE(
        asBob(pushItem(m_owned, SyncOperation::Patch, QStringLiteral("1"), titled(QStringLiteral("his")))).serverRow,
        std::optional<QVariantMap>());
    QCOMPARE(asBob(pushItem(m_owned, SyncOperation::Delete, QStringLiteral("1"), {}, made.serverRow)).kind,
             Kind::Applied);
    const PushOutcome taken =
        asBob(pushItem(m_owned, SyncOperation::Upsert, QStringLiteral("1"), titled(QStringLiteral("his"))));
    QCOMPARE(taken.kind, Kind::Failed);
    QCOMPARE(taken.failure.code, Failure::Code::RlsViolation);
    QCOMPARE(taken.failure.serverCode, QStringLiteral("42501"));
    const PushOutcome forged = asBob(pushItem(m_owned, SyncOperation::Upsert, QStringLiteral("2"),
                                              {{QStringLiteral("owner"), QStringLiteral("ann")}}));
    QCOMPARE(forged.failure.code, Failure::Code::RlsViolation);
    QCOMPARE(sql(QStringLiteral("select title || owner from owned")), QStringLiteral("hersann"));

    // Her entry ids are nothing to him: neither are they taken nor do they tell anything.
    PushItem his = pushItem(m_owned, SyncOperation::Upsert, QStringLiteral("3"), titled(QStringLiteral("his")));
    his.entry.id = hers.entry.id;
    QCOMPARE(asBob(his).kind, Kind::Applied);
    QCOMPARE(sql(QStringLiteral("select count(*) from owned where owner = 'bob'")), QStringLiteral("1"));
    QCOMPARE(pushOne(hers).serverRow, made.serverRow);

    // A batch with rows of both: only hers go.
    QList<PushItem> items;
    for (int i = 10; i < 30; ++i)
        items.append(pushItem(m_owned, SyncOperation::Upsert, QString::number(i),
                              {{QStringLiteral("owner"), i % 5 == 0 ? QStringLiteral("bob") : QStringLiteral("ann")}}));
    const PushReply reply = push(items);
    for (int i = 10; i < 30; ++i)
        QCOMPARE(reply.outcomes.at(i - 10).kind, i % 5 == 0 ? Kind::Failed : Kind::Applied);
}

void TestServerKit::saysWhoMayNot()
{
    const TableConfig shown(QStringLiteral("shown"));
    sql(QStringLiteral("insert into shown values (1, 'x')"));
    const Result<PullPage> page = await(m_store->fetch(shown, {QStringLiteral("1")}));
    const QVariantMap row = page->rows.constFirst().values;
    for (const SyncOperation operation : {SyncOperation::Patch, SyncOperation::Delete}) {
        const PushOutcome outcome =
            pushOne(pushItem(shown, operation, QStringLiteral("1"), titled(QStringLiteral("y")), row));
        QCOMPARE(outcome.kind, Kind::Failed);
        QCOMPARE(outcome.failure.code, Failure::Code::RlsViolation);
    }
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("0"));
}

void TestServerKit::guardsItsOwn_data()
{
    QTest::addColumn<QString>("statement");
    const char *statements[] = {"select tideline.track_table('public.plain')",
                                "select tideline.untrack_table('public.notes')",
                                "select * from tideline.applied",
                                "insert into tideline.applied values ('sub:ann', 'x')",
                                "delete from tideline.applied",
                                "update tideline.applied set owner = 'sub:bob'",
                                "insert into tideline.tables values ('public.plain', 'updated_at')",
                                "delete from tideline.tables",
                                "update tideline.kit set version = 2",
                                "create table tideline.mine (id int)",
                                "alter table tideline.applied add x int"};
    for (const char *statement : statements)
        QTest::newRow(statement) << QString::fromLatin1(statement);
}

void TestServerKit::guardsItsOwn()
{
    QFETCH(QString, statement);
    const QString answer =
        sql(QStringLiteral("set role web_user; set request.jwt.claims = '{\"sub\": \"bob\"}'; ") + statement);
    QVERIFY2(answer.contains(QStringLiteral("permission denied")) || answer.contains(QStringLiteral("must be owner")),
             qPrintable(answer));
}

void TestServerKit::answersOtherVersions()
{
    QCOMPARE(sql(QStringLiteral("select tideline_push('{\"version\": 2, \"runs\": []}')")),
             QStringLiteral("{\"version\" : 1}"));
    // A kit of a later version answers so.
    QVERIFY(m_stack
                .runSql(QStringLiteral("alter function tideline_push(json) rename to kept; create function "
                                       "tideline_push(json) returns json language sql as "
                                       "$$ select '{\"version\": 2}'::json $$"))
                .ok);
    const PushOutcome outcome = pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1")));
    const PushReply plain = await(store(QStringLiteral("ann"), SupabaseOptions::Mode::Auto)
                                      ->push({pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("2"))}, true));
    QVERIFY(
        m_stack.runSql(QStringLiteral("drop function tideline_push(json); alter function kept rename to tideline_push"))
            .ok);
    QCOMPARE(outcome.kind, Kind::Failed);
    QCOMPARE(outcome.failure.httpStatus, 404);
    QVERIFY2(outcome.failure.detail.contains(QStringLiteral("version 2")), qPrintable(outcome.failure.detail));
    QCOMPARE(kinds(plain), QList<Kind>({Kind::Applied}));
}

void TestServerKit::forgetsOldEntries()
{
    sql(QStringLiteral("insert into tideline.applied select 'sub:x', g::text, now() - interval '91 days' from "
                       "generate_series(1, 1500) g; insert into tideline.applied values ('sub:x', 'kept', "
                       "now() - interval '89 days')"));
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1"))).kind, Kind::Applied);
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("502"));
    QCOMPARE(pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("2"))).kind, Kind::Applied);
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("3"));
}

void TestServerKit::pushesPlainWhatIsNotEnrolled()
{
    m_store = store(QStringLiteral("ann"), SupabaseOptions::Mode::Auto);
    const TableConfig plain(QStringLiteral("plain"));
    const auto batch = [&](const QString &id) {
        return QList<PushItem>{pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("a"))),
                               pushItem(plain, SyncOperation::Upsert, id, {{QStringLiteral("note"), id}}),
                               pushItem(m_notes, SyncOperation::Upsert, id + id, titled(QStringLiteral("b")))};
    };
    const PushReply first = push(batch(QStringLiteral("1")));
    QCOMPARE(kinds(first), QList<Kind>(3, Kind::Applied));
    QCOMPARE(first.requests, 2); // the kit's, and that of the table that turns out not to be enrolled
    QCOMPARE(first.outcomes.at(1).serverRow->value(QStringLiteral("note")).toString(), QStringLiteral("1"));
    const PushReply second = push(batch(QStringLiteral("2")));
    QCOMPARE(kinds(second), QList<Kind>(3, Kind::Applied));
    QCOMPARE(second.requests, 3); // in their order
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("4"));

    // Never asked for where it is not wanted.
    m_store = store(QStringLiteral("ann"), SupabaseOptions::Mode::Plain);
    QCOMPARE(kinds(push(batch(QStringLiteral("3")))), QList<Kind>(3, Kind::Applied));
    QCOMPARE(m_store->entriesPerPush(50), 50);
    QCOMPARE(sql(QStringLiteral("select count(*) from tideline.applied")), QStringLiteral("4"));
}

void TestServerKit::holdsWhatNeedsAnAdministrator()
{
    const TableConfig plain(QStringLiteral("plain"));
    TableConfig otherKey = m_notes;
    otherKey.key = QStringList{QStringLiteral("title")};
    TableConfig otherVersion = m_notes;
    otherVersion.updatedAt = QStringLiteral("body");
    const QList<std::pair<TableConfig, QString>> cases{{plain, QStringLiteral("tideline.track_table('plain')")},
                                                       {otherKey, QStringLiteral("primary key")},
                                                       {otherVersion, QStringLiteral("updatedAt")}};
    for (const auto &[table, remedy] : cases) {
        const PushReply reply = push({pushItem(table, SyncOperation::Upsert, QStringLiteral("1")),
                                      pushItem(table, SyncOperation::Upsert, QStringLiteral("2"))});
        QCOMPARE(kinds(reply), QList<Kind>({Kind::Failed, Kind::NotSent}));
        QCOMPARE(reply.outcomes.at(0).failure.httpStatus, 404);
        QVERIFY2(reply.outcomes.at(0).failure.detail.contains(remedy), qPrintable(reply.outcomes.at(0).failure.detail));
    }
    // Not for this role.
    sql(QStringLiteral("revoke execute on function tideline_push(json) from public"));
    const PushOutcome refused = pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1")));
    m_store = store(QStringLiteral("ann"), SupabaseOptions::Mode::Auto);
    const PushReply plainly = push({pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("1"))});
    // What an administrator has revoked stays revoked.
    sql(fileText(QStringLiteral("tideline.sql")));
    const QString kept =
        sql(QStringLiteral("select has_function_privilege('web_user', 'tideline_push(json)', 'execute')"));
    sql(QStringLiteral("grant execute on function tideline_push(json) to public"));
    QCOMPARE(refused.failure.httpStatus, 404);
    QVERIFY2(refused.failure.detail.contains(QStringLiteral("grant execute")), qPrintable(refused.failure.detail));
    QCOMPARE(kinds(plainly), QList<Kind>({Kind::Applied}));
    QCOMPARE(plainly.requests, 2);
    QCOMPARE(kept, QStringLiteral("f"));
}

void TestServerKit::drainsThroughTheEngine()
{
    const QTemporaryDir directory;
    SqliteOptions file;
    file.path = directory.filePath(QStringLiteral("app.db"));
    file.synchronous = SqliteOptions::Synchronous::Normal;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = SupabaseRemoteStore::factory(options(QStringLiteral("ann"), SupabaseOptions::Mode::Auto));
    setup.tables = {m_notes, TableConfig(QStringLiteral("nodes"))};
    SyncEngine engine(setup);
    QVERIFY(engine.open());
    QVERIFY(await(engine.createTables()));
    const QSignalSpy authentication(&engine, &SyncEngine::authRequired);
    for (int i = 0; i < 50; ++i) {
        const bool isBad = i == 20 || i == 30;
        QVERIFY(engine.write(m_notes.name, QString::number(i),
                             titled(isBad ? QStringLiteral("refused") : QString::number(i))));
    }
    const SyncReport report = await(engine.drain(SyncEngine::Urgency::Now));
    QCOMPARE(report.pushed, 48);
    QCOMPARE(report.dead, 2);
    QCOMPARE(report.requests, 1);
    QVERIFY(authentication.isEmpty());
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("48"));
    // Children before their parents, edits and deletions, in one more round.
    QVERIFY(engine.write(QStringLiteral("nodes"), QStringLiteral("2"), {{QStringLiteral("parent"), 1}}));
    QVERIFY(engine.write(QStringLiteral("nodes"), QStringLiteral("1"), {}));
    QVERIFY(engine.patch(m_notes.name, QStringLiteral("1"), titled(QStringLiteral("edited"))));
    QVERIFY(engine.remove(m_notes.name, QStringLiteral("2")));
    const SyncReport next = await(engine.drain(SyncEngine::Urgency::Now));
    QCOMPARE(next.pushed, 4);
    QCOMPARE(sql(QStringLiteral("select count(*) from nodes")), QStringLiteral("2"));
    QCOMPARE(sql(QStringLiteral("select count(*) || min(title) filter (where id = '1') from notes")),
             QStringLiteral("47edited"));
    const Result<std::optional<QVariantMap>> local = engine.row(m_notes.name, QStringLiteral("1"));
    QVERIFY(local && *local && !(*local)->value(QStringLiteral("updated_at")).isNull());
}

void TestServerKit::splitsWhatTheServerCannotBear()
{
    // A statement timeout is not to be caught within the function.
    QVERIFY(m_stack
                .runSql(QStringLiteral(R"sql(
        create function time_out() returns trigger language plpgsql as $$
        begin raise query_canceled using message = 'canceling statement due to statement timeout'; end $$;
        create trigger slow before insert on notes for each row when (new.title = 'slow') execute function time_out())sql"))
                .ok);
    QList<PushItem> items;
    QList<Kind> expected;
    for (int i = 0; i < 6; ++i) {
        items.append(pushItem(m_notes, SyncOperation::Upsert, QString::number(i),
                              titled(i == 4 ? QStringLiteral("slow") : QStringLiteral("fast"))));
        expected.append(i == 4 ? Kind::Failed : Kind::Applied);
    }
    const PushReply reply = push(items);
    sql(QStringLiteral("drop function time_out() cascade"));
    QCOMPARE(kinds(reply), expected);
    QCOMPARE(reply.outcomes.at(4).failure.serverCode, QStringLiteral("57014"));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("5"));
}

void TestServerKit::goesOnWithoutTheKit()
{
    const auto automatic = store(QStringLiteral("ann"), SupabaseOptions::Mode::Auto);
    const auto pushWith = [&](RemoteStore &remote, const QString &id) {
        return await(remote.push({pushItem(m_notes, SyncOperation::Upsert, id, titled(QStringLiteral("a")))}, true));
    };
    QCOMPARE(kinds(pushWith(*automatic, QStringLiteral("1"))), QList<Kind>({Kind::Applied}));
    QCOMPARE(automatic->entriesPerPush(50), 1000);

    // It goes in mid-session, and nothing of it stays.
    const ServerStack::SqlResult removed = m_stack.changeSchema(fileText(QStringLiteral("tideline-uninstall.sql")));
    QVERIFY2(removed.ok, qPrintable(removed.output));
    QCOMPARE(sql(catalogueSql), m_catalogueBefore);
    QCOMPARE(sql(fileText(QStringLiteral("tideline-uninstall.sql"))), QString());

    const PushReply after = pushWith(*automatic, QStringLiteral("2"));
    QCOMPARE(kinds(after), QList<Kind>({Kind::Applied}));
    QCOMPARE(after.requests, 2);
    QCOMPARE(pushWith(*automatic, QStringLiteral("3")).requests, 1); // not asked again
    QCOMPARE(automatic->entriesPerPush(50), 50);
    const PushOutcome missing = pushOne(pushItem(m_notes, SyncOperation::Upsert, QStringLiteral("4")));
    QCOMPARE(missing.kind, Kind::Failed);
    QCOMPARE(missing.failure.httpStatus, 404);
    QVERIFY2(missing.failure.detail.contains(QStringLiteral("tideline.sql")), qPrintable(missing.failure.detail));

    const ServerStack::SqlResult installed =
        m_stack.changeSchema(fileText(QStringLiteral("tideline.sql")) + enrolmentSql);
    QVERIFY2(installed.ok, qPrintable(installed.output));
    QCOMPARE(pushWith(*automatic, QStringLiteral("5")).requests, 1);
    automatic->reset();
    QCOMPARE(kinds(pushWith(*automatic, QStringLiteral("6"))), QList<Kind>({Kind::Applied}));
    QCOMPARE(automatic->entriesPerPush(50), 1000);
}

QTEST_GUILESS_MAIN(TestServerKit)
#include "tst_serverkit.moc"
