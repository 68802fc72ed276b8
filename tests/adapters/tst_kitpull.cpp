// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "scriptedserver.h"

#include <tideline/core/json.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

namespace {

const QString kitCursor = QStringLiteral(R"({"log":1,"since":"10:10:"})");

QList<TableCursor> cursors(const QStringList &names, const QString &cursor = {})
{
    QList<TableCursor> tables;
    for (const QString &name : names)
        tables.append({TableConfig(name), cursor, false});
    return tables;
}

QByteArray answer(const QByteArray &tables)
{
    return R"({"version":1,"tables":[)" + tables + "]}";
}

QVariantMap bodyOf(const QByteArray &request)
{
    const Result<QVariantMap> body = Json::parseObject(request.mid(request.indexOf("\r\n\r\n") + 4));
    return body ? *body : QVariantMap();
}

QVariant limitOf(const QByteArray &request)
{
    return bodyOf(request).value(QStringLiteral("limit"));
}

PushItem insertion()
{
    PushItem item;
    item.table = TableConfig(QStringLiteral("a"));
    item.entry.table = QStringLiteral("a");
    item.entry.recordId = QStringLiteral("1");
    item.entry.payload = {{QStringLiteral("name"), QStringLiteral("x")}};
    return item;
}

} // namespace

// What the client makes of the answers of the server kit's pull, the impossible ones among them.
class TestKitPull : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void asksInOneRequest();
    void asksForeignCursorsAnew();
    void readsChanges();
    void readsTombstonesAndCompositeKeys();
    void asksNothingInPlainMode();
    void findsNoKit_data();
    void findsNoKit();
    void keepsPushingToAnOlderKit();
    void learnsFromPushes();
    void leavesUntrackedTables();
    void tellsATablesFailure();
    void distrustsATable_data();
    void distrustsATable();
    void distrustsTheWhole_data();
    void distrustsTheWhole();
    void postponesTables();
    void asksForLess();
    void singlesOutWhatIsTooMuch();
    void asksASilentServerTwice();
    void passesFailuresOn_data();
    void passesFailuresOn();

private:
    SupabaseOptions options(SupabaseOptions::Mode mode = SupabaseOptions::Mode::Auto) const;
    Result<ChangesPage> changes(const QList<TableCursor> &tables,
                                SupabaseOptions::Mode mode = SupabaseOptions::Mode::Auto) const;

    std::unique_ptr<ScriptedServer> m_server;
};

void TestKitPull::init()
{
    m_server = std::make_unique<ScriptedServer>();
}

SupabaseOptions TestKitPull::options(SupabaseOptions::Mode mode) const
{
    SupabaseOptions options;
    options.url = m_server->url();
    options.mode = mode;
    return options;
}

Result<ChangesPage> TestKitPull::changes(const QList<TableCursor> &tables, SupabaseOptions::Mode mode) const
{
    SupabaseRemoteStore store(options(mode));
    return await(store.changes(tables, 1000));
}

void TestKitPull::asksInOneRequest()
{
    m_server->answerJson(200, answer({}));
    QList<TableCursor> tables = cursors({QStringLiteral("a"), QStringLiteral("b")}, kitCursor);
    tables[0].wantsRowCount = true;
    tables[0].table.filter = {{QStringLiteral("n"), QVariantList{1, QStringLiteral("x")}}};
    tables[1].cursor.clear();
    const Result<ChangesPage> page = changes(tables);
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QVERIFY(page->tables.isEmpty()); // nothing new
    QCOMPARE(page->requests, 1);
    QCOMPARE(m_server->requests().size(), 1);
    const QByteArray request = m_server->requests().constFirst();
    QVERIFY2(request.startsWith("POST /rest/v1/rpc/tideline_pull?columns=version,limit,tables "), request.constData());
    const Result<QVariantMap> expected = Json::parseObject(R"({"version": 1, "limit": 1000, "tables": [
        {"table": "a", "key": ["id"], "updatedAt": "updated_at", "cursor": "{\"log\":1,\"since\":\"10:10:\"}",
         "count": true, "filter": {"n": [1, "x"]}},
        {"table": "b", "key": ["id"], "updatedAt": "updated_at", "cursor": null, "count": false}]})");
    QVERIFY(expected.ok());
    QCOMPARE(bodyOf(request), *expected);
}

