// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "scriptedserver.h"

#include <tideline/engine/retrypolicy.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QDateTime>
#include <QtCore/QLocale>
#include <QtCore/QPromise>
#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

// What SupabaseRemoteStore makes of servers, proxies and networks that misbehave.
class TestHttpFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void checksOptions_data();
    void checksOptions();
    void sendsItsHeaders();
    void followsNoRedirect_data();
    void followsNoRedirect();
    void distrustsReplies_data();
    void distrustsReplies();
    void boundsTheBody();
    void boundsTheTime();
    void keepsNoCookies();
    void readsRetryAfter_data();
    void readsRetryAfter();
    void tableOfReplies_data();
    void tableOfReplies();
    void hidesValues();
    void measuresTheClock();
    void asksForOneToken();
    void asksForEveryRequest();
    void asksOnceForAFreshToken();
    void endsARoundOnTransportFailures();
    void splitsRefusedArrays();
    void passesProviderFailuresOn();

private:
    SupabaseOptions options() const;
    Failure pullFailure(const SupabaseOptions &options);

    std::unique_ptr<ScriptedServer> m_server;
    TableConfig m_table{QStringLiteral("things")};
};

namespace {

PushItem insertion(const QString &table, const QString &id)
{
    PushItem item;
    item.table = TableConfig(table);
    item.entry.table = table;
    item.entry.recordId = id;
    item.entry.payload = {{QStringLiteral("name"), QStringLiteral("secret")}};
    return item;
}

QFuture<Result<QString>> ready(const Result<QString> &answer)
{
    QPromise<Result<QString>> promise;
    promise.start();
    promise.addResult(answer);
    promise.finish();
    return promise.future();
}

QByteArray httpDate(const QDateTime &time)
{
    return QLocale::c().toString(time.toUTC(), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'")).toLatin1();
}

} // namespace

void TestHttpFaults::init()
{
    m_server = std::make_unique<ScriptedServer>();
}

SupabaseOptions TestHttpFaults::options() const
{
    SupabaseOptions options;
    options.url = m_server->url();
    options.mode = SupabaseOptions::Mode::Plain;
    return options;
}

Failure TestHttpFaults::pullFailure(const SupabaseOptions &options)
{
    SupabaseRemoteStore store(options);
    PullRequest request;
    request.table = m_table;
    return await(store.pull(request)).failure();
}

void TestHttpFaults::checksOptions_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("isGood");
    QTest::newRow("https") << "https://example.org/rest/v1" << true;
    QTest::newRow("loopback") << "http://127.0.0.1:3000" << true;
    QTest::newRow("loopback network") << "http://127.8.0.1:3000" << true;
    QTest::newRow("loopback v6") << "http://[::1]:3000/" << true;
    QTest::newRow("localhost") << "http://localhost:3000" << true;
    QTest::newRow("http") << "http://example.org" << false;
    QTest::newRow("looks like localhost") << "http://localhost.example.org" << false;
    QTest::newRow("relative") << "/rest/v1" << false;
    QTest::newRow("empty") << "" << false;
    QTest::newRow("another scheme") << "ftp://127.0.0.1" << false;
    QTest::newRow("user") << "https://user:password@example.org" << false;
    QTest::newRow("query") << "https://example.org/?a=b" << false;
    QTest::newRow("fragment") << "https://example.org/#a" << false;
}

void TestHttpFaults::checksOptions()
{
    QFETCH(QString, url);
    QFETCH(bool, isGood);
    SupabaseOptions options;
    options.url = QUrl(url);
    QCOMPARE(SupabaseRemoteStore::check(options).ok(), isGood);
    if (!isGood)
        QCOMPARE(pullFailure(options).code, Failure::Code::Invalid); // and nothing was sent
    options.url = QUrl(QStringLiteral("http://example.org"));
    options.allowInsecure = true;
    QVERIFY(SupabaseRemoteStore::check(options).ok());
}

