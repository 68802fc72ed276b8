// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "serverstack.h"

#include <tideline/core/json.h>

#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>
#include <QtCore/QSet>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtTest/QTest>

#include <array>

using namespace Tideline;

namespace {

const QString tablesSql = QStringLiteral(R"sql(
create table notes (id int primary key, title text, size bigint, exact numeric, doc json, updated_at timestamptz);
create table owned (id text primary key, title text, owner text, updated_at timestamptz);
alter table owned enable row level security;
create policy mine on owned using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
create type mood as enum ('calm', 'wild');
create table kinds (
    id uuid primary key default gen_random_uuid(), number int, flag bool, label text, at timestamptz, mood mood,
    updated_at timestamptz);
create table "Odd ""table""" (
    "the id" int, "b'c" text, "image" text, t text, "Changed At" timestamptz, primary key ("b'c", "the id"));
create table parents (id int primary key, updated_at timestamptz);
create table children (
    id int primary key, parent int references parents on delete cascade, other int references parents on delete set null,
    updated_at timestamptz);
create table brittle (id int primary key, title text, updated_at timestamptz);
alter table brittle enable row level security;
create policy failing on brittle using (1 / (length(title) - 3) > -5);
create table closed (id int primary key, updated_at timestamptz);
revoke all on closed from web_user;
create table loose (id int primary key, updated_at timestamptz);
create table split (id int primary key, updated_at timestamptz) partition by range (id);
create table split_low partition of split for values from (0) to (100);
create table split_high partition of split for values from (100) to (200);
create table shaped (id int primary key, title text, owner text, updated_at timestamptz);
alter table shaped enable row level security;
create policy mine on shaped using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
)sql");

const QString enrolmentSql = QStringLiteral(R"sql(
select tideline.track_table('notes'), tideline.track_table('owned'), tideline.track_table('kinds'),
       tideline.track_table('"Odd ""table"""', 'Changed At'), tideline.track_table('parents'),
       tideline.track_table('children'), tideline.track_table('brittle'), tideline.track_table('closed'),
       tideline.track_table('split'), tideline.track_table('shaped');
)sql");

const QString ann = QStringLiteral("ann");
const QString bob = QStringLiteral("bob");

QString kitFile()
{
    QFile file(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// A table as a client asks for it, and what the client knows of it.
struct Table
{
    explicit Table(const QString &tableName, const QVariantList &keyColumns = {QStringLiteral("id")},
                   const QString &versionColumn = QStringLiteral("updated_at"))
        : name(tableName)
        , key(keyColumns)
        , updatedAt(versionColumn)
    {
    }

    QString name;
    QVariantList key;
    QString updatedAt;
    QVariantMap filter;
    bool isCounted = false;
    QVariant cursor;
    QMap<QByteArray, QVariantMap> rows; // by the key as JSON
};

QByteArray keyOf(const Table &table, const QVariantMap &row)
{
    QVariantList values;
    for (const QVariant &column : table.key)
        values.append(row.value(column.toString()));
    return Json::toText(values);
}

} // namespace

class TestServerKitPull : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void fillsInPages_data();
    void fillsInPages();
    void fillsWhileTheTableChanges();
    void saysNothingWhereNothingIsNew();
    void tellsAChangedRecordOnce();
    void waitsForNoTransaction();
    void missesNoOlderTransactionThatWritesLast();
    void keepsPagesOfAWindowTogether();
    void removesWhatAUserMayNotSeeAnyMore();
    void tellsNobodyWhatTheyCouldNotSee();
    void asksPoliciesOfAnyKind();
    void goesOnPastWhatIsHidden();
    void filters_data();
    void filters();
    void removesWhatLeavesTheFilter();
    void counts();
    void leavesTheOtherTablesWhenOneFails();
    void saysWhyATableIsNotTheKits();
    void endsWithTheTimeout();
    void beginsAnewWhereItMust_data();
    void beginsAnewWhereItMust();
    void forgetsOldChanges();
    void forgetsByItself();
    void takesAnyKey();
    void keepsValuesExact();
    void notesEveryWayToWrite_data();
    void notesEveryWayToWrite();
    void letsColumnsChange();
    void takesNoLogFromADump();
    void keepsCursorsWhenInstalledAgain();
    void guardsTheLog_data();
    void guardsTheLog();
    void answersOtherVersions();
    void equalsTheTable_data();
    void equalsTheTable();
    void leavesNothingOfATable();

private:
    struct Reply
    {
        int status = 0;
        QByteArray body;
        QVariantMap content;
        QVariantList tables() const { return content.value(QStringLiteral("tables")).toList(); }
        QVariantMap table(int i = 0) const { return tables().value(i).toMap(); }
    };
    Reply post(const QString &user, const QVariantMap &request);
    // One request. What is told goes into the tables.
    Reply pull(const QString &user, const QList<Table *> &tables, int limit = 1000);
    // Until there is nothing more.
    int pullAll(const QString &user, Table &table, int limit = 1000);
    QString sql(const QString &text);
    QString as(const QString &user, const QString &text);
    // Runs it there, and waits until it is done.
    bool run(SqlSession &session, const QString &text);

    ServerStack m_stack;
    QNetworkAccessManager m_network;
    QHash<QString, QByteArray> m_tokens;
    int m_step = 0;
};

void TestServerKitPull::initTestCase()
{
    ServerStack::Options options;
    options.schema = tablesSql;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    const ServerStack::SqlResult installed = m_stack.changeSchema(kitFile() + enrolmentSql);
    QVERIFY2(installed.ok, qPrintable(installed.output));
    for (const QString &user : {ann, bob})
        m_tokens.insert(
            user,
            m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}, {QStringLiteral("sub"), user}})
                .toLatin1());
}

void TestServerKitPull::init()
{
    QCOMPARE(
        sql(QStringLiteral("truncate notes, owned, kinds, \"Odd \"\"table\"\"\", parents, children, brittle, closed, "
                           "split, shaped; truncate tideline.upheavals")),
        QString());
}

QString TestServerKitPull::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    return result.ok ? result.output : QStringLiteral("SQL error: ") + result.output;
}

QString TestServerKitPull::as(const QString &user, const QString &text)
{
    return sql(QStringLiteral("set role web_user; set request.jwt.claims = '{\"sub\": \"%1\"}'; ").arg(user) + text);
}

bool TestServerKitPull::run(SqlSession &session, const QString &text)
{
    const QString name = QStringLiteral("step %1").arg(++m_step);
    session.run(text + QStringLiteral("; set application_name = '%1';").arg(name));
    return QTest::qWaitFor(
        [&] {
            return sql(QStringLiteral("select count(*) from pg_stat_activity where application_name = '%1'").arg(name))
                   == QStringLiteral("1");
        },
        30000);
}

TestServerKitPull::Reply TestServerKitPull::post(const QString &user, const QVariantMap &request)
{
    QUrl url = m_stack.url();
    url.setPath(QStringLiteral("/rpc/tideline_pull"));
    url.setQuery(QStringLiteral("columns=version,limit,tables"));
    QNetworkRequest message(url);
    message.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    message.setRawHeader("Authorization", "Bearer " + m_tokens.value(user));
    const std::unique_ptr<QNetworkReply> answer(m_network.post(message, Json::toText(request)));
    if (!QTest::qWaitFor([&] { return answer->isFinished(); }, 60000))
        return {};
    Reply reply;
    reply.status = answer->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    reply.body = answer->readAll();
    if (const Result<QVariantMap> content = Json::parseObject(reply.body))
        reply.content = *content;
    return reply;
}