void TestKitPull::asksForeignCursorsAnew()
{
    for (const QString &cursor : {QStringLiteral(R"({"v":1,"at":null})"), QStringLiteral("x"), QStringLiteral("[1]")}) {
        m_server->answerJson(200,
                             answer(R"({"table":"a","rows":[],"removed":[],"cursor":"{\"log\":1}","reset":false})"));
        const Result<ChangesPage> page = changes(cursors({QStringLiteral("a")}, cursor));
        QVERIFY(page.ok());
        QVERIFY(page->tables.constFirst().isReset);
        const QVariantMap body = bodyOf(m_server->requests().constLast());
        const QVariantMap table = body.value(QStringLiteral("tables")).toList().constFirst().toMap();
        QVERIFY(table.contains(QStringLiteral("cursor")) && table.value(QStringLiteral("cursor")).isNull());
    }
}

void TestKitPull::readsChanges()
{
    const QString cursor = QStringLiteral("{\"log\": 7,  \"since\":\"é\\\"1:2:\"}");
    m_server->answerJson(200, answer(R"({"table":"b","count":7},)"
                                     R"({"table":"a","rows":[{"id":"1","n":12345678901234567890.10},{"n":2},7],)"
                                     R"("removed":[{"id":"3"}],"cursor":)"
                                     + Json::toText(cursor) + R"(,"reset":true,"more":true,"count":3})"));
    QList<TableCursor> tables = cursors({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}, kitCursor);
    const Result<ChangesPage> page = changes(tables);
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QCOMPARE(page->tables.size(), 2);
    const TableChanges &a = page->tables.at(0);
    QCOMPARE(a.table, QStringLiteral("a"));
    QVERIFY(a.isServed && a.isReset && a.hasMore && !a.failure.isFailure());
    QCOMPARE(a.cursor, cursor);
    QCOMPARE(a.rowCount, std::optional<qint64>(3));
    QCOMPARE(a.removedIds, QStringList(QStringLiteral("3")));
    QCOMPARE(a.rows.size(), 3);
    QCOMPARE(a.rows.at(0).recordId, QStringLiteral("1"));
    QCOMPARE(Json::toText(a.rows.at(0).values.value(QStringLiteral("n"))), QByteArray("12345678901234567890.10"));
    QVERIFY(a.rows.at(1).recordId.isEmpty()); // for the quarantine
    QVERIFY(a.rows.at(2).recordId.isEmpty());
    const TableChanges &b = page->tables.at(1);
    QCOMPARE(b.rowCount, std::optional<qint64>(7));
    QCOMPARE(b.cursor, kitCursor);
    QVERIFY(b.rows.isEmpty() && !b.hasMore && !b.isReset);
}

void TestKitPull::readsTombstonesAndCompositeKeys()
{
    QList<TableCursor> tables = cursors({QStringLiteral("a")});
    tables[0].table.key = QStringList{QStringLiteral("x"), QStringLiteral("y")};
    tables[0].table.deletedAt = QStringLiteral("gone");
    m_server->answerJson(200, answer(R"({"table":"a","rows":[{"y":2,"x":1,"gone":"2024-01-01T00:00:00Z"}],)"
                                     R"("removed":[{"y":"é","x":3}],"cursor":"{\"log\":1}"})"));
    const Result<ChangesPage> page = changes(tables);
    QVERIFY(page.ok());
    const TableChanges &a = page->tables.constFirst();
    QCOMPARE(a.rows.constFirst().recordId, QStringLiteral(R"(["1","2"])"));
    QVERIFY(a.rows.constFirst().isDeleted);
    QCOMPARE(a.removedIds, QStringList(QStringLiteral(R"(["3","é"])")));
}

void TestKitPull::asksNothingInPlainMode()
{
    const Result<ChangesPage> page =
        changes(cursors({QStringLiteral("a"), QStringLiteral("b")}), SupabaseOptions::Mode::Plain);
    QVERIFY(page.ok());
    QCOMPARE(page->tables.size(), 2);
    QVERIFY(!page->tables.at(0).isServed && !page->tables.at(1).isServed);
    QCOMPARE(page->requests, 0);
    QCOMPARE(m_server->requests().size(), 0);
}

void TestKitPull::findsNoKit_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("unknown") << 404 << QByteArray(R"({"code":"PGRST202","message":"no function"})");
    QTest::newRow("gone") << 404 << QByteArray(R"({"code":"42883","message":"no function"})");
    QTest::newRow("forbidden") << 403 << QByteArray(R"({"code":"42501","message":"permission denied"})");
    QTest::newRow("forbidden for anybody") << 401 << QByteArray(R"({"code":"42501","message":"permission denied"})");
    QTest::newRow("later version") << 200 << QByteArray(R"({"version":2})");
}

void TestKitPull::findsNoKit()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    m_server->answerJson(status, body);
    const auto tables = cursors({QStringLiteral("a"), QStringLiteral("b")}, kitCursor);
    SupabaseRemoteStore store(options());
    for (int i = 0; i < 2; ++i) { // it asks once
        const Result<ChangesPage> page = await(store.changes(tables, 10));
        QVERIFY2(page.ok(), qPrintable(page.failure().detail));
        QCOMPARE(page->tables.size(), 2);
        QVERIFY(!page->tables.at(0).isServed && !page->tables.at(1).isServed);
        QCOMPARE(page->requests, i == 0 ? 1 : 0);
    }
    store.reset();
    m_server->answerJson(200, answer({}));
    QVERIFY(await(store.changes(tables, 10))->tables.isEmpty());

    m_server->answerJson(status, body);
    const Failure failure = changes(tables, SupabaseOptions::Mode::Kit).failure();
    QCOMPARE(failure.httpStatus, 404);
    QVERIFY2(failure.detail.contains(QLatin1String("server kit")), qPrintable(failure.detail));
}

