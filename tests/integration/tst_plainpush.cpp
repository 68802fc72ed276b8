// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "pushitem.h"
#include "serverstack.h"

#include <tideline/supabase/supabaseremotestore.h>

#include <QtTest/QTest>

#include <algorithm>

using namespace Tideline;

// Pushes to a server without the kit: which changes share a request, and what a repeated one comes to.
class TestPlainPush : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void patchesAlikeShareARequest();
    void patchesThatDifferDoNot();
    void deletionsShareARequest();
    void marksShareARequest();
    void compositeKeysShareToo();
    void readingsShareARequest();
    void takesAnyIdTogether_data();
    void takesAnyIdTogether();
    void boundsTheUrl();
    void settlesWhatDidNotMatch();
    void refusalsBlockNoOther();
    void keepsTheOrderOfRuns();
    void understandsOtherSpellings();
    void repeatedPushIsDone_data();
    void repeatedPushIsDone();
    void repeatedPushOverwritesNothing_data();
    void repeatedPushOverwritesNothing();

private:
    PushReply push(const QList<PushItem> &items);
    QVariantMap row(const TableConfig &table, const QString &id);
    QList<PushItem> changes(const TableConfig &table, SyncOperation operation, const QVariantMap &payload = {});
    QString sql(const QString &text);

    ServerStack m_stack;
    std::unique_ptr<SupabaseRemoteStore> m_store;
    TableConfig m_things{QStringLiteral("things")};
    TableConfig m_softs{QStringLiteral("softs")};
};

namespace {

using Kind = PushOutcome::Kind;

QVariantMap named(const QString &name)
{
    return {{QStringLiteral("name"), name}};
}

bool areAll(const PushReply &reply, Kind kind)
{
    return std::all_of(reply.outcomes.cbegin(), reply.outcomes.cend(), [kind](const PushOutcome &outcome) {
        if (outcome.kind != kind)
            qInfo("%s", qPrintable(outcome.failure.detail));
        return outcome.kind == kind;
    });
}

} // namespace

void TestPlainPush::initTestCase()
{
    ServerStack::Options options;
    options.schema = QStringLiteral(R"(
        create function touch() returns trigger language plpgsql as $$
        begin
            new.updated_at := clock_timestamp();
            return new;
        end $$;
        create table things (id text primary key, name text, note text, parent text references things,
                             size int check (size < 1000), updated_at timestamptz);
        create trigger touch before insert or update on things for each row execute function touch();
        create table softs (id int primary key, name text, note text, updated_at timestamptz, deleted_at timestamptz);
        create trigger touch before insert or update on softs for each row execute function touch();
        create table pairs (a text, b int, name text, updated_at timestamptz, primary key (a, b));
        create trigger touch before insert or update on pairs for each row execute function touch();
        create table uuids (id uuid primary key, name text, updated_at timestamptz);
        create trigger touch before insert or update on uuids for each row execute function touch();
    )");
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    m_softs.deletedAt = QStringLiteral("deleted_at");
}

void TestPlainPush::init()
{
    sql(QStringLiteral("truncate things, softs, pairs, uuids"));
    SupabaseOptions options;
    options.url = m_stack.url();
    options.mode = SupabaseOptions::Mode::Plain;
    m_store = std::make_unique<SupabaseRemoteStore>(options);
}

QString TestPlainPush::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    if (!result.ok)
        qFatal("%s", qPrintable(result.output));
    return result.output.trimmed();
}

PushReply TestPlainPush::push(const QList<PushItem> &items)
{
    return await(m_store->push(items, true));
}

QVariantMap TestPlainPush::row(const TableConfig &table, const QString &id)
{
    const Result<PullPage> page = await(m_store->fetch(table, {id}));
    return page && !page->rows.isEmpty() ? page->rows.constFirst().values : QVariantMap();
}

// The same change of every row of the table, on top of what it is now.
QList<PushItem> TestPlainPush::changes(const TableConfig &table, SyncOperation operation, const QVariantMap &payload)
{
    QList<PushItem> items;
    const Result<IdentityPage> ids = await(m_store->identities(table, {}));
    const Result<PullPage> rows = await(m_store->fetch(table, ids ? ids->recordIds : QStringList()));
    if (!rows)
        qFatal("%s", qPrintable(rows.failure().detail));
    for (const RemoteRow &row : rows->rows)
        items.append(pushItem(table, operation, row.recordId, payload, row.values));
    return items;
}