void TestHttpFaults::sendsItsHeaders()
{
    SupabaseOptions options = this->options();
    options.apiKey = QStringLiteral("the-key");
    m_server->answerJson(200, "[]");
    QVERIFY(!pullFailure(options).isFailure());
    const QByteArray anonymous = m_server->requests().constLast();
    QVERIFY(anonymous.startsWith("GET /rest/v1/things?"));
    QVERIFY(anonymous.contains("apikey: the-key\r\n"));
    QVERIFY(anonymous.contains("Accept-Encoding: identity\r\n"));
    QVERIFY(!anonymous.contains("Authorization"));

    options.tokenProvider = [](bool) { return ready(QStringLiteral("the-token")); };
    options.url.setPath(QStringLiteral("/"));
    m_server->answerJson(200, "[]");
    QVERIFY(!pullFailure(options).isFailure());
    const QByteArray signedIn = m_server->requests().constLast();
    QVERIFY(signedIn.startsWith("GET /things?"));
    QVERIFY(signedIn.contains("Authorization: Bearer the-token\r\n"));
}

void TestHttpFaults::followsNoRedirect_data()
{
    QTest::addColumn<int>("status");
    for (const int status : {301, 302, 303, 307, 308})
        QTest::addRow("%d", status) << status;
}

void TestHttpFaults::followsNoRedirect()
{
    QFETCH(int, status);
    ScriptedServer elsewhere;
    const QByteArray location = "Location: " + elsewhere.url().toEncoded() + "/things";
    m_server->answerJson(status, "[]", {location});
    const Failure failure = pullFailure(options());
    QCOMPARE(failure.code, Failure::Code::Network);
    QVERIFY(failure.detail.contains(QLatin1String("redirected")));
    m_server->answerJson(status, "[]", {location});
    SupabaseRemoteStore store(options());
    const PushReply reply = await(store.push({insertion(QStringLiteral("things"), QStringLiteral("1"))}, true));
    QCOMPARE(reply.outcomes.constFirst().failure.code, Failure::Code::Network);
    QCOMPARE(elsewhere.requests().size(), 0);
    QCOMPARE(m_server->requests().size(), 2);
}

void TestHttpFaults::distrustsReplies_data()
{
    QTest::addColumn<QByteArray>("reply");
    const QByteArray json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    QTest::newRow("html") << QByteArray("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n[]");
    QTest::newRow("no type") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
    QTest::newRow("not json") << json + "Content-Length: 5\r\n\r\n[{]}]";
    QTest::newRow("shorter than announced") << json + "Content-Length: 20\r\n\r\n[]";
    QTest::newRow("cut without length") << json + "\r\n[{\"id\":1}";
    QTest::newRow("cut chunk") << json + "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n8\r\n12";
    QTest::newRow("cut head") << QByteArray("HTTP/1.1 200 OK\r\nContent-");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no http") << QByteArray("SSH-2.0-OpenSSH\r\n\r\n");
}

void TestHttpFaults::distrustsReplies()
{
    QFETCH(QByteArray, reply);
    for (int i = 0; i < 8; ++i) // Qt repeats a request whose connection ends without an answer
        m_server->answer(reply, ScriptedServer::Afterwards::Close);
    const Failure failure = pullFailure(options());
    QVERIFY2(failure.code == Failure::Code::Network, qPrintable(Failure::codeName(failure.code) + failure.detail));
    QVERIFY2(!failure.detail.contains(QLatin1String("127.0.0.1")), qPrintable(failure.detail));
}

void TestHttpFaults::boundsTheBody()
{
    SupabaseOptions options = this->options();
    options.maxResponseBytes = 1024 * 1024;
    for (int i = 0; i < 6; ++i) // pages of 1000, 250, 62, 15, 3 rows, and of one
        m_server->answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[",
                         ScriptedServer::Afterwards::SendForEver);
    const Failure failure = pullFailure(options);
    QCOMPARE(m_server->requests().size(), 6);
    QCOMPARE(failure.code, Failure::Code::Network);
    QVERIFY2(failure.detail.contains(QLatin1String("maxResponseBytes")), qPrintable(failure.detail));
}