void TestKitPull::keepsPushingToAnOlderKit()
{
    SupabaseRemoteStore store(options());
    m_server->answerJson(404, R"({"code":"PGRST202","message":"no function"})");
    QVERIFY(!await(store.changes(cursors({QStringLiteral("a")}), 10))->tables.constFirst().isServed);
    m_server->answerJson(200, R"({"version":1,"runs":[{"rows":[{"id":"1"}]}]})");
    QCOMPARE(await(store.push({insertion()}, true)).outcomes.constFirst().kind, PushOutcome::Kind::Applied);
    QVERIFY(m_server->requests().constLast().startsWith("POST /rest/v1/rpc/tideline_push?"));
}

void TestKitPull::learnsFromPushes()
{
    SupabaseRemoteStore store(options());
    m_server->answerJson(404, R"({"code":"PGRST202","message":"no function"})");
    m_server->answerJson(201, R"([{"id":"1","name":"x"}])");
    QCOMPARE(await(store.push({insertion()}, true)).outcomes.constFirst().kind, PushOutcome::Kind::Applied);
    QVERIFY(!await(store.changes(cursors({QStringLiteral("a")}), 10))->tables.constFirst().isServed);
    QCOMPARE(m_server->requests().size(), 2);

    SupabaseRemoteStore other(options());
    QCOMPARE(other.entriesPerPush(50), 50);
    m_server->answerJson(200, answer({}));
    QVERIFY(await(other.changes(cursors({QStringLiteral("a")}), 10)).ok());
    QVERIFY(other.entriesPerPush(50) > 50);
}

void TestKitPull::leavesUntrackedTables()
{
    const auto tables = cursors({QStringLiteral("a"), QStringLiteral("b")});
    const QByteArray body = answer(R"({"table":"a","untracked":"enrolment"},)"
                                   R"({"table":"b","rows":[{"id":"1"}],"cursor":"{\"log\":1}"})");
    SupabaseRemoteStore store(options());
    for (int i = 0; i < 2; ++i) {
        m_server->answerJson(200, i == 0 ? body : answer({}));
        const Result<ChangesPage> page = await(store.changes(tables, 10));
        QVERIFY2(page.ok(), qPrintable(page.failure().detail));
        QCOMPARE(page->tables.size(), i == 0 ? 2 : 1);
        QVERIFY(!page->tables.at(0).isServed);
        QCOMPARE(page->tables.at(0).table, QStringLiteral("a"));
        QCOMPARE(bodyOf(m_server->requests().at(i)).value(QStringLiteral("tables")).toList().size(), i == 0 ? 2 : 1);
    }
    m_server->answerJson(200, R"({"version":1,"runs":[{"rows":[{"id":"1"}]}]})"); // it may be enrolled for pushes
    QCOMPARE(await(store.push({insertion()}, true)).outcomes.constFirst().kind, PushOutcome::Kind::Applied);

    m_server->answerJson(200, body);
    const Result<ChangesPage> page = changes(tables, SupabaseOptions::Mode::Kit);
    QVERIFY(page.ok());
    QVERIFY(page->tables.at(0).isServed);
    QCOMPARE(page->tables.at(0).failure.httpStatus, 404);
    QVERIFY(page->tables.at(0).failure.detail.contains(QLatin1String("track_table")));
    QVERIFY(!page->tables.at(1).failure.isFailure());
}

