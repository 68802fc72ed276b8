// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultedreplica.h"
#include "historyserver.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QLocale>
#include <QtCore/QPromise>
#include <QtTest/QTest>

#include <atomic>

using namespace Tideline;
using namespace std::chrono_literals;

// What a bad network, a server that refuses and a sign-in that ended do to the queue: nothing.
class TestPushFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void initTestCase();
    void init();

    void tenBadMinutes_data();
    void tenBadMinutes();
    void redirectsDeliverNothingElsewhere_data();
    void redirectsDeliverNothingElsewhere();
    void refusalsStopNobodyElse();
    void endedSignInLosesNothing();
    void tokenEndsInTheMiddle();
    void longRetryAfterIsCapped_data();
    void longRetryAfterIsCapped();
    void endlessRepliesAreBounded_data();
    void endlessRepliesAreBounded();

private:
    using Options = FaultedReplica::Options;

    // A sign-in whose token a test lets run out.
    class SignIn
    {
    public:
        explicit SignIn(const HistoryServer &server)
            : m_good(token(server, 4000000000))
            , m_expired(token(server, 1))
        {
        }
        TokenProvider provider() const
        {
            return [*this](bool refresh) {
                QPromise<Result<QString>> answer;
                answer.start();
                ++(refresh ? *refreshes : *questions);
                answer.addResult(Result<QString>(*hasExpired ? m_expired : m_good));
                answer.finish();
                return answer.future();
            };
        }

        // Shared with the worker's thread.
        std::shared_ptr<std::atomic<bool>> hasExpired = std::make_shared<std::atomic<bool>>(false);
        std::shared_ptr<std::atomic<int>> questions = std::make_shared<std::atomic<int>>(0);
        std::shared_ptr<std::atomic<int>> refreshes = std::make_shared<std::atomic<int>>(0);

    private:
        static QString token(const HistoryServer &server, qint64 end)
        {
            return server.makeToken(
                {{QStringLiteral("role"), QStringLiteral("web_user")}, {QStringLiteral("exp"), end}});
        }
        QString m_good;
        QString m_expired;
    };

    static bool isKit()
    {
        QFETCH_GLOBAL(SupabaseOptions::Mode, mode);
        return mode == SupabaseOptions::Mode::Kit;
    }
    static Options options()
    {
        Options options;
        options.server.mode = isKit() ? SupabaseOptions::Mode::Kit : SupabaseOptions::Mode::Plain;
        return options;
    }
    FaultProxy &proxy() { return m_server.proxy(); }

    HistoryServer m_server;
};

namespace {

QString httpDate(const QDateTime &time)
{
    return QLocale::c().toString(time.toUTC(), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
}

HttpFault::Headers retryAfter(const QString &value, const QDateTime &now = QDateTime::currentDateTimeUtc())
{
    return {{QStringLiteral("Date"), httpDate(now)}, {QStringLiteral("Retry-After"), value}};
}

HttpFault::Headers contentType(const QString &type)
{
    return {{QStringLiteral("Content-Type"), type}};
}

} // namespace

// Everything holds with the server kit and without.
void TestPushFaults::initTestCase_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("plain") << SupabaseOptions::Mode::Plain;
    QTest::newRow("kit") << SupabaseOptions::Mode::Kit;
}

void TestPushFaults::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.error()));
}

void TestPushFaults::init()
{
    QVERIFY(m_server.clear());
}