void TestHttpFaults::boundsTheTime()
{
    SupabaseOptions options = this->options();
    options.requestTimeout = 200ms;
    QCOMPARE(pullFailure(options).code, Failure::Code::Timeout); // it says nothing
    // It goes on sending: the bound is on the whole, not on silence.
    m_server->answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[",
                     ScriptedServer::Afterwards::SendForEver);
    options.maxResponseBytes = 1LL << 40;
    QCOMPARE(pullFailure(options).code, Failure::Code::Timeout);
}

void TestHttpFaults::keepsNoCookies()
{
    SupabaseRemoteStore store(options());
    PullRequest request;
    request.table = m_table;
    m_server->answerJson(200, "[]", {"Set-Cookie: session=1; Path=/"});
    QVERIFY(await(store.pull(request)).ok());
    m_server->answerJson(200, "[]");
    QVERIFY(await(store.pull(request)).ok());
    QVERIFY(!m_server->requests().constLast().toLower().contains("cookie"));
}

void TestHttpFaults::readsRetryAfter_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<int>("seconds");                                          // negative: none
    const QDateTime date = QDateTime::fromSecsSinceEpoch(1700000000, Qt::UTC); // the server's clock is what counts
    const QByteArray now = "Date: " + httpDate(date) + "\r\n";
    QTest::newRow("seconds") << QByteArray("Retry-After: 120") << 120;
    QTest::newRow("date") << now + "Retry-After: " + httpDate(date.addSecs(90)) << 90;
    QTest::newRow("past") << now + "Retry-After: " + httpDate(date.addSecs(-90)) << -1;
    QTest::newRow("negative") << QByteArray("Retry-After: -5") << -1;
    QTest::newRow("garbage") << QByteArray("Retry-After: soon") << -1;
    QTest::newRow("fraction") << QByteArray("Retry-After: 1.5") << -1;
    QTest::newRow("empty") << QByteArray("Retry-After: ") << -1;
    QTest::newRow("zero") << QByteArray("Retry-After: 0") << 0;
    // Longer than any number can say is long, not never mind: the engine heeds an hour of it.
    QTest::newRow("overflow") << QByteArray("Retry-After: 99999999999999999999999") << 366 * 24 * 3600;
    QTest::newRow("centuries") << now + "Retry-After: " + httpDate(date.addYears(500)) << 366 * 24 * 3600;
    QTest::newRow("bad date") << now + "Retry-After: Tue, 99 Nov 2023 22:13:20 GMT" << -1;
    QTest::newRow("none") << QByteArray("X-Nothing: 1") << -1;
}

void TestHttpFaults::readsRetryAfter()
{
    QFETCH(QByteArray, header);
    QFETCH(int, seconds);
    m_server->answerJson(503, "{}", {header});
    const Failure failure = pullFailure(options());
    QCOMPARE(failure.code, Failure::Code::Remote);
    QCOMPARE(failure.httpStatus, 503);
    const auto expected = seconds < 0 ? std::nullopt : std::optional<std::chrono::milliseconds>(seconds * 1s);
    QCOMPARE(failure.retryAfter, expected);
}