TestServerKitPull::Reply TestServerKitPull::pull(const QString &user, const QList<Table *> &tables, int limit)
{
    QVariantList wishes;
    for (const Table *table : tables)
        wishes.append(QVariantMap{{QStringLiteral("table"), table->name},
                                  {QStringLiteral("key"), table->key},
                                  {QStringLiteral("updatedAt"), table->updatedAt},
                                  {QStringLiteral("cursor"), table->cursor},
                                  {QStringLiteral("filter"), table->filter},
                                  {QStringLiteral("count"), table->isCounted}});
    Reply reply = post(
        user, {{QStringLiteral("version"), 1}, {QStringLiteral("limit"), limit}, {QStringLiteral("tables"), wishes}});
    for (const QVariant &item : reply.tables()) {
        const QVariantMap answer = item.toMap();
        for (Table *table : tables) {
            if (table->name != answer.value(QStringLiteral("table")).toString()
                || !answer.contains(QStringLiteral("cursor")))
                continue;
            if (answer.value(QStringLiteral("reset")).toBool())
                table->rows.clear();
            for (const QVariant &row : answer.value(QStringLiteral("rows")).toList())
                table->rows.insert(keyOf(*table, row.toMap()), row.toMap());
            for (const QVariant &key : answer.value(QStringLiteral("removed")).toList())
                table->rows.remove(keyOf(*table, key.toMap()));
            table->cursor = answer.value(QStringLiteral("cursor"));
        }
    }
    return reply;
}

int TestServerKitPull::pullAll(const QString &user, Table &table, int limit)
{
    int requests = 0;
    for (bool isMore = true; isMore && requests < 1000; ++requests)
        isMore = pull(user, {&table}, limit).table().value(QStringLiteral("more")).toBool();
    return requests;
}

void TestServerKitPull::fillsInPages_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("requests");
    QTest::newRow("none") << 0 << 1;
    QTest::newRow("999") << 999 << 1;
    QTest::newRow("1000") << 1000 << 2;
    QTest::newRow("1001") << 1001 << 2;
    QTest::newRow("2500") << 2500 << 3;
}

void TestServerKitPull::fillsInPages()
{
    QFETCH(int, rows);
    QFETCH(int, requests);
    sql(QStringLiteral("insert into notes (id) select generate_series(1, %1)").arg(rows));
    Table notes{QStringLiteral("notes")};
    const Reply first = pull(ann, {&notes});
    QCOMPARE(first.status, 200);
    QCOMPARE(first.table().value(QStringLiteral("reset")).toBool(), false);
    QCOMPARE(notes.rows.size(), qMin(rows, 1000));
    QCOMPARE(1 + (first.table().value(QStringLiteral("more")).toBool() ? pullAll(ann, notes) : 0), requests);
    QCOMPARE(notes.rows.size(), rows);
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
}

void TestServerKitPull::fillsWhileTheTableChanges()
{
    sql(QStringLiteral("insert into notes (id, title) select g, 'old' from generate_series(1, 30) g"));
    Table notes{QStringLiteral("notes")};
    pull(ann, {&notes}, 10);
    // One that was told, one that was not, one that goes from either, one that comes before and after.
    sql(QStringLiteral("update notes set title = 'new' where id in (5, 25); delete from notes where id in (6, 26);"
                       "insert into notes (id, title) values (0, 'new'), (40, 'new')"));
    const int requests = pullAll(ann, notes, 10);
    QVERIFY2(requests >= 3 && requests <= 5, qPrintable(QString::number(requests)));
    QCOMPARE(notes.rows.size(), 30);
    for (const char *id : {"[0]", "[5]", "[25]", "[40]"})
        QCOMPARE(notes.rows.value(id).value(QStringLiteral("title")).toString(), QStringLiteral("new"));
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
}

void TestServerKitPull::saysNothingWhereNothingIsNew()
{
    sql(QStringLiteral("insert into notes (id) values (1); insert into parents (id) values (1)"));
    Table notes{QStringLiteral("notes")};
    Table parents{QStringLiteral("parents")};
    Table owned{QStringLiteral("owned")};
    QCOMPARE(pull(ann, {&notes, &parents, &owned}).tables().size(), 3);
    QCOMPARE(pull(ann, {&notes, &parents, &owned}).body, QByteArray(R"({"version" : 1, "tables" : []})"));
    sql(QStringLiteral("update parents set id = 1"));
    const Reply reply = pull(ann, {&notes, &parents, &owned});
    QCOMPARE(reply.tables().size(), 1);
    QCOMPARE(reply.table().value(QStringLiteral("table")).toString(), QStringLiteral("parents"));
    // The limit is for all of them: what is left over has its turn with the next request.
    sql(QStringLiteral("insert into parents (id) values (2), (3); update notes set title = 'x'"));
    const Reply part = pull(ann, {&parents, &notes, &owned}, 2);
    QCOMPARE(part.table(0).value(QStringLiteral("rows")).toList().size(), 2);
    QCOMPARE(part.table(1),
             QVariantMap({{QStringLiteral("table"), QStringLiteral("notes")}, {QStringLiteral("more"), true}}));
    pullAll(ann, parents);
    QCOMPARE(pull(ann, {&notes}).table().value(QStringLiteral("rows")).toList().size(), 1);
}

void TestServerKitPull::tellsAChangedRecordOnce()
{
    sql(QStringLiteral("insert into notes (id, title) values (1, 'a'), (2, 'a')"));
    Table notes{QStringLiteral("notes")};
    pullAll(ann, notes);
    for (int i = 0; i < 5; ++i)
        sql(QStringLiteral("begin; update notes set title = 'b%1' where id = 1; update notes set title = 'c%1'; commit;"
                           "insert into notes (id) values (3); delete from notes where id = 3")
                .arg(i));
    const Reply reply = pull(ann, {&notes});
    QCOMPARE(reply.table().value(QStringLiteral("rows")).toList().size(), 2);
    QCOMPARE(reply.table().value(QStringLiteral("removed")).toList().size(), 1);
    QCOMPARE(reply.table().value(QStringLiteral("more")).toBool(), false);
    QCOMPARE(notes.rows.value("[1]").value(QStringLiteral("title")).toString(), QStringLiteral("c4"));
    // One a page.
    sql(QStringLiteral(
        "update notes set title = 'd'; update notes set title = 'e'; insert into notes (id) values (4)"));
    QSet<QByteArray> told;
    for (bool isMore = true; isMore;) {
        const QVariantMap answer = pull(ann, {&notes}, 1).table();
        for (const QVariant &row : answer.value(QStringLiteral("rows")).toList()) {
            const QByteArray key = keyOf(notes, row.toMap());
            QVERIFY(!told.contains(key));
            told.insert(key);
        }
        isMore = answer.value(QStringLiteral("more")).toBool();
    }
    QCOMPARE(told.size(), 3);
    QCOMPARE(notes.rows.size(), 3);
}