void TestKitPull::tellsATablesFailure()
{
    m_server->answerJson(200, answer(R"({"table":"a","error":{"code":"22P02","message":"invalid input: \"secret\""}},)"
                                     R"({"table":"b","rows":[{"id":"1"}],"cursor":"{\"log\":1}"})"));
    const Result<ChangesPage> page = changes(cursors({QStringLiteral("a"), QStringLiteral("b")}));
    QVERIFY(page.ok());
    const Failure failure = page->tables.at(0).failure;
    QCOMPARE(failure.code, Failure::Code::Remote);
    QCOMPARE(failure.serverCode, QStringLiteral("22P02"));
    QVERIFY(!failure.detail.contains(QLatin1String("secret")));
    QCOMPARE(page->tables.at(1).rows.size(), 1);
}

void TestKitPull::distrustsATable_data()
{
    QTest::addColumn<QByteArray>("answer");
    for (const char *text : {
             R"("rows":{"id":1},"cursor":"{\"log\":2}")",
             R"("rows":7,"cursor":"{\"log\":2}")",
             R"("rows":[{"id":1}])",
             R"("rows":[{"id":1}],"cursor":7)",
             R"("rows":[{"id":1}],"cursor":"")",
             R"("rows":[{"id":1}],"cursor":{"log":2})",
             R"("removed":[{"id":1}])",
             R"("removed":"all","cursor":"{\"log\":2}")",
             R"("removed":[{}],"cursor":"{\"log\":2}")",
             R"("removed":[null],"cursor":"{\"log\":2}")",
             R"("removed":[{"id":null}],"cursor":"{\"log\":2}")",
             R"("count":"many")",
             R"("count":1e400)",
             R"("rows":[{"id":1}],"more":true,"cursor":"{\"log\":1,\"since\":\"10:10:\"}")",
         })
        QTest::newRow(text) << QByteArray(text);
}

void TestKitPull::distrustsATable()
{
    QFETCH(QByteArray, answer);
    m_server->answerJson(
        200, ::answer(R"({"table":"a",)" + answer + R"(},{"table":"b","rows":[{"id":"1"}],"cursor":"{\"log\":1}"})"));
    const Result<ChangesPage> page = changes(cursors({QStringLiteral("a"), QStringLiteral("b")}, kitCursor));
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QCOMPARE(page->tables.size(), 2);
    QCOMPARE(page->tables.at(0).failure.code, Failure::Code::Deserialization);
    QVERIFY2(page->tables.at(0).failure.detail.contains(QLatin1String("table a")),
             qPrintable(page->tables.at(0).failure.detail));
    QVERIFY(!page->tables.at(1).failure.isFailure());
}

void TestKitPull::distrustsTheWhole_data()
{
    QTest::addColumn<QByteArray>("body");
    for (const char *text :
         {"null", "[]", "{}", "7", R"({"tables":[]})", R"({"version":1,"tables":{}})",
          R"({"version":1,"tables":[{"table":"c","count":1}]})",
          R"({"version":1,"tables":[{"table":"a","count":1},{"table":"a","count":1}]})",
          R"({"version":1,"tables":[{}]})", R"({"version":1,"tables":[null]})", R"({"version":1,"tables":[["a"]]})",
          R"({"version":1,"tables":[{"table":"a","more":true}]})",
          R"({"version":1,"tables":[{"table":"b","count":1},{"table":"a","more":true}]})"})
        QTest::newRow(text) << QByteArray(text);
}

void TestKitPull::distrustsTheWhole()
{
    QFETCH(QByteArray, body);
    m_server->answerJson(200, body);
    const Result<ChangesPage> page = changes(cursors({QStringLiteral("a"), QStringLiteral("b")}, kitCursor));
    QCOMPARE(page.failure().code, Failure::Code::Deserialization);
    QVERIFY2(page.failure().detail.contains(QLatin1String("server kit")), qPrintable(page.failure().detail));
    QCOMPARE(m_server->requests().size(), 1);
}

void TestKitPull::postponesTables()
{
    m_server->answerJson(200, answer(R"({"table":"a","rows":[{"id":"1"}],"cursor":"{\"log\":2}","more":true},)"
                                     R"({"table":"b","more":true})"));
    const Result<ChangesPage> page = changes(cursors({QStringLiteral("a"), QStringLiteral("b")}, kitCursor));
    QVERIFY(page.ok());
    QCOMPARE(page->tables.size(), 2);
    const TableChanges &b = page->tables.at(1);
    QVERIFY(b.hasMore && !b.failure.isFailure() && b.rows.isEmpty());
    QCOMPARE(b.cursor, kitCursor);
}