void TestPlainPush::patchesAlikeShareARequest()
{
    sql(QStringLiteral("insert into things (id, note) select g, 'n' || g from generate_series(1, 30) g"));
    const PushReply reply = push(changes(m_things, SyncOperation::Patch, named(QStringLiteral("done"))));
    QVERIFY(areAll(reply, Kind::Applied));
    QVERIFY(reply.requests <= 2); // this PostgREST does not tell of the rows
    QCOMPARE(sql(QStringLiteral("select count(*) from things where name = 'done' and note = 'n' || id")),
             QStringLiteral("30"));
    for (const PushOutcome &outcome : reply.outcomes)
        QCOMPARE(outcome.serverRow->value(QStringLiteral("name")).toString(), QStringLiteral("done"));
}

void TestPlainPush::patchesThatDifferDoNot()
{
    sql(QStringLiteral("insert into things (id, name, note) select g, 'a', 'a' from generate_series(1, 4) g"));
    QList<PushItem> items = changes(m_things, SyncOperation::Patch, named(QStringLiteral("b")));
    items[1].entry.payload = {{QStringLiteral("note"), QStringLiteral("b")}};
    items[2].entry.payload = named(QStringLiteral("c"));
    items[3].entry.payload = {{QStringLiteral("name"), QVariant()}};
    const PushReply reply = push(items);
    QVERIFY(areAll(reply, Kind::Applied));
    QCOMPARE(reply.requests, 4);
    QStringList rows;
    for (const PushItem &item : items)
        rows.append(sql(QStringLiteral("select coalesce(name, 'null') || note from things where id = '%1'")
                            .arg(item.entry.recordId)));
    QCOMPARE(rows,
             (QStringList{QStringLiteral("ba"), QStringLiteral("ab"), QStringLiteral("ca"), QStringLiteral("nulla")}));
}

void TestPlainPush::deletionsShareARequest()
{
    sql(QStringLiteral("insert into things (id) select g from generate_series(1, 30) g"));
    QList<PushItem> items = changes(m_things, SyncOperation::Delete);
    // One is gone already, which is as good.
    sql(QStringLiteral("delete from things where id = '7'"));
    const PushReply reply = push(items);
    QVERIFY(areAll(reply, Kind::Applied));
    QCOMPARE(reply.requests, 2); // the second looks for what was not there
    QCOMPARE(sql(QStringLiteral("select count(*) from things")), QStringLiteral("0"));
    for (const PushOutcome &outcome : reply.outcomes)
        QVERIFY(!outcome.serverRow);
}

void TestPlainPush::marksShareARequest()
{
    sql(QStringLiteral("insert into softs (id) select g from generate_series(1, 30) g"));
    const PushReply reply = push(changes(m_softs, SyncOperation::Delete));
    QVERIFY(areAll(reply, Kind::Applied));
    QVERIFY(reply.requests <= 2);
    QCOMPARE(sql(QStringLiteral("select count(*) from softs where deleted_at is not null")), QStringLiteral("30"));
}

void TestPlainPush::compositeKeysShareToo()
{
    TableConfig table(QStringLiteral("pairs"));
    table.key = QStringList{QStringLiteral("a"), QStringLiteral("b")};
    sql(QStringLiteral(
        "insert into pairs (a, b) select a, b from unnest(array['x', 'y\",)']) a, generate_series(1, 5) b"));
    // Rows whose version is not known are met by their key and that.
    sql(QStringLiteral("alter table pairs disable trigger touch; update pairs set updated_at = null where b = 3; "
                       "alter table pairs enable trigger touch"));
    const PushReply patched = push(changes(table, SyncOperation::Patch, named(QStringLiteral("p"))));
    QVERIFY(areAll(patched, Kind::Applied));
    QVERIFY(patched.requests <= 2);
    QCOMPARE(sql(QStringLiteral("select count(*) from pairs where name = 'p'")), QStringLiteral("10"));
    const PushReply removed = push(changes(table, SyncOperation::Delete).mid(3));
    QVERIFY(areAll(removed, Kind::Applied));
    QCOMPARE(sql(QStringLiteral("select count(*) from pairs")), QStringLiteral("3"));
}