void TestServerKitPull::waitsForNoTransaction()
{
    Table notes{QStringLiteral("notes")};
    pullAll(ann, notes);
    const auto session = m_stack.openSession();
    QVERIFY(run(*session, QStringLiteral("begin; insert into notes (id) values (1)")));
    const auto second = m_stack.openSession();
    QVERIFY(run(*second, QStringLiteral("begin; insert into notes (id) values (2)")));
    sql(QStringLiteral("insert into notes (id) values (3)"));
    pullAll(ann, notes);
    QCOMPARE(notes.rows.keys(), QList<QByteArray>({"[3]"}));
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
    // The one that began later commits before.
    QVERIFY(run(*second, QStringLiteral("commit")));
    sql(QStringLiteral("insert into notes (id) values (4)"));
    QCOMPARE(pull(ann, {&notes}).table().value(QStringLiteral("rows")).toList().size(), 2);
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
    QVERIFY(run(*session, QStringLiteral("commit")));
    const QVariantList late = pull(ann, {&notes}).table().value(QStringLiteral("rows")).toList();
    QCOMPARE(late.size(), 1);
    QCOMPARE(late.constFirst().toMap().value(QStringLiteral("id")).toInt(), 1);
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
    QCOMPARE(notes.rows.size(), 4);
}

void TestServerKitPull::missesNoOlderTransactionThatWritesLast()
{
    sql(QStringLiteral("insert into notes (id, title) values (1, 'first')"));
    Table notes{QStringLiteral("notes")};
    Table late{QStringLiteral("notes")};
    pullAll(ann, notes);
    pullAll(ann, late);
    const auto session = m_stack.openSession();
    QVERIFY(run(*session, QStringLiteral("begin; select pg_current_xact_id()")));
    sql(QStringLiteral("update notes set title = 'newer transaction'"));
    pullAll(ann, notes);
    QVERIFY(run(*session, QStringLiteral("update notes set title = 'older transaction'")));
    QVERIFY(run(*session, QStringLiteral("commit")));
    pullAll(ann, notes);
    QCOMPARE(notes.rows.value("[1]").value(QStringLiteral("title")).toString(), QStringLiteral("older transaction"));
    QCOMPARE(pull(ann, {&late}).table().value(QStringLiteral("rows")).toList().size(), 1);
    QCOMPARE(late.rows, notes.rows);
}

void TestServerKitPull::keepsPagesOfAWindowTogether()
{
    sql(QStringLiteral("insert into notes (id, title) select g, 'a' from generate_series(1, 20) g"));
    Table notes{QStringLiteral("notes")};
    pullAll(ann, notes);
    sql(QStringLiteral("update notes set title = 'b'"));
    pull(ann, {&notes}, 5);
    // While it is read: what was told, what was not, and what goes.
    sql(QStringLiteral("update notes set title = 'c' where id in (1, 20); delete from notes where id in (2, 19);"
                       "insert into notes (id) values (21)"));
    pullAll(ann, notes, 5);
    pullAll(ann, notes, 5);
    QCOMPARE(notes.rows.size(), 19);
    QCOMPARE(notes.rows.value("[1]").value(QStringLiteral("title")).toString(), QStringLiteral("c"));
    QCOMPARE(notes.rows.value("[20]").value(QStringLiteral("title")).toString(), QStringLiteral("c"));
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
    // A transaction that is older than what was told already commits between two pages.
    const auto session = m_stack.openSession();
    QVERIFY(run(*session, QStringLiteral("begin; insert into notes (id) values (30)")));
    sql(QStringLiteral("update notes set title = 'd' where id < 20"));
    pull(ann, {&notes}, 5);
    QVERIFY(run(*session, QStringLiteral("commit")));
    pullAll(ann, notes, 5);
    pullAll(ann, notes, 5);
    QCOMPARE(notes.rows.size(), 20);
    QVERIFY(notes.rows.contains("[30]"));
}

void TestServerKitPull::removesWhatAUserMayNotSeeAnyMore()
{
    sql(QStringLiteral("insert into owned select 'k' || g, 't', case when g % 2 = 0 then 'ann' else 'bob' end "
                       "from generate_series(1, 8) g"));
    Table hers{QStringLiteral("owned")};
    Table his{QStringLiteral("owned")};
    pullAll(ann, hers);
    pullAll(bob, his);
    QCOMPARE(hers.rows.size(), 4);
    QCOMPARE(his.rows.size(), 4);
    // From her to him, to nobody, to him and gone, gone, renamed, and written before it is given away.
    sql(QStringLiteral(
        "update owned set owner = 'bob' where id = 'k2'; update owned set owner = 'carol' where id = 'k4';"
        "update owned set owner = 'bob' where id = 'k6'; delete from owned where id = 'k6';"
        "begin; update owned set title = 'x' where id = 'k8'; update owned set id = 'k80' where id = 'k8'; "
        "update owned set owner = 'bob' where id = 'k80'; commit; delete from owned where id = 'k1'"));
    pullAll(ann, hers);
    const Reply reply = pull(bob, {&his});
    QCOMPARE(hers.rows.keys(), QList<QByteArray>());
    QCOMPARE(his.rows.keys(), QList<QByteArray>({"[\"k2\"]", "[\"k3\"]", "[\"k5\"]", "[\"k7\"]", "[\"k80\"]"}));
    QVERIFY(!reply.body.contains("k4") && !reply.body.contains("\"k8\""));
    QCOMPARE(pull(ann, {&hers}).tables().size(), 0);
}

void TestServerKitPull::tellsNobodyWhatTheyCouldNotSee()
{
    sql(QStringLiteral("insert into owned values ('secret-0', 't', 'bob'), ('shared', 't', 'ann')"));
    Table hers{QStringLiteral("owned")};
    Table paged{QStringLiteral("owned")};
    QByteArray told = pull(ann, {&hers}).body + pull(ann, {&paged}, 1).body;
    const auto look = [&] {
        hers.isCounted = true;
        told += pull(ann, {&hers}).body;
        for (bool isMore = true; isMore;) {
            const Reply reply = pull(ann, {&paged}, 1);
            told += reply.body;
            isMore = reply.table().value(QStringLiteral("more")).toBool();
        }
    };
    sql(QStringLiteral(
        "insert into owned values ('secret-1', 't', 'bob'); update owned set title = 'u' where id = 'secret-0'"));
    look();
    sql(QStringLiteral("update owned set owner = 'carol' where owner = 'bob'"));
    look();
    sql(QStringLiteral(
        "update owned set id = 'secret-2' where id = 'secret-1'; delete from owned where id = 'secret-0'"));
    look();
    // Hers for a while, but never so that she could have seen it.
    sql(QStringLiteral(
        "begin; insert into owned values ('secret-3', 't', 'ann'); update owned set owner = 'bob' where id = "
        "'secret-3'; commit; begin; insert into owned values ('secret-4', 't', 'ann'); delete from owned where "
        "id = 'secret-4'; commit; begin; update owned set owner = 'ann' where id = 'secret-3'; update owned "
        "set owner = 'dan' where id = 'secret-3'; commit; begin; insert into owned values ('secret-5', 't', "
        "'ann'); rollback"));
    look();
    sql(QStringLiteral("delete from owned where id like 'secret%'"));
    look();
    QVERIFY2(!told.contains("secret"), told.constData());
    QVERIFY(told.contains("shared"));
    QCOMPARE(hers.rows.size(), 1);
}

