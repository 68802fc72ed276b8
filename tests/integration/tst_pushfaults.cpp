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
    void whatTheServerCannotBearBlocksNobody();
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
            : m_good{token(server, 4000000000), token(server, 4000000001)}
            , m_expired(token(server, 1))
        {
        }
        TokenProvider provider() const
        {
            return [*this](bool refresh) {
                QPromise<Result<QString>> answer;
                answer.start();
                if (refresh) {
                    ++*refreshes;
                    *hasExpired = *hasExpired && !*isRenewable;
                }
                answer.addResult(Result<QString>(*hasExpired ? m_expired : m_good.at(*refreshes % 2)));
                answer.finish();
                return answer.future();
            };
        }

        // Shared with the worker's thread.
        std::shared_ptr<std::atomic<bool>> hasExpired = std::make_shared<std::atomic<bool>>(false);
        std::shared_ptr<std::atomic<bool>> isRenewable = std::make_shared<std::atomic<bool>>(false);
        std::shared_ptr<std::atomic<int>> refreshes = std::make_shared<std::atomic<int>>(0);

    private:
        static QString token(const HistoryServer &server, qint64 end)
        {
            return server.makeToken(
                {{QStringLiteral("role"), QStringLiteral("web_user")}, {QStringLiteral("exp"), end}});
        }
        QStringList m_good; // each refresh gives the other one
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
    QTest::addColumn<int>(
        "maximumRequests"); // with a back-off of 1.5 s, 3 s … 45 s, or the server's own; some tries are two
    QTest::addColumn<bool>("isHeard"); // whether the server gets what is sent
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QByteArray page = QByteArrayLiteral("<html>Bad gateway</html>");
    QTest::newRow("refused") << HttpFault::refuse() << 20 << false;
    QTest::newRow("503") << HttpFault::answerJson(503, "{\"code\":\"PGRST001\",\"message\":\"no pool\"}") << 20
                         << false;
    QTest::newRow("502 page") << HttpFault::answer(502, page, contentType(QStringLiteral("text/html"))) << 20 << false;
    QTest::newRow("429") << HttpFault::answer(429, {}) << 20 << false;
    QTest::newRow("429, seconds") << HttpFault::answer(429, {}, retryAfter(QStringLiteral("120"))) << 6 << false;
    QTest::newRow("429, date") << HttpFault::answer(429, {}, retryAfter(httpDate(now.addSecs(120)), now)) << 6 << false;
    QTest::newRow("503, date") << HttpFault::answer(503, {}, retryAfter(httpDate(now.addSecs(300)), now)) << 2 << false;
    QTest::newRow("500 without a code") << HttpFault::answer(500, page) << 20 << false;
    QTest::newRow("timeouts") << HttpFault::hang() << 20 << false;
    QTest::newRow("reset connections") << HttpFault::reset(HttpFault::ResetAt::Connection) << 20 << false;
    QTest::newRow("reset requests") << HttpFault::reset(HttpFault::ResetAt::Request) << 20 << false;
    QTest::newRow("cut requests") << HttpFault::cutRequest(30) << 20 << false;
    QTest::newRow("lost replies") << HttpFault::dropReply() << 40 << true;
    QTest::newRow("cut heads") << HttpFault::cutReply(30) << 40 << true;
    QTest::newRow("cut bodies") << HttpFault::cutReply(350) << 40 << true;
    QTest::newRow("truncated JSON") << HttpFault::shortenBody(3) << 40 << true;
    QTest::newRow("no body") << HttpFault::shortenBody(0) << 40 << true;
    QTest::newRow("another type") << HttpFault::replaceHeaders(contentType(QStringLiteral("text/html"))) << 40 << true;
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
        setup.server.requestTimeout = 100ms;
        replica.reopen(setup);
    }
    for (int i = 1; i <= 3; ++i) {
        QVERIFY(replica.write(QStringLiteral("new%1").arg(i), QStringLiteral("v1")));
        QVERIFY(replica.patch(QStringLiteral("old%1").arg(i), QStringLiteral("v1")));
    }
    QVERIFY(proxy().refuse()); // connections that are kept alive end
    QVERIFY(proxy().accept());
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
    for (const int status : {300, 301, 302, 303, 305, 307, 308})
        QTest::addRow("%d", status) << status;
}