void TestPlainPush::readingsShareARequest()
{
    sql(QStringLiteral("insert into things (id) select g from generate_series(1, 10) g"));
    QList<PushItem> items;
    for (int i = 1; i <= 11; ++i)
        items.append(pushItem(m_things, SyncOperation::Patch, QString::number(i), named(QStringLiteral("p"))));
    const PushReply reply = push(items);
    QCOMPARE(reply.requests, 1);
    QVERIFY(areAll(reply, Kind::Differs));
    QVERIFY(reply.outcomes.at(9).serverRow);
    QVERIFY(!reply.outcomes.at(10).serverRow);
}

void TestPlainPush::takesAnyIdTogether_data()
{
    QTest::addColumn<SyncOperation>("operation");
    QTest::newRow("patch") << SyncOperation::Patch;
    QTest::newRow("delete") << SyncOperation::Delete;
}

void TestPlainPush::takesAnyIdTogether()
{
    QFETCH(SyncOperation, operation);
    const QStringList ids{QStringLiteral("plain"), QStringLiteral("%41"),        QStringLiteral("a+b c"),
                          QStringLiteral(",)("),   QStringLiteral("\"quoted\""), QStringLiteral("back\\slash\\"),
                          QStringLiteral("it's"),  QStringLiteral("a.eq.b:c"),   QStringLiteral("&x=y#z?/"),
                          QStringLiteral("äß漢😀"), QStringLiteral("null"),       QStringLiteral("{a,b}"),
                          QStringLiteral(" "),     QStringLiteral("*"),          QStringLiteral("or=(and(id.eq.1))"),
                          QStringLiteral("A"),     QStringLiteral("\\"),         QStringLiteral("%22),id.eq.A")};
    QList<PushItem> insertions;
    for (const QString &id : ids)
        insertions.append(pushItem(m_things, SyncOperation::Upsert, id, named(id)));
    insertions.append(
        pushItem(m_things, SyncOperation::Upsert, QStringLiteral("bystander"), named(QStringLiteral("b"))));
    QVERIFY(areAll(push(insertions), Kind::Applied));

    QList<PushItem> items;
    for (const PushItem &change : changes(m_things, operation, named(QStringLiteral("changed")))) {
        if (change.entry.recordId != QLatin1String("bystander"))
            items.append(change);
    }
    QCOMPARE(items.size(), ids.size());
    const PushReply reply = push(items);
    QVERIFY(areAll(reply, Kind::Applied));
    QVERIFY(reply.requests <= (operation == SyncOperation::Delete ? 1 : 2));
    QCOMPARE(sql(QStringLiteral("select string_agg(id, ',') from things where name <> 'changed'")),
             QStringLiteral("bystander"));
    // Again: the effect is recognised, however odd the ids.
    const PushReply repeated = push(items);
    QVERIFY(areAll(repeated, Kind::Applied));
    QCOMPARE(repeated.requests, 2);
}

void TestPlainPush::boundsTheUrl()
{
    sql(QStringLiteral("insert into things (id) select repeat('ä', 300) || g from generate_series(1, 40) g"));
    const PushReply patched = push(changes(m_things, SyncOperation::Patch, named(QStringLiteral("p"))));
    QVERIFY(areAll(patched, Kind::Applied));
    QVERIFY2(patched.requests > 10 && patched.requests < 40, qPrintable(QString::number(patched.requests)));
    const PushReply removed = push(changes(m_things, SyncOperation::Delete));
    QVERIFY(areAll(removed, Kind::Applied));
    QCOMPARE(sql(QStringLiteral("select count(*) from things")), QStringLiteral("0"));
    // Ids of the usual kind: a batch of the usual size is one request.
    sql(QStringLiteral("insert into uuids (id) select gen_random_uuid() from generate_series(1, 50)"));
    QCOMPARE(push(changes(TableConfig(QStringLiteral("uuids")), SyncOperation::Delete)).requests, 1);
}