void TestPushFaults::tenBadMinutes_data()
{
    QTest::addColumn<HttpFault>("fault");
    QTest::addColumn<int>("maximumRequests"); // with a back-off of 1.5 s, 3 s … 45 s, or the server's own
    QTest::addColumn<bool>("isHeard");        // whether the server gets what is sent
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QByteArray page = QByteArrayLiteral("<html>Bad gateway</html>");
    QTest::newRow("refused") << HttpFault::refuse() << 20 << false;
    QTest::newRow("503") << HttpFault::answerJson(503, "{\"code\":\"PGRST001\",\"message\":\"no pool\"}") << 20
                         << false;
    QTest::newRow("502 page") << HttpFault::answer(502, page, contentType(QStringLiteral("text/html"))) << 20 << false;
    QTest::newRow("408") << HttpFault::answer(408, {}) << 20 << false;
    QTest::newRow("425") << HttpFault::answer(425, {}) << 20 << false;
    QTest::newRow("429") << HttpFault::answer(429, {}) << 20 << false;
    QTest::newRow("429, seconds") << HttpFault::answer(429, {}, retryAfter(QStringLiteral("120"))) << 5 << false;
    QTest::newRow("429, date") << HttpFault::answer(429, {}, retryAfter(httpDate(now.addSecs(120)), now)) << 5 << false;
    QTest::newRow("503, date") << HttpFault::answer(503, {}, retryAfter(httpDate(now.addSecs(300)), now)) << 2 << false;
    QTest::newRow("500 without a code") << HttpFault::answer(500, page) << 20 << false;
    QTest::newRow("407") << HttpFault::answer(407, {}) << 20 << false;
    QTest::newRow("timeouts") << HttpFault::hang() << 20 << false;
    QTest::newRow("reset connections") << HttpFault::reset(HttpFault::ResetAt::Connection) << 20 << false;
    QTest::newRow("reset requests") << HttpFault::reset(HttpFault::ResetAt::Request) << 20 << false;
    QTest::newRow("cut requests") << HttpFault::cutRequest(30) << 20 << false;
    QTest::newRow("lost replies") << HttpFault::dropReply() << 20 << true;
    QTest::newRow("cut heads") << HttpFault::cutReply(30) << 20 << true;
    QTest::newRow("cut bodies") << HttpFault::cutReply(350) << 20 << true;
    QTest::newRow("truncated JSON") << HttpFault::shortenBody(3) << 20 << true;
    QTest::newRow("no body") << HttpFault::shortenBody(0) << 20 << true;
    QTest::newRow("another type") << HttpFault::replaceHeaders(contentType(QStringLiteral("text/html"))) << 20 << true;
    QTest::newRow("captive portal") << HttpFault::captivePortal() << 20 << false;
    QTest::newRow("redirects") << HttpFault::redirect(307, m_server.proxy().strayUrl()) << 20 << false;
}

void TestPushFaults::tenBadMinutes()
{
    QFETCH(HttpFault, fault);
    QFETCH(int, maximumRequests);
    QFETCH(bool, isHeard);
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 3) i"));
    Options setup = options();
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 3);
    if (QByteArray(QTest::currentDataTag()) == "timeouts") {
        setup.server.requestTimeout = 200ms;
        replica.reopen(setup);
    }
    for (int i = 1; i <= 3; ++i) {
        QVERIFY(replica.write(QStringLiteral("new%1").arg(i), QStringLiteral("v1")));
        QVERIFY(replica.patch(QStringLiteral("old%1").arg(i), QStringLiteral("v1")));
    }
    proxy().forget();
    QVERIFY(proxy().add(fault));
    int requests = replica.passTime(300s);
    for (int i = 1; i <= 2; ++i) {
        QVERIFY(replica.patch(QStringLiteral("new%1").arg(i), QStringLiteral("v2")));
        QVERIFY(replica.write(QStringLiteral("old%1").arg(i), QStringLiteral("v2")));
    }
    QVERIFY(replica.remove(QStringLiteral("old2")));
    requests += replica.passTime(300s);

    QVERIFY2(requests <= maximumRequests, qPrintable(QString::number(requests)));
    QVERIFY2(requests >= std::min(maximumRequests, 10) - 1, qPrintable(QString::number(requests)));
    QCOMPARE(replica.pendingCount(), 11);
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QCOMPARE(replica.poisonPillCount(), 0);
    QCOMPARE(replica.authRequiredCount(), 0);
    if (!isHeard)
        QCOMPARE(m_server.titles().size(), 3);
    QCOMPARE(proxy().strayRequests().size(), 0);

    QVERIFY(proxy().clear());
    QVERIFY(proxy().accept());
    setup.server.requestTimeout = 30s;
    replica.reopen(setup);
    QVERIFY(replica.deliver());
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QCOMPARE(replica.poisonPillCount(), 0);
    QVERIFY(replica->storage()->journal().conflicts({})->isEmpty());
    const QMap<QString, QString> expected{{QStringLiteral("notes new1"), QStringLiteral("v2")},
                                          {QStringLiteral("notes new2"), QStringLiteral("v2")},
                                          {QStringLiteral("notes new3"), QStringLiteral("v1")},
                                          {QStringLiteral("notes old1"), QStringLiteral("v2")},
                                          {QStringLiteral("notes old3"), QStringLiteral("v1")}};
    QCOMPARE(m_server.titles(), expected);
    QCOMPARE(replica.titles(), expected);
    // In order, and each at most once; what was never sent may have been folded into the next.
    const QMap<QString, QStringList> history = m_server.history();
    for (const QStringList &changes : history) {
        QStringList sorted = changes;
        sorted.replaceInStrings(QStringLiteral("delete"), QStringLiteral("update v3"));
        sorted.replaceInStrings(QStringLiteral("insert"), QStringLiteral("update"));
        QStringList unique = sorted;
        unique.removeDuplicates();
        std::sort(unique.begin(), unique.end());
        QCOMPARE(sorted, unique);
    }
    QCOMPARE(history.value(QStringLiteral("notes old2")).constLast(), QStringLiteral("delete"));
}

