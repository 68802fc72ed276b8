// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "scriptedserver.h"

#include <tideline/core/json.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtTest/QTest>

using namespace Tideline;

namespace {

using Kind = PushOutcome::Kind;

QList<PushItem> insertions(const QString &table, int count)
{
    QList<PushItem> items;
    for (int i = 1; i <= count; ++i) {
        PushItem item;
        item.table = TableConfig(table);
        item.entry.id = QStringLiteral("entry %1").arg(i);
        item.entry.table = table;
        item.entry.recordId = QString::number(i);
        item.entry.payload = {{QStringLiteral("name"), QStringLiteral("secret")}};
        items.append(item);
    }
    return items;
}

QList<Kind> kinds(const PushReply &reply)
{
    QList<Kind> list;
    for (const PushOutcome &outcome : reply.outcomes)
        list.append(outcome.kind);
    return list;
}

const QByteArray one = R"({"version":1,"runs":[{"rows":[{"id":"1"}]}]})";
const QByteArray two = R"({"version":1,"runs":[{"rows":[{"id":"1"},{"id":"2"}]}]})";

} // namespace

// What the client makes of answers that the real kit gives rarely or never.
class TestKitPush : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void asksInOneRequest();
    void namesRunsApart();
    void readsNoOtherReply_data();
    void readsNoOtherReply();
    void splitsWhatIsTooMuch();
    void endsOnTransportFailures();
    void endsWithoutASignIn();
    void goesOnPlainly_data();
    void goesOnPlainly();

private:
    std::unique_ptr<SupabaseRemoteStore> store(SupabaseOptions::Mode mode = SupabaseOptions::Mode::Kit) const;

    std::unique_ptr<ScriptedServer> m_server;
};

void TestKitPush::init()
{
    m_server = std::make_unique<ScriptedServer>();
}

std::unique_ptr<SupabaseRemoteStore> TestKitPush::store(SupabaseOptions::Mode mode) const
{
    SupabaseOptions options;
    options.url = m_server->url();
    options.mode = mode;
    return std::make_unique<SupabaseRemoteStore>(options);
}

void TestKitPush::asksInOneRequest()
{
    m_server->answerJson(200, two);
    const PushReply reply = await(store()->push(insertions(QStringLiteral("a"), 2), true));
    QCOMPARE(kinds(reply), QList<Kind>(2, Kind::Applied));
    QCOMPARE(m_server->requests().size(), 1);
    const QByteArray request = m_server->requests().constFirst();
    QVERIFY2(request.startsWith("POST /rest/v1/rpc/tideline_push?"), request.constData());
    const Result<QVariantMap> body = Json::parseObject(request.mid(request.indexOf("\r\n\r\n") + 4));
    const Result<QVariantMap> expected = Json::parseObject(R"({"version": 1, "runs": [{"table": "a",
        "operation": "upsert", "based": false, "key": ["id"], "updatedAt": "updated_at", "deletedAt": null,
        "columns": ["name"], "ids": ["entry 1", "entry 2"]}],
        "1": [{"id": "1", "name": "secret"}, {"id": "2", "name": "secret"}]})");
    QVERIFY(body && expected);
    QCOMPARE(*body, *expected);
}

void TestKitPush::namesRunsApart()
{
    m_server->answerJson(200, R"({"version":1,"runs":[{"rows":[{"id":"1"}]},{"results":[{"status":"skipped"}]}]})");
    const PushReply reply =
        await(store()->push(insertions(QStringLiteral("a"), 1) + insertions(QStringLiteral("b"), 1), true));
    QCOMPARE(kinds(reply), QList<Kind>({Kind::Applied, Kind::NotSent}));
}

void TestKitPush::readsNoOtherReply_data()
{
    QTest::addColumn<QByteArray>("body");
    const char *bodies[] = {"null",
                            "[]",
                            "{}",
                            R"({"version":1,"runs":[]})",
                            R"({"version":1,"runs":[{"rows":[{"id":"1"}]}]})",
                            R"({"version":1,"runs":[{"rows":[{"id":"1"},{"id":"2"},{"id":"3"}]}]})",
                            R"({"version":1,"runs":[{"rows":null},{"rows":null}]})",
                            R"({"version":1,"runs":[{"results":[{"status":"applied"}]}]})",
                            R"({"version":1,"runs":[{"results":[{"status":"applied"},{"status":"fine"}]}]})",
                            R"({"version":1,"runs":[{"results":[{"status":"applied"},7]}]})",
                            R"({"version":1,"runs":[{}]})"};
    for (const char *body : bodies)
        QTest::newRow(body) << QByteArray(body);
}