void TestPlainPush::settlesWhatDidNotMatch()
{
    for (const SyncOperation operation : {SyncOperation::Patch, SyncOperation::Delete}) {
        sql(QStringLiteral(
            "truncate things; insert into things (id, name) select g, 'a' from generate_series(1, 9) g"));
        const QList<PushItem> items = changes(m_things, operation, named(QStringLiteral("mine")));
        sql(QStringLiteral("update things set name = 'theirs' where id = '3'; delete from things where id = '5'; "
                           "update things set note = 'theirs', name = 'mine' where id = '6'"));
        const PushReply reply = push(items);
        QCOMPARE(reply.requests, 2);
        for (qsizetype i = 0; i < items.size(); ++i) {
            const QString id = items.at(i).entry.recordId;
            const PushOutcome &outcome = reply.outcomes.at(i);
            const bool isGone = id == QLatin1String("5");
            const bool isOthers =
                id == QLatin1String("3") || (operation == SyncOperation::Delete ? id == QLatin1String("6") : isGone);
            QVERIFY2(outcome.kind == (isOthers ? Kind::Differs : Kind::Applied), qPrintable(id));
            if (isOthers)
                QCOMPARE(outcome.serverRow.has_value(), !isGone);
        }
        QCOMPARE(sql(QStringLiteral("select name from things where id = '3'")), QStringLiteral("theirs"));
        QCOMPARE(sql(QStringLiteral("select note from things where id = '6'")), QStringLiteral("theirs"));
    }
}

void TestPlainPush::refusalsBlockNoOther()
{
    sql(QStringLiteral("insert into things (id) select g from generate_series(1, 32) g; "
                       "insert into things (id, parent) values ('child', '13')"));
    QList<PushItem> items = changes(m_things, SyncOperation::Delete);
    items.removeIf([](const PushItem &item) { return item.entry.recordId == QLatin1String("child"); });
    const PushReply reply = push(items);
    for (qsizetype i = 0; i < items.size(); ++i) {
        const bool isNeeded = items.at(i).entry.recordId == QLatin1String("13");
        QCOMPARE(reply.outcomes.at(i).kind, isNeeded ? Kind::Failed : Kind::Applied);
        if (isNeeded)
            QCOMPARE(reply.outcomes.at(i).failure.serverCode, QStringLiteral("23503"));
    }
    QVERIFY2(reply.requests <= 12, qPrintable(QString::number(reply.requests)));
    QCOMPARE(sql(QStringLiteral("select count(*) from things")), QStringLiteral("2"));

    QList<PushItem> insertions;
    for (int i = 100; i < 150; ++i) {
        const int size = i == 117 || i == 140 ? 5000 : 5;
        insertions.append(
            pushItem(m_things, SyncOperation::Upsert, QString::number(i), {{QStringLiteral("size"), size}}));
    }
    const PushReply inserted = push(insertions);
    for (int i = 0; i < 50; ++i)
        QCOMPARE(inserted.outcomes.at(i).kind, i == 17 || i == 40 ? Kind::Failed : Kind::Applied);
    QVERIFY2(inserted.requests < 25, qPrintable(QString::number(inserted.requests)));
}

// Columns alternate, and each row needs the one before it: sharing across would break it.
void TestPlainPush::keepsTheOrderOfRuns()
{
    QList<PushItem> items;
    for (int i = 0; i < 6; ++i) {
        QVariantMap payload = i % 2 == 0 ? named(QStringLiteral("n")) : QVariantMap();
        if (i > 0)
            payload.insert(QStringLiteral("parent"), QString::number(i - 1));
        items.append(pushItem(m_things, SyncOperation::Upsert, QString::number(i), payload));
    }
    const PushReply reply = push(items);
    QVERIFY(areAll(reply, Kind::Applied));
    QCOMPARE(sql(QStringLiteral("select count(*) from things where parent is not null")), QStringLiteral("5"));
    QCOMPARE(sql(QStringLiteral("select count(*) from things where name is null")), QStringLiteral("3"));
}

void TestPlainPush::understandsOtherSpellings()
{
    const TableConfig table(QStringLiteral("uuids"));
    const QString first = QStringLiteral("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11");
    const QString second = QStringLiteral("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a22}");
    const QList<PushItem> insertions{pushItem(table, SyncOperation::Upsert, first, named(QStringLiteral("a"))),
                                     pushItem(table, SyncOperation::Upsert, second, named(QStringLiteral("a")))};
    QVERIFY(areAll(push(insertions), Kind::Applied));
    QVERIFY(areAll(push(insertions), Kind::Applied));
    QList<PushItem> items;
    for (const QString &id : {first, second})
        items.append(pushItem(table, SyncOperation::Patch, id, named(QStringLiteral("b")), row(table, id)));
    QVERIFY(areAll(push(items), Kind::Applied));
    QCOMPARE(sql(QStringLiteral("select count(*) from uuids where name = 'b'")), QStringLiteral("2"));
    items.clear();
    for (const QString &id : {first, second})
        items.append(pushItem(table, SyncOperation::Delete, id, {}, row(table, id)));
    QVERIFY(areAll(push(items), Kind::Applied));
    QCOMPARE(sql(QStringLiteral("select count(*) from uuids")), QStringLiteral("0"));
}