// The documented table, from the bytes on the wire to what is done.
void TestHttpFaults::tableOfReplies_data()
{
    using Code = Failure::Code;
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("isSignedIn");
    QTest::addColumn<Code>("code");
    QTest::addColumn<int>("remedy");
    QTest::addColumn<bool>("isEverywhere");
    const auto row = [](int status, const char *serverCode, Code code, Remedy remedy, bool isEverywhere,
                        bool isSignedIn = true) {
        // The text says nothing, or the wrong thing: only status and code count.
        const QByteArray body = QByteArray(R"({"message":"JWT expired, row-level security, timeout","code":)")
                                + (*serverCode ? '"' + QByteArray(serverCode) + '"' : QByteArray("null")) + '}';
        QTest::addRow("%d %s%s", status, serverCode, isSignedIn ? "" : " anonymous")
            << status << body << isSignedIn << code << int(remedy) << isEverywhere;
    };
    for (const int status : {301, 302, 303, 304, 307, 308})
        row(status, "", Code::Network, Remedy::Retry, true);
    row(407, "", Code::Network, Remedy::Retry, true);
    for (const char *code : {"", "PGRST301", "PGRST302", "PGRST303"})
        row(401, code, Code::AuthExpired, Remedy::Reauthenticate, false);
    row(401, "42501", Code::AuthExpired, Remedy::Reauthenticate, false);
    row(401, "", Code::AuthExpired, Remedy::Reauthenticate, false, false);
    row(401, "42501", Code::RlsViolation, Remedy::DeadLetter, false, false);
    row(403, "42501", Code::RlsViolation, Remedy::DeadLetter, false);
    row(403, "", Code::Forbidden, Remedy::DeadLetter, false);
    row(500, "42501", Code::RlsViolation, Remedy::DeadLetter, false);
    for (const int status : {400, 406, 422})
        row(status, "", Code::Remote, Remedy::DeadLetter, false);
    row(413, "", Code::PayloadTooLarge, Remedy::DeadLetter, false);
    for (const char *code : {"22P02", "22001", "23502", "23514"})
        row(400, code, Code::Remote, Remedy::DeadLetter, false);
    row(409, "23505", Code::Remote, Remedy::DeadLetter, false);
    row(409, "23503", Code::Remote, Remedy::RetryCounted, false);
    row(409, "", Code::Remote, Remedy::RetryCounted, false);
    for (const char *code : {"", "42P01", "PGRST205"})
        row(404, code, Code::Remote, Remedy::HoldTable, false);
    row(400, "PGRST204", Code::Remote, Remedy::HoldTable, false);
    row(500, "21000", Code::Remote, Remedy::RetryCounted, false);
    row(500, "XX000", Code::Remote, Remedy::RetryCounted, false);
    for (const int status : {402, 408, 425, 429, 500, 502, 503, 504, 522})
        row(status, "", Code::Remote, Remedy::Retry, true);
    for (const char *code : {"PGRST000", "PGRST001", "PGRST002", "53300", "57P01"})
        row(503, code, Code::Remote, Remedy::Retry, true);
    row(405, "25006", Code::Remote, Remedy::Retry, true);
    for (const char *code : {"40001", "40P01", "57014"})
        row(500, code, Code::Remote, Remedy::Retry, false);
}

void TestHttpFaults::tableOfReplies()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(bool, isSignedIn);
    QFETCH(bool, isEverywhere);
    SupabaseOptions options = this->options();
    if (isSignedIn)
        options.tokenProvider = [](bool) { return ready(QStringLiteral("t")); };
    m_server->answerJson(status, body, {"Location: /elsewhere", "Proxy-Authenticate: Basic"});
    SupabaseRemoteStore store(options);
    const PushReply reply = await(store.push({insertion(QStringLiteral("things"), QStringLiteral("1"))}, true));
    QCOMPARE(reply.outcomes.constFirst().kind, PushOutcome::Kind::Failed);
    const Failure failure = reply.outcomes.constFirst().failure;
    QTEST(failure.code, "code");
    QTEST(int(remedyFor(failure, SyncConfig())), "remedy");
    QCOMPARE(isServerWide(failure), isEverywhere);
    QVERIFY(failure.detail.endsWith(QLatin1Char('.')) || failure.detail.contains(QLatin1String("It says:")));
    QCOMPARE(m_server->requests().size(), 1);
}