void TestPushFaults::redirectsDeliverNothingElsewhere()
{
    QFETCH(int, status);
    m_server.sql(QStringLiteral("insert into notes (id, title) values ('1', 'v0'), ('2', 'v0')"));
    const SignIn signIn(m_server);
    Options setup = options();
    setup.server.apiKey = QStringLiteral("key");
    setup.server.tokenProvider = signIn.provider();
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 2);
    const QList<QUrl> places{proxy().strayUrl(), proxy().strayUrl(QStringLiteral("localhost")), proxy().url()};
    const std::function<bool()> changes[] = {[&] { return replica.write(QStringLiteral("3"), QStringLiteral("v1")); },
                                             [&] { return replica.patch(QStringLiteral("1"), QStringLiteral("v1")); },
                                             [&] { return replica.remove(QStringLiteral("2")); }};
    for (const auto &change : changes) {
        QVERIFY(change());
        proxy().forget();
        for (QUrl target : places) {
            target.setPath(QStringLiteral("/notes"));
            QVERIFY(proxy().clear());
            QVERIFY(proxy().add(HttpFault::redirect(status, target)));
            QCOMPARE(replica.drain().requests, 1);
            replica.pull();
            replica.clock().advance(2min);
        }
        const QList<FaultProxy::Request> seen = proxy().requests();
        QCOMPARE(seen.size(), 6);
        for (const FaultProxy::Request &request : seen) {
            QVERIFY(request.hasAuthorization);
            QCOMPARE(request.status, status);
            QVERIFY(request.path != "/notes"); // our own requests have a query, or another path
        }
        QCOMPARE(replica.pendingCount(), 1);
        QVERIFY(proxy().clear());
        QVERIFY(replica.deliver());
    }
    QCOMPARE(proxy().strayRequests().size(), 0);
    QCOMPARE(replica.retryCount(), 0);
    const QMap<QString, QString> expected{{QStringLiteral("notes 1"), QStringLiteral("v1")},
                                          {QStringLiteral("notes 3"), QStringLiteral("v1")}};
    QCOMPARE(m_server.titles(), expected);
    QCOMPARE(replica.titles(), expected);
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

// One record costs the server more time than the client has: to the client it looks like a server that is not there.
void TestPushFaults::whatTheServerCannotBearBlocksNobody()
{
    m_server.sql(QStringLiteral(R"sql(
        create function dwell() returns trigger language plpgsql as $$
        begin
            if new.id = 'n3' then
                perform pg_sleep(0.5);
                raise 'too slow';
            end if;
            return new;
        end $$;
        create trigger dwell before insert on notes for each row execute function dwell();
    )sql"));
    Options setup = options();
    setup.server.requestTimeout = 250ms;
    FaultedReplica replica(proxy(), setup);
    for (int i = 0; i < 12; ++i)
        QVERIFY(replica.write(QStringLiteral("n%1").arg(i), QStringLiteral("v1")));
    const QString dwelling = QStringLiteral("select count(*) from pg_stat_activity where wait_event = 'PgSleep'");
    for (int i = 0; i < 30 && replica.pendingCount() > 1; ++i) {
        replica.drain();
        replica.clock().advance(2min);
        QTRY_COMPARE(m_server.sql(dwelling), QStringLiteral("0")); // it holds the rows of its request
    }
    QCOMPARE(replica.pendingCount(), 1);
    QCOMPARE(replica.entries({EntryState::Pending}).constFirst().recordId, QStringLiteral("n3"));
    QCOMPARE(m_server.titles().size(), 11);
    QCOMPARE(replica.retryCount(), 0);
    QVERIFY(replica.write(QStringLiteral("late"), QStringLiteral("v1")));
    QCOMPARE(replica.drain().pushed, 1);

    m_server.sql(QStringLiteral("drop function dwell cascade"));
    QVERIFY(replica.deliver());
    QCOMPARE(m_server.titles().size(), 13);
    QCOMPARE(m_server.titles(), replica.titles());
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
        QCOMPARE(request.status, 401);

    *signIn.hasExpired = false;
    const SyncReport report = replica.drain();
    QCOMPARE(report.pushed, 50);
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(m_server.history().size(), 50);
    QCOMPARE(replica.authRequiredCount(), 1);
    QCOMPARE(replica.poisonPillCount(), 0);
    QTRY_VERIFY(replica->state() != SyncState::AuthRequired);
}

// A token that can be renewed is nobody's business.
void TestPushFaults::tokenEndsInTheMiddle()
{
    const SignIn signIn(m_server);
    Options setup = options();
    setup.server.tokenProvider = signIn.provider();
    setup.config.batchSize = 5;
    FaultedReplica replica(proxy(), setup);
    *signIn.isRenewable = true;
    *signIn.hasExpired = true;
    for (int i = 0; i < 20; ++i)
        QVERIFY(replica.write(QString::number(i), QStringLiteral("v1")));
    QCOMPARE(replica.drain().pushed, 20);
    QCOMPARE(*signIn.refreshes, 1);

    for (int i = 0; i < 20; ++i)
        QVERIFY(replica.patch(QString::number(i), QStringLiteral("v2")));
    const HttpFault expired = HttpFault::answerJson(401, R"({"code":"PGRST301","message":"JWT expired"})");
    QVERIFY(proxy().add(HttpFault(expired).from(isKit() ? 1 : 3).times(1)));
    const SyncReport report = replica.drain();
    QCOMPARE(report.pushed, 20);
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(*signIn.refreshes, 2);
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QCOMPARE(replica.authRequiredCount(), 0);
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
        setup.server.requestTimeout = 250ms;
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