// A look into another table, a function that leaves names unqualified, a restriction, and the row as a whole.
void TestServerKitPull::asksPoliciesOfAnyKind()
{
    QCOMPARE(sql(QStringLiteral(R"sql(
        create table members (project int, who text);
        create table papers (id int primary key, project int, is_secret bool default false, updated_at timestamptz);
        create function is_member(number int) returns boolean language sql stable as $$
            select exists (select from members
                           where project = number and who = current_setting('request.jwt.claims', true)::json ->> 'sub') $$;
        create function is_open(paper papers) returns boolean language sql stable as $$ select not paper.is_secret $$;
        alter table papers enable row level security;
        create policy joined on papers for select using (
            project < 3 and exists (select from members as m where m.project = papers.project
                                    and m.who = current_setting('request.jwt.claims', true)::json ->> 'sub'));
        create policy called on papers for select using (project > 2 and is_member(project));
        create policy opened on papers as restrictive for select using (is_open(papers));
        insert into members values (1, 'ann'), (2, 'bob'), (3, 'ann'), (4, 'bob');
        insert into papers (id, project, is_secret)
            select g, 1 + g % 4, g > 8 from generate_series(1, 12) g)sql")),
             QString());
    sql(QStringLiteral("select tideline.track_table('papers')"));
    Table hers{QStringLiteral("papers")};
    pullAll(ann, hers);
    QCOMPARE(hers.rows.size(), 4);
    sql(QStringLiteral(
        "delete from papers where id in (2, 3, 4, 10, 11, 12); update papers set project = 4 where id = 6"));
    const QVariantList removed = pull(ann, {&hers}).table().value(QStringLiteral("removed")).toList();
    sql(QStringLiteral(
        "select tideline.untrack_table('papers'); drop table papers cascade; drop function is_member; drop "
        "table members"));
    QCOMPARE(removed, QVariantList({QVariantMap{{QStringLiteral("id"), 2}}, QVariantMap{{QStringLiteral("id"), 4}},
                                    QVariantMap{{QStringLiteral("id"), 6}}}));
    QCOMPARE(hers.rows.keys(), QList<QByteArray>({"[8]"}));
}

void TestServerKitPull::goesOnPastWhatIsHidden()
{
    sql(QStringLiteral("insert into owned values ('hers', 't', 'ann')"));
    Table hers{QStringLiteral("owned")};
    pullAll(ann, hers);
    const QVariant before = hers.cursor;
    sql(QStringLiteral("insert into owned select 'his' || g, 't', 'bob' from generate_series(1, 500) g; "
                       "update owned set title = 'u' where owner = 'ann'"));
    const int requests = pullAll(ann, hers, 10);
    QVERIFY2(requests > 2 && requests < 10, qPrintable(QString::number(requests)));
    QCOMPARE(hers.rows.value("[\"hers\"]").value(QStringLiteral("title")).toString(), QStringLiteral("u"));
    // Nothing is hers, but it is not read again with every pull.
    sql(QStringLiteral("update owned set title = 'v' where owner = 'bob'"));
    pullAll(ann, hers);
    QVERIFY(hers.cursor != before);
    QCOMPARE(pull(ann, {&hers}).tables().size(), 0);
}

void TestServerKitPull::filters_data()
{
    QTest::addColumn<QByteArray>("filter");
    QTest::addColumn<QByteArray>("labels");
    QTest::newRow("number") << QByteArray(R"({"number": 1})") << QByteArray("one");
    QTest::newRow("numbers") << QByteArray(R"({"number": [1, 2, 99]})") << QByteArray("one two");
    QTest::newRow("none of them") << QByteArray(R"({"number": []})") << QByteArray();
    QTest::newRow("null") << QByteArray(R"({"number": null})") << QByteArray("'\"\\,{}%");
    QTest::newRow("bool") << QByteArray(R"({"flag": false, "number": [1, 2]})") << QByteArray("two");
    QTest::newRow("text") << QByteArray(R"({"label": "'\"\\,{}%"})") << QByteArray("'\"\\,{}%");
    QTest::newRow("texts") << QByteArray(R"({"label": ["'\"\\,{}%", "NULL", "one"]})") << QByteArray("'\"\\,{}% one");
    QTest::newRow("time") << QByteArray(R"({"at": ["2024-01-01T02:00:00.000001+02:00"]})") << QByteArray("one");
    QTest::newRow("enum") << QByteArray(R"({"mood": "wild"})") << QByteArray("two");
    QTest::newRow("enums") << QByteArray(R"({"mood": ["wild", "calm"]})") << QByteArray("one two");
    QTest::newRow("uuid") << QByteArray(R"({"id": ["00000000-0000-0000-0000-00000000000A"]})") << QByteArray("one");
    QTest::newRow("injected") << QByteArray(R"({"label": "x' or true --"})") << QByteArray();
}

void TestServerKitPull::filters()
{
    QFETCH(QByteArray, filter);
    QFETCH(QByteArray, labels);
    Table kinds{QStringLiteral("kinds")};
    Table late{QStringLiteral("kinds")};
    kinds.filter = late.filter = *Json::parseObject(filter);
    pullAll(ann, late);
    QCOMPARE(sql(QStringLiteral(
                 "insert into kinds values "
                 "('00000000-0000-0000-0000-00000000000a', 1, true, 'one', '2024-01-01T00:00:00.000001Z', 'calm'),"
                 "('00000000-0000-0000-0000-00000000000b', 2, false, 'two', '2024-01-01T00:00:00.000002Z', 'wild'),"
                 "('00000000-0000-0000-0000-00000000000c', null, null, $$'\"\\,{}%$$, null, null)")),
             QString());
    for (Table *table : {&kinds, &late}) {
        pullAll(ann, *table);
        QByteArrayList found;
        for (const QVariantMap &row : std::as_const(table->rows))
            found.append(row.value(QStringLiteral("label")).toString().toUtf8());
        std::sort(found.begin(), found.end());
        QCOMPARE(found.join(' '), labels);
    }
}

void TestServerKitPull::removesWhatLeavesTheFilter()
{
    sql(QStringLiteral("insert into notes (id, title) select g, 'in' from generate_series(1, 4) g"));
    Table notes{QStringLiteral("notes")};
    notes.filter = {{QStringLiteral("title"), QStringLiteral("in")}};
    pullAll(ann, notes);
    QCOMPARE(notes.rows.size(), 4);
    sql(QStringLiteral("update notes set title = 'out' where id = 1; update notes set title = null where id = 2;"
                       "delete from notes where id = 3; insert into notes values (5, 'in'), (6, 'out')"));
    const Reply reply = pull(ann, {&notes});
    QCOMPARE(reply.table().value(QStringLiteral("rows")).toList().size(), 1);
    QCOMPARE(notes.rows.keys(), QList<QByteArray>({"[4]", "[5]"}));
}

void TestServerKitPull::counts()
{
    sql(QStringLiteral("insert into owned select 'k' || g, 't', case when g < 4 then 'ann' else 'bob' end from "
                       "generate_series(1, 8) g"));
    Table hers{QStringLiteral("owned")};
    hers.isCounted = true;
    QCOMPARE(pull(ann, {&hers}).table().value(QStringLiteral("count")).toInt(), 3);
    QCOMPARE(pull(ann, {&hers}).body, QByteArray(R"({"version" : 1, "tables" : [{"table" : "owned", "count" : 3}]})"));
    hers.filter = {{QStringLiteral("id"), QVariantList{QStringLiteral("k1"), QStringLiteral("k8")}}};
    QCOMPARE(pull(ann, {&hers}).table().value(QStringLiteral("count")).toInt(), 1);
}

void TestServerKitPull::leavesTheOtherTablesWhenOneFails()
{
    sql(QStringLiteral(
        "insert into notes (id) values (1); insert into brittle (id, title) values (1, 'abc'); insert into "
        "closed (id) values (1)"));
    Table brittle{QStringLiteral("brittle")};
    Table closed{QStringLiteral("closed")};
    Table filtered{QStringLiteral("parents")};
    filtered.filter = {{QStringLiteral("no \"such"), 1}};
    Table mistyped{QStringLiteral("children")};
    mistyped.filter = {{QStringLiteral("parent"), QStringLiteral("x")}};
    Table notes{QStringLiteral("notes")};
    const Reply reply = pull(ann, {&brittle, &closed, &filtered, &mistyped, &notes});
    const char *const codes[] = {"22012", "42501", "42703", "22P02"};
    for (int i = 0; i < 4; ++i)
        QCOMPARE(reply.table(i).value(QStringLiteral("error")).toMap().value(QStringLiteral("code")).toString(),
                 QString::fromLatin1(codes[i]));
    QCOMPARE(notes.rows.size(), 1);
    // The same where only what has changed is asked for.
    sql(QStringLiteral("truncate brittle; truncate tideline.upheavals"));
    pullAll(ann, brittle);
    sql(QStringLiteral("insert into brittle (id, title) values (1, 'abc'); update notes set title = 'x'"));
    const Reply next = pull(ann, {&brittle, &notes});
    QCOMPARE(next.table(0).value(QStringLiteral("error")).toMap().value(QStringLiteral("code")).toString(),
             QStringLiteral("22012"));
    QCOMPARE(next.table(1).value(QStringLiteral("rows")).toList().size(), 1);
    // As before in this transaction, and in the next: a failure leaves no setting behind.
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
}

void TestServerKitPull::saysWhyATableIsNotTheKits()
{
    Table loose{QStringLiteral("loose")};
    Table missing{QStringLiteral("no such table'; --")};
    Table otherKey{QStringLiteral("notes"), {QStringLiteral("title")}};
    Table otherVersion{QStringLiteral("owned"), {QStringLiteral("id")}, QStringLiteral("title")};
    Table catalogue{QStringLiteral("pg_class")};
    const Reply reply = pull(ann, {&loose, &missing, &otherKey, &otherVersion, &catalogue});
    const char *const reasons[] = {"enrolment", "enrolment", "key", "version", "enrolment"};
    QCOMPARE(reply.tables().size(), 5);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(reply.table(i).value(QStringLiteral("untracked")).toString(), QString::fromLatin1(reasons[i]));
}

void TestServerKitPull::endsWithTheTimeout()
{
    sql(QStringLiteral(
        "insert into brittle (id, title) values (1, 'a');"
        "create function dawdle() returns boolean language plpgsql as $$ begin perform pg_sleep(30); return "
        "true; end $$; create policy slow on brittle using (dawdle());"
        "alter role web_user set statement_timeout = '200ms'"));
    QVERIFY(m_stack.pauseRest() && m_stack.resumeRest());
    Table brittle{QStringLiteral("brittle")};
    const Reply reply = pull(ann, {&brittle});
    sql(QStringLiteral(
        "drop policy slow on brittle; drop function dawdle; alter role web_user reset statement_timeout"));
    QVERIFY(m_stack.pauseRest() && m_stack.resumeRest());
    QCOMPARE(reply.status, 500);
    QCOMPARE(reply.content.value(QStringLiteral("code")).toString(), QStringLiteral("57014"));
}

void TestServerKitPull::beginsAnewWhereItMust_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<QByteArray>("cursor"); // instead of the real one
    QTest::newRow("enrolled again") << QStringLiteral("select tideline.untrack_table('notes'); select "
                                                      "tideline.track_table('notes')")
                                    << QByteArray();
    QTest::newRow("truncated") << QStringLiteral("truncate notes; insert into notes (id) values (1), (2)")
                               << QByteArray();
    QTest::newRow("forgotten") << QStringLiteral("update notes set title = 'x'; select tideline.forget_changes('0')")
                               << QByteArray();
    QTest::newRow("restored from a backup")
        << QString() << QByteArray(R"({"log": LOG, "since": "900000000:900000000:"})");
    QTest::newRow("another log") << QString() << QByteArray(R"({"log": 1, "since": "3:3:"})");
    for (const char *garbage :
         {"x", "", "null", "1", "[]", "{}", "{\"v\": 1, \"at\": \"2024-01-01\"}", "{\"log\": \"x\"}",
          "{\"log\": LOG, \"since\": \"x\"}", "{\"log\": LOG, \"since\": \"1:1:\", \"after\": 7, \"until\": 9}",
          "{\"log\": LOG, \"since\": [1]}", "\"\\u0000\""})
        QTest::newRow(garbage) << QString() << QByteArray(garbage);
}

void TestServerKitPull::beginsAnewWhereItMust()
{
    QFETCH(QString, change);
    QFETCH(QByteArray, cursor);
    sql(QStringLiteral("insert into notes (id) values (1), (2)"));
    Table notes{QStringLiteral("notes")};
    Table others{QStringLiteral("parents")};
    pull(ann, {&notes, &others});
    if (!change.isEmpty())
        QVERIFY2(!sql(change).startsWith(QLatin1String("SQL error")), qPrintable(sql(change)));
    else
        notes.cursor = QString::fromUtf8(
            cursor.replace("LOG", sql(QStringLiteral("select ('tideline.changes_' || id)::regclass::oid "
                                                     "from tideline.tables where relation = "
                                                     "'notes'::regclass"))
                                      .toLatin1()));
    const Reply reply = pull(ann, {&others, &notes});
    QCOMPARE(reply.tables().size(), 1);
    QVERIFY2(reply.table().value(QStringLiteral("reset")).toBool(), reply.body.constData());
    QCOMPARE(reply.table().value(QStringLiteral("rows")).toList().size(), 2);
    // From there on as ever.
    QCOMPARE(pull(ann, {&notes}).tables().size(), 0);
    sql(QStringLiteral("delete from notes where id = 1"));
    const Reply next = pull(ann, {&notes});
    QCOMPARE(next.table().value(QStringLiteral("reset")).toBool(), false);
    QCOMPARE(notes.rows.keys(), QList<QByteArray>({"[2]"}));
}

void TestServerKitPull::forgetsOldChanges()
{
    sql(QStringLiteral("insert into notes (id) select generate_series(1, 5)"));
    Table seen{QStringLiteral("notes")};
    Table away{QStringLiteral("notes")};
    Table filling{QStringLiteral("notes")};
    pullAll(ann, away);
    pull(ann, {&filling}, 2);
    const auto session = m_stack.openSession();
    QVERIFY(run(*session, QStringLiteral("begin; insert into parents (id) values (1)")));
    sql(QStringLiteral("delete from notes where id = 1"));
    pullAll(ann, seen);
    QCOMPARE(sql(QStringLiteral("select tideline.forget_changes()")), QStringLiteral("0"));
    QVERIFY(sql(QStringLiteral("select tideline.forget_changes('0')")).toInt() >= 6);
    QVERIFY(pull(ann, {&away}).table().value(QStringLiteral("reset")).toBool());
    QVERIFY(pull(ann, {&filling}).table().value(QStringLiteral("reset")).toBool());
    // A cursor from before that time while a transaction runs begins anew once, not for ever.
    pull(ann, {&seen});
    for (Table *table : {&away, &filling, &seen})
        QCOMPARE(pull(ann, {table}).tables().size(), 0);
    QVERIFY(run(*session, QStringLiteral("commit")));
    sql(QStringLiteral("delete from notes where id = 2"));
    for (Table *table : {&away, &filling, &seen}) {
        QCOMPARE(pull(ann, {table}).table().value(QStringLiteral("reset")).toBool(), false);
        QCOMPARE(table->rows.size(), 3);
    }
}

void TestServerKitPull::forgetsByItself()
{
    const QString log =
        sql(QStringLiteral("select 'tideline.changes_' || id from tideline.tables where relation = 'notes'::regclass"));
    sql(QStringLiteral("insert into notes (id) select generate_series(1, 1000)"));
    sql(QStringLiteral("update %1 set changed_at = now() - interval '91 days'").arg(log));
    sql(QStringLiteral("update notes set title = 'x' where id <= 500")); // so many that it is certain
    QCOMPARE(sql(QStringLiteral("select count(*) from %1").arg(log)), QStringLiteral("500"));
    // Where transactions see one moment only nothing is forgotten, so that none of them fails.
    sql(QStringLiteral("update %1 set changed_at = now() - interval '91 days'").arg(log));
    QCOMPARE(sql(QStringLiteral("begin isolation level serializable; update notes set title = 'y'; commit; "
                                "select count(*) from %1")
                     .arg(log)),
             QStringLiteral("1500"));
}

void TestServerKitPull::takesAnyKey()
{
    Table odd{QStringLiteral("Odd \"table\""),
              {QStringLiteral("the id"), QStringLiteral("b'c")},
              QStringLiteral("Changed At")};
    const QStringList texts{QStringLiteral("%41+,)\"'"),
                            QStringLiteral(" "),
                            QStringLiteral("a b"),
                            QString(QLatin1String("")),
                            QStringLiteral("\\"),
                            QStringLiteral("ü🌱"),
                            QStringLiteral("'; drop table notes; --"),
                            QStringLiteral("null"),
                            QStringLiteral("{}"),
                            QStringLiteral("\n")};
    for (int i = 0; i < texts.size(); ++i)
        QCOMPARE(sql(QStringLiteral("insert into \"Odd \"\"table\"\"\" values (%1, $x$%2$x$, 'i', 't')")
                         .arg(i % 3)
                         .arg(texts.at(i))),
                 QString());
    const auto keys = [&] {
        QSet<QString> found;
        for (const QVariantMap &row : std::as_const(odd.rows))
            found.insert(row.value(QStringLiteral("b'c")).toString());
        return found;
    };
    pullAll(ann, odd, 1);
    QCOMPARE(keys(), QSet<QString>(texts.begin(), texts.end()));
    QCOMPARE(odd.rows.constBegin()->value(QStringLiteral("t")).toString(), QStringLiteral("t"));
    odd.cursor = QVariant();
    pullAll(ann, odd, 3);
    sql(QStringLiteral("update \"Odd \"\"table\"\"\" set t = 'u'"));
    pullAll(ann, odd, 1);
    QCOMPARE(odd.rows.constBegin()->value(QStringLiteral("t")).toString(), QStringLiteral("u"));
    sql(QStringLiteral("delete from \"Odd \"\"table\"\"\""));
    pullAll(ann, odd, 3);
    QCOMPARE(odd.rows.size(), 0);
}

void TestServerKitPull::keepsValuesExact()
{
    sql(QStringLiteral(
        "insert into notes (id, size, exact, doc) values (1, 9223372036854775807, 12345678901234567.89012345678, "
        "'{\"b\": 1.50, \"a\" : 12345678901234567890.10, \"b\": 2}')"));
    Table notes{QStringLiteral("notes")};
    notes.isCounted = true;
    const auto isExact = [](const QByteArray &body) {
        return body.contains("9223372036854775807") && body.contains("12345678901234567.89012345678")
               && body.contains(R"({"b": 1.50, "a" : 12345678901234567890.10, "b": 2})");
    };
    const QByteArray first = pull(ann, {&notes}).body;
    QVERIFY2(isExact(first), first.constData());
    sql(QStringLiteral("update notes set title = 'x'"));
    const QByteArray next = pull(ann, {&notes}).body;
    QVERIFY2(isExact(next), next.constData());
}

void TestServerKitPull::notesEveryWayToWrite_data()
{
    QTest::addColumn<QString>("statement");
    const char *statements[] = {
        "insert into parents (id) values (7)",
        "insert into parents (id) values (1), (8) on conflict (id) do update set id = excluded.id",
        "insert into parents (id) values (1), (8) on conflict do nothing",
        "merge into parents as p using (values (1), (4), (9)) as v (id) on p.id = v.id when matched and v.id = 1 then "
        "delete "
        "when matched then update set id = 20 when not matched then insert (id) values (v.id)",
        "copy parents (id) from program 'seq 7 9'",
        "update parents set id = id + 10 where id > 3",
        "delete from parents where id = 1",
        "update parents set id = -id where id = 4; update parents set id = -id where id = -4",
        "begin; delete from parents where id = 4; insert into parents (id) values (4); savepoint a; delete from "
        "parents where "
        "id = 4; rollback to a; insert into parents (id) values (5); commit",
        "delete from parents",
        "truncate parents cascade",
        "with gone as (delete from parents where id = 4 returning id) insert into parents select id + 50 from gone",
        "alter table children add constraint c check (id > 0); update children set other = 3",
        "insert into split (id) values (1), (101); update split set id = 102 where id = 1; delete from split where id "
        "= 101",
    };
    for (const char *statement : statements)
        QTest::newRow(statement) << QString::fromLatin1(statement);
}

void TestServerKitPull::notesEveryWayToWrite()
{
    QFETCH(QString, statement);
    sql(QStringLiteral(
        "insert into parents (id) select generate_series(1, 4); insert into children values (1, 1, 2), (2, 2, 1), "
        "(3, 3, 3); insert into split (id) values (50)"));
    Table parents{QStringLiteral("parents")};
    Table children{QStringLiteral("children")};
    Table split{QStringLiteral("split")};
    pull(ann, {&parents, &children, &split});
    const QString output = sql(statement);
    QVERIFY2(!output.startsWith(QLatin1String("SQL error")), qPrintable(output));
    pull(ann, {&parents, &children, &split});
    sql(QStringLiteral("alter table children drop constraint if exists c"));
    for (const Table *table : {&parents, &children, &split}) {
        const QString expected =
            sql(QStringLiteral("select coalesce(json_agg(t order by '[' || id || ']' collate \"C\"), '[]') from %1 t")
                    .arg(table->name));
        QCOMPARE(Json::toText(QVariantList(table->rows.begin(), table->rows.end())),
                 Json::toText(*Json::parse(expected.toUtf8())));
    }
}

void TestServerKitPull::letsColumnsChange()
{
    const auto untracked = [&](Table &table) {
        return pull(ann, {&table}).table().value(QStringLiteral("untracked")).toString();
    };
    sql(QStringLiteral("insert into shaped values (1, 't', 'ann')"));
    Table shaped{QStringLiteral("shaped")};
    pullAll(ann, shaped);
    const QVariant before = shaped.cursor;
    QCOMPARE(shaped.rows.size(), 1);
    // What the log does not rely on may change.
    QCOMPARE(sql(QStringLiteral(
                 "alter table shaped add column more int default 7; alter table shaped rename column title to "
                 "name; update shaped set name = 'u'")),
             QString());
    pullAll(ann, shaped);
    QCOMPARE(shaped.rows.value("[1]").value(QStringLiteral("name")).toString(), QStringLiteral("u"));
    // Writes go on whatever changes, and nothing is told wrongly meanwhile.
    const QStringList changes{
        QStringLiteral("alter table shaped rename column owner to holder"),
        QStringLiteral("alter table shaped rename column id to key"),
        QStringLiteral("alter table shaped alter column key type bigint"),
        QStringLiteral("alter table shaped rename to reshaped; alter table reshaped rename to shaped"),
        QStringLiteral("drop policy mine on shaped; alter table shaped drop column holder")};
    for (const QString &change : changes)
        QCOMPARE(
            sql(change
                + QStringLiteral("; insert into shaped (%1) values (5000000000 / %2); update shaped set name = 'v'; "
                                 "delete from shaped where %1 > 1")
                      .arg(change == changes.constFirst() ? QStringLiteral("id") : QStringLiteral("key"),
                           changes.indexOf(change) < 2 ? QStringLiteral("1000") : QStringLiteral("1"))),
            QString());
    shaped.key = {QStringLiteral("key")};
    QCOMPARE(untracked(shaped), QStringLiteral("enrolment"));
    // There and back: the changes of meanwhile are not lost.
    QCOMPARE(sql(QStringLiteral(
                 "alter table shaped rename column key to id; alter table shaped alter column id type int; alter "
                 "table shaped add column owner text default 'ann'; create policy mine on shaped using (owner = "
                 "current_setting('request.jwt.claims', true)::json ->> 'sub')")),
             QString());
    shaped.key = {QStringLiteral("id")};
    shaped.cursor = before;
    const Reply reply = pull(ann, {&shaped});
    QVERIFY2(reply.table().value(QStringLiteral("reset")).toBool(), reply.body.constData());
    QCOMPARE(shaped.rows.value("[1]").value(QStringLiteral("name")).toString(), QStringLiteral("v"));
    // A policy that looks at another column: until it is enrolled again nothing could be told of who saw what.
    sql(QStringLiteral("create policy named on shaped using (name = 'v')"));
    sql(QStringLiteral("update shaped set name = 'w'"));
    QCOMPARE(untracked(shaped), QStringLiteral("enrolment"));
    sql(QStringLiteral("select tideline.track_table('shaped')"));
    QVERIFY(pull(ann, {&shaped}).table().value(QStringLiteral("reset")).toBool());
    sql(QStringLiteral("update shaped set name = 'v', owner = 'bob'; update shaped set name = 'x'"));
    QCOMPARE(pull(ann, {&shaped}).table().value(QStringLiteral("removed")).toList().size(), 1);
}

void TestServerKitPull::takesNoLogFromADump()
{
    sql(QStringLiteral("insert into notes (id) values (1), (2)"));
    Table notes{QStringLiteral("notes")};
    pullAll(ann, notes);
    // As a dump brings it: transactions of another server, and a log that is not the one that it was.
    sql(QStringLiteral(
        "insert into tideline.upheavals select id, '900000000' from tideline.tables where relation = "
        "'notes'::regclass; update tideline.tables set log = 1, forgotten_by = '900000000', forgotten_at = "
        "'900000000:900000000:' where relation = 'notes'::regclass"));
    QCOMPARE(pull(ann, {&notes}).table().value(QStringLiteral("untracked")).toString(), QStringLiteral("enrolment"));
    QCOMPARE(sql(kitFile()), QString());
    QVERIFY(pull(ann, {&notes}).table().value(QStringLiteral("reset")).toBool());
    QCOMPARE(notes.rows.size(), 2);
    sql(QStringLiteral("delete from notes where id = 1"));
    QCOMPARE(pull(ann, {&notes}).table().value(QStringLiteral("reset")).toBool(), false);
    QCOMPARE(notes.rows.size(), 1);
}

void TestServerKitPull::keepsCursorsWhenInstalledAgain()
{
    sql(QStringLiteral("insert into notes (id) values (1), (2)"));
    Table notes{QStringLiteral("notes")};
    pullAll(ann, notes);
    sql(QStringLiteral("delete from notes where id = 1"));
    QCOMPARE(sql(kitFile()), QString());
    sql(QStringLiteral("select tideline.track_table('notes')"));
    sql(QStringLiteral("insert into notes (id) values (3)"));
    const Reply reply = pull(ann, {&notes});
    QCOMPARE(reply.table().value(QStringLiteral("reset")).toBool(), false);
    QCOMPARE(notes.rows.keys(), QList<QByteArray>({"[2]", "[3]"}));
    QVERIFY(m_stack.pauseRest() && m_stack.resumeRest());
}

void TestServerKitPull::guardsTheLog_data()
{
    QTest::addColumn<QString>("statement");
    const char *statements[] = {
        "select * from tideline.changes_ID",
        "insert into tideline.changes_ID (changed_by, k1) values ('3', 'x')",
        "delete from tideline.changes_ID",
        "truncate tideline.changes_ID",
        "insert into tideline.upheavals values (1, '3')",
        "delete from tideline.upheavals",
        "select tideline.forget(ID, now(), 1)",
        "select tideline.forget_changes('0')",
        "select tideline.capture('owned')",
        "select tideline.release(ID, 'owned')",
        "select nextval('tideline.changes_ID_n_seq')",
        "create temp table mine (id int); create trigger mine after insert on mine execute function "
        "tideline.note_ID()"};
    for (const char *statement : statements)
        QTest::newRow(statement) << QString::fromLatin1(statement);
}

void TestServerKitPull::guardsTheLog()
{
    QFETCH(QString, statement);
    const QString id = sql(QStringLiteral("select id from tideline.tables where relation = 'owned'::regclass"));
    const QString answer = as(bob, statement.replace(QStringLiteral("ID"), id));
    QVERIFY2(answer.contains(QStringLiteral("permission denied")), qPrintable(answer));
    // The view is open, but shows no more than what may be told, whatever is set.
    sql(QStringLiteral(
        "insert into owned values ('secret', 't', 'ann'), ('his', 't', 'bob'); delete from owned where id = 'secret'"));
    const QString shown =
        as(bob, QStringLiteral("set tideline.since = '1:1:'; set tideline.until = '900000000:900000000:'; set "
                               "tideline.after_xid = '0'; set tideline.after_n = '0'; set tideline.most = "
                               "'100000'; select k1 from tideline.due_%1")
                    .arg(id));
    QVERIFY2(shown.contains(QStringLiteral("his")) && !shown.contains(QStringLiteral("secret")), qPrintable(shown));
}

void TestServerKitPull::answersOtherVersions()
{
    QCOMPARE(post(ann, {{QStringLiteral("version"), 2}, {QStringLiteral("tables"), QVariantList()}}).content,
             QVariantMap({{QStringLiteral("version"), 1}}));
    QCOMPARE(post(ann, {{QStringLiteral("version"), 1}, {QStringLiteral("tables"), QVariantList()}}).body,
             QByteArray(R"({"version" : 1, "tables" : []})"));
    // The limit has limits.
    sql(QStringLiteral("insert into notes (id) select generate_series(1, 10001)"));
    Table notes{QStringLiteral("notes")};
    pull(ann, {&notes}, 0);
    QCOMPARE(notes.rows.size(), 1);
    pull(ann, {&notes}, 2000000000);
    QCOMPARE(notes.rows.size(), 10001);
    notes.cursor = QVariant();
    notes.rows.clear();
    pull(ann, {&notes}, 2000000000);
    QCOMPARE(notes.rows.size(), 10000);
}

void TestServerKitPull::equalsTheTable_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 3; ++seed)
        QTest::addRow("%u", seed) << seed;
}