void TestHttpFaults::hidesValues()
{
    m_server->answerJson(400, R"({"code":"22P02","message":"invalid input syntax for type integer: \"a \" secret\"",)"
                              R"("details":"secret","hint":"secret"})");
    const Failure syntax = pullFailure(options());
    QCOMPARE(syntax.serverCode, QStringLiteral("22P02"));
    QVERIFY(syntax.detail.contains(QLatin1String("invalid input syntax")));
    QVERIFY2(!syntax.detail.contains(QLatin1String("secret")), qPrintable(syntax.detail));

    m_server->answerJson(409, R"({"code":"23505","message":"duplicate key value violates unique constraint \"t_key\"",)"
                              R"("details":"Key (id)=(secret) already exists."})");
    const Failure duplicate = pullFailure(options());
    QVERIFY2(duplicate.detail.contains(QLatin1String("t_key")), qPrintable(duplicate.detail));
    QVERIFY2(!duplicate.detail.contains(QLatin1String("secret")), qPrintable(duplicate.detail));

    m_server->answerJson(400,
                         R"({"code":"23514","message":"new row for relation \"countries\" violates check constraint)"
                         R"( \"three_digits\" with \"secret\""})");
    const Failure check = pullFailure(options());
    QVERIFY2(check.detail.endsWith(QStringLiteral(
                 "new row for relation \"countries\" violates check constraint \"three_digits\" with …")),
             qPrintable(check.detail));
}

void TestHttpFaults::measuresTheClock()
{
    SupabaseRemoteStore store(options());
    PullRequest request;
    request.table = m_table;
    m_server->answerJson(200, "[]", {"Date: " + httpDate(QDateTime::currentDateTimeUtc())});
    QCOMPARE(await(store.pull(request))->clockOffset, std::optional<qint64>(0));
    m_server->answerJson(200, "[]", {"Date: " + httpDate(QDateTime::currentDateTimeUtc().addSecs(3600))});
    const std::optional<qint64> offset = await(store.pull(request))->clockOffset;
    QVERIFY(offset && qAbs(*offset - 3600 * 1000) < 5000);
    m_server->answerJson(200, "[]");
    QVERIFY(!await(store.pull(request))->clockOffset);
}

void TestHttpFaults::asksForOneToken()
{
    QPromise<Result<QString>> promise;
    promise.start();
    int questions = 0;
    SupabaseOptions options = this->options();
    options.tokenProvider = [&](bool) {
        ++questions;
        return promise.future();
    };
    SupabaseRemoteStore store(options);
    PullRequest request;
    request.table = m_table;
    const QFuture<Result<PullPage>> first = store.pull(request);
    const QFuture<Result<PullPage>> second = store.pull(request);
    QTRY_COMPARE(questions, 1);
    m_server->answerJson(200, "[]");
    m_server->answerJson(200, "[]");
    promise.addResult(Result<QString>(QStringLiteral("t")));
    promise.finish();
    QVERIFY(await(first).ok());
    QVERIFY(await(second).ok());
    QCOMPARE(questions, 1);
}

void TestHttpFaults::asksForEveryRequest()
{
    int questions = 0;
    SupabaseOptions options = this->options();
    options.tokenProvider = [&](bool) { return ready(QStringLiteral("t%1").arg(++questions)); };
    SupabaseRemoteStore store(options);
    for (int i = 1; i <= 3; ++i) {
        m_server->answerJson(201, R"([{"id":"1","name":"secret"}])");
        await(store.push({insertion(QStringLiteral("a"), QStringLiteral("1"))}, true));
        QVERIFY(m_server->requests().constLast().contains("Authorization: Bearer t" + QByteArray::number(i) + "\r\n"));
    }
    QCOMPARE(questions, 3);
}