void TestPushFaults::redirectsDeliverNothingElsewhere_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("place");
    for (const int status : {300, 301, 302, 303, 305, 307, 308}) {
        for (const char *place : {"another port", "another host", "the same server"})
            QTest::addRow("%d to %s", status, place) << status << QString::fromLatin1(place);
    }
}

void TestPushFaults::redirectsDeliverNothingElsewhere()
{
    QFETCH(int, status);
    QFETCH(QString, place);
    m_server.sql(QStringLiteral("insert into notes (id, title) values ('1', 'v0'), ('2', 'v0')"));
    const SignIn signIn(m_server);
    Options setup = options();
    setup.server.apiKey = QStringLiteral("key");
    setup.server.tokenProvider = signIn.provider();
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 2);
    proxy().forget();

    QUrl target = proxy().strayUrl();
    if (place == QLatin1String("another host"))
        target = proxy().strayUrl(QStringLiteral("localhost"));
    if (place == QLatin1String("the same server"))
        target = proxy().url();
    target.setPath(QStringLiteral("/notes"));
    QVERIFY(proxy().add(HttpFault::redirect(status, target)));
    int requests = 0;
    const std::function<bool()> changes[] = {[&] { return replica.write(QStringLiteral("3"), QStringLiteral("v1")); },
                                             [&] { return replica.patch(QStringLiteral("1"), QStringLiteral("v1")); },
                                             [&] { return replica.remove(QStringLiteral("2")); }};
    for (const auto &change : changes) {
        QVERIFY(change());
        requests += replica.drain().requests;
        replica.clock().advance(2min);
    }
    requests += replica.pull().requests;
    QVERIFY(requests >= 4);
    QCOMPARE(proxy().strayRequests().size(), 0);
    const QList<FaultProxy::Request> seen = proxy().requests();
    QCOMPARE(seen.size(), requests);
    for (const FaultProxy::Request &request : seen) {
        QVERIFY(request.hasAuthorization);
        QCOMPARE(request.status, status);
    }
    QCOMPARE(replica.pendingCount(), 3);
    QCOMPARE(replica.retryCount(), 0);

    QVERIFY(proxy().clear());
    QVERIFY(replica.deliver());
    QCOMPARE(proxy().strayRequests().size(), 0);
    QCOMPARE(m_server.history().value(QStringLiteral("notes 1")),
             (QStringList{QStringLiteral("insert v0"), QStringLiteral("update v1")}));
    QCOMPARE(m_server.titles(), replica.titles());
}