// Writers whose transactions overlap at random, and two users who pull meanwhile, with pages of any size.
void TestServerKitPull::equalsTheTable()
{
    QFETCH(quint32, seed);
    QRandomGenerator random(seed);
    const auto owner = [&] { return QStringList{ann, bob, QStringLiteral("carol")}.at(random.bounded(3)); };
    sql(QStringLiteral("insert into owned select 'k' || g, 't', 'ann' from generate_series(1, 20) g"));
    std::vector<std::unique_ptr<SqlSession>> writers;
    for (int writer = 0; writer < 4; ++writer) {
        // A deadlock or a duplicate ends the transaction, not the writer.
        QString script =
            QStringLiteral("\\set ON_ERROR_STOP off\nset deadlock_timeout = '5ms'; set application_name = 'writer';\n");
        for (int transaction = 0; transaction < 120; ++transaction) {
            script += random.bounded(4) == 0 ? QStringLiteral("begin; select pg_current_xact_id();\n")
                                             : QStringLiteral("begin;\n");
            for (int step = random.bounded(1, 5); step > 0; --step) {
                const QString id = QStringLiteral("k%1").arg(random.bounded(1, 31));
                switch (random.bounded(7)) {
                case 0:
                    script += QStringLiteral("delete from owned where id = '%1';\n").arg(id);
                    break;
                case 1:
                    script += QStringLiteral("update owned set owner = '%2' where id = '%1';\n").arg(id, owner());
                    break;
                case 2:
                    script += QStringLiteral("update owned set id = 'k%2' where id = '%1';\n")
                                  .arg(id)
                                  .arg(random.bounded(1, 31));
                    break;
                case 3:
                    script +=
                        QStringLiteral("savepoint s; update owned set owner = '%2', title = 'gone' where id > '%1'; "
                                       "rollback to s;\n")
                            .arg(id, owner());
                    break;
                case 4:
                    script += QStringLiteral("select pg_sleep(%1);\n").arg(random.bounded(0.03));
                    break;
                default:
                    script += QStringLiteral(
                                  "insert into owned values ('%1', '%2', '%3') on conflict (id) do update set title = "
                                  "excluded.title, owner = excluded.owner;\n")
                                  .arg(id, QString::number(random.generate()), owner());
                }
            }
            script += random.bounded(5) == 0 ? QStringLiteral("rollback;\n") : QStringLiteral("commit;\n");
        }
        writers.push_back(m_stack.openSession());
        writers.back()->run(script + QStringLiteral("set application_name = 'finished';"));
    }
    const std::array<QString, 2> users{ann, bob};
    std::array<Table, 2> replicas{Table{QStringLiteral("owned")}, Table{QStringLiteral("owned")}};
    int newsCount = 0;
    const auto isFinished = [&] {
        return sql(QStringLiteral("select count(*) from pg_stat_activity where application_name = 'finished'"))
               == QStringLiteral("4");
    };
    for (int i = 1; i < 3000 && (i % 50 != 0 || !isFinished()); ++i) {
        const int who = random.bounded(2);
        const Reply reply = pull(users.at(who), {&replicas.at(who)}, random.bounded(1, 8));
        QCOMPARE(reply.status, 200);
        const QVariantMap answer = reply.table();
        newsCount += reply.tables().size();
        QVERIFY2(!answer.contains(QStringLiteral("error")), reply.body.constData());
        QSet<QByteArray> told;
        const QVariantList rows = answer.value(QStringLiteral("rows")).toList();
        for (const QVariant &row : rows) {
            QCOMPARE(row.toMap().value(QStringLiteral("owner")).toString(), users.at(who));
            told.insert(keyOf(replicas.at(who), row.toMap()));
        }
        const QVariantList removed = answer.value(QStringLiteral("removed")).toList();
        for (const QVariant &key : removed)
            told.insert(keyOf(replicas.at(who), key.toMap()));
        QCOMPARE(told.size(), rows.size() + removed.size());
    }
    for (const auto &writer : writers)
        QVERIFY(writer->end());
    QVERIFY2(newsCount > 20, qPrintable(QString::number(newsCount)));
    for (int who = 0; who < 2; ++who) {
        Table &replica = replicas.at(who);
        while (!pull(users.at(who), {&replica}, 3).tables().isEmpty()) {
        }
        const QString expected =
            sql(QStringLiteral("select coalesce(json_agg(o order by id collate \"C\"), '[]') from owned o "
                               "where owner = '%1'")
                    .arg(users.at(who)));
        QVariantList rows(replica.rows.begin(), replica.rows.end());
        std::sort(rows.begin(), rows.end(), [](const QVariant &left, const QVariant &right) {
            return left.toMap().value(QStringLiteral("id")).toString()
                   < right.toMap().value(QStringLiteral("id")).toString();
        });
        QCOMPARE(Json::toText(rows), Json::toText(*Json::parse(expected.toUtf8())));
    }
}