namespace {

void addReplayRows()
{
    QTest::addColumn<SyncOperation>("operation");
    QTest::addColumn<bool>("isSoft");
    QTest::addColumn<bool>("isNew");
    QTest::newRow("insert") << SyncOperation::Upsert << false << true;
    QTest::newRow("upsert") << SyncOperation::Upsert << false << false;
    QTest::newRow("patch") << SyncOperation::Patch << false << false;
    QTest::newRow("delete") << SyncOperation::Delete << false << false;
    QTest::newRow("soft insert") << SyncOperation::Upsert << true << true;
    QTest::newRow("soft delete") << SyncOperation::Delete << true << false;
}

} // namespace

void TestPlainPush::repeatedPushIsDone_data()
{
    addReplayRows();
}

// The reply of the first push was lost; before the second somebody else changed another column.
void TestPlainPush::repeatedPushIsDone()
{
    QFETCH(SyncOperation, operation);
    QFETCH(bool, isSoft);
    QFETCH(bool, isNew);
    const TableConfig table = isSoft ? m_softs : m_things;
    const bool isDelete = operation == SyncOperation::Delete;
    if (!isNew)
        sql(QStringLiteral("insert into %1 (id, name) values (1, 'old')").arg(table.name));
    const std::optional<QVariantMap> base = isNew ? std::nullopt : std::optional(row(table, QStringLiteral("1")));
    QVariantMap payload = isDelete ? QVariantMap() : named(QStringLiteral("mine"));
    if (isSoft && !isDelete)
        payload.insert(table.deletedAt, QVariant());
    const QList<PushItem> items{pushItem(table, operation, QStringLiteral("1"), payload, base)};
    QVERIFY(areAll(push(items), Kind::Applied));
    sql(QStringLiteral("update %1 set note = 'theirs'").arg(table.name));
    const QString before = sql(QStringLiteral("select * from %1").arg(table.name));
    const PushReply repeated = push(items);
    QVERIFY(areAll(repeated, Kind::Applied));
    QCOMPARE(sql(QStringLiteral("select * from %1").arg(table.name)), before);
    if (!isDelete)
        QCOMPARE(repeated.outcomes.constFirst().serverRow->value(QStringLiteral("note")).toString(),
                 QStringLiteral("theirs"));
}

void TestPlainPush::repeatedPushOverwritesNothing_data()
{
    addReplayRows();
}

// As above, but somebody else has written a newer value, or made the deleted row again.
void TestPlainPush::repeatedPushOverwritesNothing()
{
    QFETCH(SyncOperation, operation);
    QFETCH(bool, isSoft);
    QFETCH(bool, isNew);
    const TableConfig table = isSoft ? m_softs : m_things;
    const bool isDelete = operation == SyncOperation::Delete;
    if (!isNew)
        sql(QStringLiteral("insert into %1 (id, name) values (1, 'old')").arg(table.name));
    const std::optional<QVariantMap> base = isNew ? std::nullopt : std::optional(row(table, QStringLiteral("1")));
    const QVariantMap payload = isDelete ? QVariantMap() : named(QStringLiteral("mine"));
    const QList<PushItem> items{pushItem(table, operation, QStringLiteral("1"), payload, base)};
    QVERIFY(areAll(push(items), Kind::Applied));
    if (isDelete && !isSoft)
        sql(QStringLiteral("insert into %1 (id, name) values (1, 'theirs')").arg(table.name));
    else
        sql(QStringLiteral("update %1 set name = 'theirs'%2")
                .arg(table.name, isSoft ? QStringLiteral(", deleted_at = null") : QString()));
    const QString before = sql(QStringLiteral("select * from %1").arg(table.name));
    const PushReply repeated = push(items);
    QVERIFY(areAll(repeated, Kind::Differs));
    QCOMPARE(repeated.outcomes.constFirst().serverRow->value(QStringLiteral("name")).toString(),
             QStringLiteral("theirs"));
    QCOMPARE(sql(QStringLiteral("select * from %1").arg(table.name)), before);
}

QTEST_GUILESS_MAIN(TestPlainPush)
#include "tst_plainpush.moc"