void TestPushFaults::refusalsStopNobodyElse()
{
    m_server.sql(QStringLiteral("insert into guarded (id, title, code) values ('taken', 'v0', 'unique')"));
    m_server.sql(QStringLiteral("truncate history"));
    const SignIn signIn(m_server);
    Options setup = options();
    setup.server.tokenProvider = signIn.provider();
    FaultedReplica replica(proxy(), setup);
    const QString guarded = QStringLiteral("guarded");
    for (int i = 0; i < 50; ++i) {
        const QString id = QString::number(i);
        const QString title = i == 20 ? QStringLiteral("forbidden") : QStringLiteral("v1");
        const QString code = i == 30 ? QStringLiteral("unique") : id;
        QVERIFY(replica->write(guarded, id, {{QStringLiteral("title"), title}, {QStringLiteral("code"), code}}));
    }
    const SyncReport report = replica.drain();
    QCOMPARE(report.pushed, 48);
    QCOMPARE(report.dead, 2);
    QVERIFY(replica.pendingCount() == 0);
    QCOMPARE(m_server.history().size(), 48);
    const QList<SyncEntry> dead = replica.entries({EntryState::Dead});
    QCOMPARE(dead.size(), 2);
    QCOMPARE(dead.at(0).recordId, QStringLiteral("20"));
    QCOMPARE(dead.at(0).error.code, Failure::Code::RlsViolation);
    QCOMPARE(dead.at(0).error.serverCode, QStringLiteral("42501"));
    QCOMPARE(dead.at(0).payload.value(QStringLiteral("title")).toString(), QStringLiteral("forbidden"));
    QCOMPARE(dead.at(1).recordId, QStringLiteral("30"));
    QCOMPARE(dead.at(1).error.code, Failure::Code::Remote);
    QCOMPARE(dead.at(1).error.serverCode, QStringLiteral("23505"));
    QTRY_COMPARE(replica.poisonPillCount(), 2);
    QCOMPARE(replica.authRequiredCount(), 0);
    QCOMPARE(*signIn.refreshes, 0);
}

void TestPushFaults::endedSignInLosesNothing()
{
    const SignIn signIn(m_server);
    Options setup = options();
    setup.server.tokenProvider = signIn.provider();
    FaultedReplica replica(proxy(), setup);
    for (int i = 0; i < 50; ++i)
        QVERIFY(replica.write(QString::number(i), QStringLiteral("v1")));
    *signIn.hasExpired = true;
    replica.reopen(setup);
    for (int i = 0; i < 5; ++i) {
        const SyncReport report = replica.drain();
        QCOMPARE(report.pushed + report.dead, 0);
        QVERIFY(report.requests <= 2);
        replica.clock().advance(2min);
    }
    QTRY_COMPARE(replica.authRequiredCount(), 1);
    QCOMPARE(replica->state(), SyncState::AuthRequired);
    QCOMPARE(replica.pendingCount(), 50);
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(m_server.titles().size(), 0);
    for (const FaultProxy::Request &request : proxy().requests())
        QVERIFY(request.status == 401 || request.status == 200); // 200: the making of the tables

    *signIn.hasExpired = false;
    const SyncReport report = replica.drain();
    QCOMPARE(report.pushed, 50);
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(m_server.history().size(), 50);
    QCOMPARE(replica.authRequiredCount(), 1);
    QCOMPARE(replica.poisonPillCount(), 0);
    QVERIFY(replica->state() != SyncState::AuthRequired);
}