void TestServerKitPull::leavesNothingOfATable()
{
    const QString objects = QStringLiteral(
        "select string_agg(o, ' ' order by o) from (select oid::regclass::text from pg_class where relnamespace = "
        "'tideline'::regnamespace union all select oid::regprocedure::text from pg_proc where pronamespace = "
        "'tideline'::regnamespace union all select tgname from pg_trigger where not tgisinternal) as objects (o)");
    const QString before = sql(objects);
    sql(QStringLiteral("create table short (a int, b text, updated_at timestamptz, primary key (a) include (b));"
                       "select tideline.track_table('short'); insert into short values (1, 'x')"));
    Table shortTable{QStringLiteral("short"), {QStringLiteral("a")}};
    pullAll(ann, shortTable);
    QCOMPARE(shortTable.rows.size(), 1);
    QVERIFY(sql(objects) != before);
    sql(QStringLiteral("select tideline.untrack_table('short')"));
    // The stamps of columns of one name are shared; it stays for the others.
    QCOMPARE(sql(objects), before);
    // A table may go without being taken out first.
    QCOMPARE(sql(QStringLiteral("select tideline.track_table('short')")), QString());
    QCOMPARE(sql(QStringLiteral("drop table short")), QString());
    sql(QStringLiteral("select tideline.track_table('notes')"));
    QCOMPARE(sql(objects), before);
}

QTEST_GUILESS_MAIN(TestServerKitPull)
#include "tst_serverkitpull.moc"