void TestHttpFaults::asksOnceForAFreshToken()
{
    QPromise<Result<QString>> fresh;
    fresh.start();
    QList<bool> questions;
    SupabaseOptions options = this->options();
    options.tokenProvider = [&](bool refresh) {
        questions.append(refresh);
        return refresh ? fresh.future() : ready(QStringLiteral("old"));
    };
    SupabaseRemoteStore store(options);
    PullRequest request;
    request.table = m_table;
    for (int i = 0; i < 2; ++i)
        m_server->answerJson(401, "{}");
    const QFuture<Result<PullPage>> first = store.pull(request);
    const QFuture<Result<PullPage>> second = store.pull(request);
    QCOMPARE(await(first).failure().code, Failure::Code::AuthExpired);
    QCOMPARE(await(second).failure().code, Failure::Code::AuthExpired);
    const QFuture<Result<bool>> one = store.refreshAuthentication();
    const QFuture<Result<bool>> other = store.refreshAuthentication();
    QTRY_COMPARE(questions.count(true), 1);
    fresh.addResult(Result<QString>(QStringLiteral("new")));
    fresh.finish();
    QVERIFY(*await(one));
    QVERIFY(*await(other));
    // Whoever learns late of the refusal asks no more.
    QVERIFY(*await(store.refreshAuthentication()));
    QCOMPARE(questions.count(true), 1);
    m_server->answerJson(200, "[]");
    QVERIFY(await(store.pull(request)).ok());
    QVERIFY(m_server->requests().constLast().contains("Authorization: Bearer new\r\n"));
}

void TestHttpFaults::passesProviderFailuresOn()
{
    SupabaseOptions options = this->options();
    options.tokenProvider = [](bool) {
        return ready(Result<QString>(Failure(Failure::Code::LocalStore, QStringLiteral("no keychain"))));
    };
    const Failure locked = pullFailure(options);
    QCOMPARE(locked.detail, QStringLiteral("no keychain"));
    QCOMPARE(locked.code, Failure::Code::AuthExpired); // no word about the entries that wait
    options.tokenProvider = [](bool) { return QFuture<Result<QString>>(); };
    QCOMPARE(pullFailure(options).code, Failure::Code::AuthExpired);
    options.tokenProvider = [](bool) { return ready(QStringLiteral("a\r\nX-Evil: 1")); };
    QCOMPARE(pullFailure(options).code, Failure::Code::AuthExpired);
    QCOMPARE(m_server->requests().size(), 0);
}

void TestHttpFaults::endsARoundOnTransportFailures()
{
    const QList<PushItem> items{insertion(QStringLiteral("a"), QStringLiteral("1")),
                                insertion(QStringLiteral("b"), QStringLiteral("1")),
                                insertion(QStringLiteral("a"), QStringLiteral("2"))};
    using Kind = PushOutcome::Kind;
    for (const bool stops : {true, false}) {
        SupabaseRemoteStore store(options());
        m_server->answerJson(503, "{}");
        if (!stops)
            m_server->answerJson(201, R"([{"id":"1","name":"secret"}])");
        const PushReply reply = await(store.push(items, stops));
        QCOMPARE(reply.outcomes.at(0).kind, Kind::Failed);
        QCOMPARE(reply.outcomes.at(1).kind, stops ? Kind::NotSent : Kind::Applied);
        QCOMPARE(reply.outcomes.at(2).kind, Kind::NotSent);
    }
}

void TestHttpFaults::splitsRefusedArrays()
{
    m_server->answerJson(500, R"({"code":"21000","message":"more than one row"})");
    m_server->answerJson(500, R"({"code":"XX000","message":"broken"})");
    m_server->answerJson(201, R"([{"id":"2","name":"secret"}])");
    SupabaseRemoteStore store(options());
    const PushReply reply = await(store.push(
        {insertion(QStringLiteral("a"), QStringLiteral("1")), insertion(QStringLiteral("a"), QStringLiteral("2"))},
        true));
    QCOMPARE(reply.requests, 3);
    QCOMPARE(reply.outcomes.at(0).failure.serverCode, QStringLiteral("XX000"));
    QCOMPARE(reply.outcomes.at(1).kind, PushOutcome::Kind::Applied);
}

QTEST_GUILESS_MAIN(TestHttpFaults)
#include "tst_httpfaults.moc"