// A token that can be renewed is nobody's business.
void TestPushFaults::tokenEndsInTheMiddle()
{
    const SignIn signIn(m_server);
    Options setup = options();
    setup.server.tokenProvider = signIn.provider();
    setup.config.batchSize = 5;
    FaultedReplica replica(proxy(), setup);
    *signIn.hasExpired = true;
    replica.reopen(setup);
    for (int i = 0; i < 20; ++i)
        QVERIFY(replica.write(QString::number(i), QStringLiteral("v1")));
    *signIn.questions = 0;
    QVERIFY(replica.drain().pushed == 0); // it has the expired token, now and in the next round
    *signIn.hasExpired = false;
    const int refreshes = *signIn.refreshes;
    QCOMPARE(replica.drain().pushed, 20);
    QCOMPARE(*signIn.refreshes, refreshes + 1);
    const int events = replica.authRequiredCount();

    for (int i = 0; i < 20; ++i)
        QVERIFY(replica.patch(QString::number(i), QStringLiteral("v2")));
    const HttpFault expired = HttpFault::answerJson(401, R"({"code":"PGRST301","message":"JWT expired"})");
    QVERIFY(proxy().add(HttpFault(expired).from(7).times(1)));
    *signIn.hasExpired = true; // the refresh gives another token than the one in use …
    const SyncReport report = replica.drain();
    QVERIFY(report.pushed >= 6);
    QCOMPARE(report.dead, 0);
    *signIn.hasExpired = false; // … which the server refuses, until there is a good one
    QVERIFY(replica.deliver());
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QTRY_COMPARE(replica.authRequiredCount(), events + 1);
    for (const QStringList &changes : m_server.history())
        QCOMPARE(changes, (QStringList{QStringLiteral("insert v1"), QStringLiteral("update v2")}));
}

void TestPushFaults::longRetryAfterIsCapped_data()
{
    QTest::addColumn<QString>("value");
    QTest::newRow("seconds") << QStringLiteral("31536000");
    QTest::newRow("more than an integer holds") << QStringLiteral("99999999999999999999999999");
    QTest::newRow("date") << httpDate(QDateTime::currentDateTimeUtc().addYears(1));
}

void TestPushFaults::longRetryAfterIsCapped()
{
    QFETCH(QString, value);
    FaultedReplica replica(proxy(), options());
    QVERIFY(replica.write(QStringLiteral("1"), QStringLiteral("v1")));
    QVERIFY(proxy().add(HttpFault::answer(503, {}, retryAfter(value))));
    QCOMPARE(replica.drain().requests, 1);
    QVERIFY(proxy().clear());
    replica.clock().advance(1h + 1s);
    QCOMPARE(replica.drain().pushed, 1);
    QCOMPARE(replica.retryCount(), 0);
}

void TestPushFaults::endlessRepliesAreBounded_data()
{
    QTest::addColumn<HttpFault>("fault");
    QTest::addColumn<Failure::Code>("code");
    QTest::newRow("bytes") << HttpFault::endless() << Failure::Code::Network;
    QTest::newRow("drip") << HttpFault::endlessDrip(1, 5ms) << Failure::Code::Timeout;
    QTest::newRow("slow request") << HttpFault::drip(HttpFault::Towards::Server, 1, 20ms) << Failure::Code::Timeout;
    QTest::newRow("hang") << HttpFault::hang(HttpFault::HangAt::Reply) << Failure::Code::Timeout;
}

void TestPushFaults::endlessRepliesAreBounded()
{
    QFETCH(HttpFault, fault);
    QFETCH(Failure::Code, code);
    Options setup = options();
    FaultedReplica replica(proxy(), setup);
    QVERIFY(replica.write(QStringLiteral("1"), QStringLiteral("v1")));
    setup.server.maxResponseBytes = 1000000;
    if (code == Failure::Code::Timeout)
        setup.server.requestTimeout = 300ms;
    replica.reopen(setup);
    QVERIFY(proxy().add(fault));
    QElapsedTimer time;
    time.start();
    const SyncReport report = replica.drain();
    QVERIFY(time.elapsed() < 15000);
    QCOMPARE(report.requests, 1);
    QCOMPARE(report.errors.constFirst().code, code);
    QCOMPARE(replica.pendingCount(), 1);
    QCOMPARE(replica.retryCount(), 0);
    QVERIFY(proxy().clear());
    setup.server.requestTimeout = 30s;
    replica.reopen(setup);
    QVERIFY(replica.deliver());
    QCOMPARE(m_server.history().value(QStringLiteral("notes 1")), QStringList{QStringLiteral("insert v1")});
}

QTEST_GUILESS_MAIN(TestPushFaults)

#include "tst_pushfaults.moc"