void TestKitPush::readsNoOtherReply()
{
    QFETCH(QByteArray, body);
    m_server->answerJson(200, body);
    const PushReply reply = await(store()->push(insertions(QStringLiteral("a"), 2), true));
    // Whether anything was done is not known: it goes again, with the same ids.
    QCOMPARE(kinds(reply), QList<Kind>(2, Kind::Failed));
    QCOMPARE(reply.outcomes.at(0).failure.code, Failure::Code::Network);
}

void TestKitPush::splitsWhatIsTooMuch()
{
    m_server->answerJson(413, "{}");                                       // 1 to 4
    m_server->answerJson(500, R"({"code":"54000","message":"too deep"})"); // 1 and 2
    m_server->answerJson(200, one);                                        // 1
    m_server->answerJson(500, R"({"code":"54000","message":"too deep"})"); // 2
    m_server->answerJson(200, two);                                        // 3 and 4
    const PushReply reply = await(store()->push(insertions(QStringLiteral("a"), 4), true));
    QCOMPARE(kinds(reply), QList<Kind>({Kind::Applied, Kind::Failed, Kind::Applied, Kind::Applied}));
    QCOMPARE(reply.outcomes.at(1).failure.serverCode, QStringLiteral("54000"));
    QCOMPARE(reply.requests, 5);
}

void TestKitPush::endsOnTransportFailures()
{
    const QList<PushItem> items = insertions(QStringLiteral("a"), 2);
    for (const bool stops : {true, false}) {
        m_server->answerJson(503, "{}", {"Retry-After: 7"});
        const PushReply reply = await(store()->push(items, stops));
        QCOMPARE(kinds(reply), QList<Kind>(2, Kind::Failed));
        QVERIFY(reply.outcomes.at(1).failure.retryAfter == std::chrono::seconds(7));
        QCOMPARE(reply.requests, 1);
    }
}

void TestKitPush::endsWithoutASignIn()
{
    m_server->answerJson(401, R"({"code":"PGRST301","message":"JWT expired"})");
    const PushReply reply = await(store()->push(insertions(QStringLiteral("a"), 2), true));
    QCOMPARE(kinds(reply), QList<Kind>({Kind::Failed, Kind::NotSent}));
    QCOMPARE(reply.outcomes.at(0).failure.code, Failure::Code::AuthExpired);
}

void TestKitPush::goesOnPlainly_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("unknown") << 404 << QByteArray(R"({"code":"PGRST202","message":"no function"})");
    QTest::newRow("gone") << 404 << QByteArray(R"({"code":"42883","message":"no function"})");
    QTest::newRow("forbidden") << 403 << QByteArray(R"({"code":"42501","message":"permission denied"})");
    QTest::newRow("forbidden for anybody") << 401 << QByteArray(R"({"code":"42501","message":"permission denied"})");
    QTest::newRow("later version") << 200 << QByteArray(R"({"version":2})");
}

void TestKitPush::goesOnPlainly()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    m_server->answerJson(status, body);
    m_server->answerJson(201, R"([{"id":"1","name":"secret"}])");
    m_server->answerJson(201, R"([{"id":"1","name":"secret"}])");
    const auto automatic = store(SupabaseOptions::Mode::Auto);
    QCOMPARE(kinds(await(automatic->push(insertions(QStringLiteral("a"), 1), true))), QList<Kind>({Kind::Applied}));
    QCOMPARE(kinds(await(automatic->push(insertions(QStringLiteral("a"), 1), true))), QList<Kind>({Kind::Applied}));
    QCOMPARE(m_server->requests().size(), 3);
    QVERIFY(m_server->requests().at(1).startsWith("POST /rest/v1/a?"));
    // Where nothing else is wanted it waits.
    m_server->answerJson(status, body);
    const PushReply reply = await(store()->push(insertions(QStringLiteral("a"), 2), true));
    QCOMPARE(kinds(reply), QList<Kind>({Kind::Failed, Kind::NotSent}));
    QCOMPARE(reply.outcomes.at(0).failure.httpStatus, 404);
}

QTEST_GUILESS_MAIN(TestKitPush)
#include "tst_kitpush.moc"