void TestKitPull::asksForLess()
{
    SupabaseOptions options = this->options();
    options.maxResponseBytes = 300;
    SupabaseRemoteStore store(options);
    const auto tables = cursors({QStringLiteral("a")}, kitCursor);
    m_server->answerJson(200, answer(QByteArray(400, ' ')));
    m_server->answerJson(500, R"({"code":"57014","message":"canceling statement due to statement timeout"})");
    m_server->answerJson(200, answer({}));
    m_server->answerJson(200, answer({}));
    const Result<ChangesPage> page = await(store.changes(tables, 1000));
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QCOMPARE(page->requests, 3);
    QVERIFY(await(store.changes(tables, 1000)).ok()); // the session remembers, and dares a little more
    QList<int> limits;
    for (const QByteArray &request : m_server->requests())
        limits.append(limitOf(request).toInt());
    QCOMPARE(limits, QList<int>({1000, 250, 62, 124}));
}

void TestKitPull::singlesOutWhatIsTooMuch()
{
    SupabaseOptions options = this->options();
    options.maxResponseBytes = 200;
    SupabaseRemoteStore store(options);
    const QByteArray large = answer(QByteArray(400, ' '));
    for (int i = 0; i < 2; ++i)
        m_server->answerJson(200, large);                                                             // 4, 1
    m_server->answerJson(200, answer(R"({"table":"a","rows":[{"id":"1"}],"cursor":"{\"log\":2}"})")); // a
    m_server->answerJson(200, large);                                                                 // b
    const Result<ChangesPage> page =
        await(store.changes(cursors({QStringLiteral("a"), QStringLiteral("b")}, kitCursor), 4));
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QCOMPARE(m_server->requests().size(), 4);
    QCOMPARE(page->tables.size(), 2);
    QCOMPARE(page->tables.at(0).rows.size(), 1);
    const Failure failure = page->tables.at(1).failure;
    QVERIFY2(failure.detail.contains(QLatin1String("maxResponseBytes")), qPrintable(failure.detail));
    QVERIFY2(failure.detail.contains(QLatin1String("table b")), qPrintable(failure.detail));
    QVERIFY2(failure.detail.contains(QLatin1String("one record of")), qPrintable(failure.detail));
}

void TestKitPull::asksASilentServerTwice()
{
    SupabaseOptions options = this->options();
    options.requestTimeout = 100ms;
    SupabaseRemoteStore store(options);
    const Result<ChangesPage> page = await(store.changes(cursors({QStringLiteral("a")}), 1000));
    QCOMPARE(page.failure().code, Failure::Code::Timeout);
    QCOMPARE(m_server->requests().size(), 2);
    QVERIFY(limitOf(m_server->requests().at(1)).toInt() < 1000);
}

void TestKitPull::passesFailuresOn_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Failure::Code>("code");
    QTest::newRow("401") << 401 << QByteArray(R"({"code":"PGRST301"})") << Failure::Code::AuthExpired;
    QTest::newRow("503") << 503 << QByteArray("{}") << Failure::Code::Remote;
    QTest::newRow("429") << 429 << QByteArray("{}") << Failure::Code::Remote;
    QTest::newRow("40001") << 500 << QByteArray(R"({"code":"40001"})") << Failure::Code::Remote;
    QTest::newRow("not json") << 200 << QByteArray("[{]") << Failure::Code::Network;
}

void TestKitPull::passesFailuresOn()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    m_server->answerJson(status, body);
    const Result<ChangesPage> page = changes(cursors({QStringLiteral("a"), QStringLiteral("b")}));
    QTEST(page.failure().code, "code");
    QCOMPARE(m_server->requests().size(), 1);
}

QTEST_GUILESS_MAIN(TestKitPull)
#include "tst_kitpull.moc"
