// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultproxy.h"
#include "serverstack.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cstdio>

using namespace Tideline;
using namespace std::chrono_literals;

// The proxy itself, in front of a real server. Most tests speak through a plain socket: a network manager sends a
// request again by itself when a connection breaks.
class TestFaultProxy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void passesOn();
    void keepsConnectionsAlive();
    void recordsRequests();
    void refusesAndAccepts();
    void refusesForAWhile();
    void resets_data();
    void resets();
    void hangs_data();
    void hangs();
    void dropsWhatItHolds();
    void drips_data();
    void drips();
    void cutsRequests_data();
    void cutsRequests();
    void cutsReplies_data();
    void cutsReplies();
    void dropsReplies();
    void duplicates_data();
    void duplicates();
    void replaysLater();
    void answersItself();
    void shortensBodies();
    void replacesHeaders();
    void redirects_data();
    void redirects();
    void neverEnds();
    void choosesRequests();
    void refusesNonsense();
    void endsWithItsOwner();

private:
    class Client
    {
    public:
        explicit Client(const FaultProxy &proxy)
        {
            QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [this] { received += socket.readAll(); });
            socket.connectToHost(QStringLiteral("127.0.0.1"), static_cast<quint16>(proxy.url().port()));
        }
        void ask(const QByteArray &method, const QByteArray &path, const QByteArray &body = {},
                 const QByteArray &header = {})
        {
            QByteArray request = method + ' ' + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header;
            if (!body.isEmpty())
                request +=
                    "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n";
            socket.write(request + "\r\n" + body);
        }
        // What comes until the connection ends.
        QByteArray all()
        {
            if (!QTest::qWaitFor([this] { return socket.state() == QAbstractSocket::UnconnectedState; }))
                qFatal("the connection did not end");
            return std::exchange(received, {});
        }
        // What comes until these bytes are there.
        QByteArray upTo(const QByteArray &mark)
        {
            const bool isWhole = QTest::qWaitFor([&] { return received.contains(mark); });
            return (isWhole ? "" : "NOT WHOLE: ") + std::exchange(received, {});
        }

        QByteArray received;
        QTcpSocket socket;
    };

    static QByteArray insertion(int id) { return "{\"id\": " + QByteArray::number(id) + ", \"name\": \"new\"}"; }
    QString sql(const QString &text) { return m_stack.runSql(text).output; }
    QString count() { return sql(QStringLiteral("select count(*) from things")); }

    ServerStack m_stack;
    std::unique_ptr<FaultProxy> m_proxy;
};

void TestFaultProxy::initTestCase()
{
    ServerStack::Options options;
    options.schema = QStringLiteral("create table things (id int primary key, name text)");
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    m_proxy = std::make_unique<FaultProxy>();
    QVERIFY2(m_proxy->start(m_stack.url()), qPrintable(m_proxy->error()));
}

void TestFaultProxy::init()
{
    QCOMPARE(sql(QStringLiteral("truncate things; insert into things values (1, 'one'), (2, 'two')")), QString());
    QVERIFY(m_proxy->clear());
    QVERIFY(m_proxy->accept());
    m_proxy->forget();
}

void TestFaultProxy::passesOn()
{
    const auto ask = [](const QUrl &root) {
        QNetworkAccessManager network;
        QUrl url = root;
        url.setPath(QStringLiteral("/things"));
        url.setQuery(QStringLiteral("order=id"));
        QNetworkRequest request(url);
        request.setRawHeader("Prefer", "count=exact");
        const std::unique_ptr<QNetworkReply> reply(network.get(request));
        if (!QTest::qWaitFor([&] { return reply->isFinished(); }))
            qFatal("no reply");
        QMap<QByteArray, QByteArray> answer{{"body", reply->readAll()}, {"error", reply->errorString().toUtf8()}};
        for (const auto &[name, value] : reply->rawHeaderPairs())
            answer.insert(name.toLower(), value);
        answer.remove("date");
        answer.remove("connection");
        return answer;
    };
    const auto direct = ask(m_stack.url());
    QVERIFY(direct.contains("content-range"));
    QCOMPARE(ask(m_proxy->url()), direct);
}

void TestFaultProxy::keepsConnectionsAlive()
{
    Client client(*m_proxy);
    for (int i = 3; i < 8; ++i) {
        client.ask("POST", "/things", insertion(i), "Prefer: return=representation\r\n");
        const QByteArray reply = client.upTo("}]");
        QVERIFY2(reply.startsWith("HTTP/1.1 201 "), reply.constData());
    }
    QCOMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
    QCOMPARE(count(), QStringLiteral("7"));
}

void TestFaultProxy::recordsRequests()
{
    Client client(*m_proxy);
    const QSignalSpy arrived(m_proxy.get(), &FaultProxy::requestArrived);
    const QString token = m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}});
    client.ask("PATCH", "/things?id=eq.1", "{\"name\": \"ünï\"}",
               "Authorization: Bearer " + token.toLatin1() + "\r\nPrefer: return=representation\r\n");
    QVERIFY(client.upTo("}]").contains("ünï"));
    client.ask("GET", "/nothing");
    client.upTo("}");
    const QList<FaultProxy::Request> requests = m_proxy->requests();
    QCOMPARE(requests.size(), 2);
    QCOMPARE(arrived.size(), 2);
    const FaultProxy::Request &first = requests.constFirst();
    QCOMPARE(first.ordinal, arrived.constFirst().constFirst().toInt());
    QCOMPARE(first.method, QByteArray("PATCH"));
    QCOMPARE(first.path, QByteArray("/things?id=eq.1"));
    QCOMPARE(first.headers.value("prefer"), QByteArray("return=representation"));
    QVERIFY(first.hasAuthorization);
    QVERIFY(!first.headers.values().join().contains(token.toLatin1()));
    QCOMPARE(first.body, QByteArray("{\"name\": \"ünï\"}"));
    QCOMPARE(first.fault, QStringLiteral("pass"));
    QVERIFY(first.isDone);
    QCOMPARE(first.serverStatuses, QList<int>{200});
    QCOMPARE(first.status, 200);
    QCOMPARE(requests.constLast().ordinal, first.ordinal + 1);
    QVERIFY(!requests.constLast().hasAuthorization);
    QCOMPARE(requests.constLast().status, 404);
    m_proxy->forget();
    QVERIFY(m_proxy->requests().isEmpty());
}

void TestFaultProxy::refusesAndAccepts()
{
    Client before(*m_proxy);
    before.ask("GET", "/things");
    before.upTo("]");
    QVERIFY(m_proxy->refuse());
    before.all(); // the open connection ends
    Client refused(*m_proxy);
    refused.all();
    QCOMPARE(refused.socket.error(), QAbstractSocket::ConnectionRefusedError);
    QVERIFY(m_proxy->accept());
    Client after(*m_proxy);
    after.ask("GET", "/things");
    QVERIFY(after.upTo("]").contains(" 200 "));
}

void TestFaultProxy::refusesForAWhile()
{
    QVERIFY(m_proxy->add(HttpFault::refuse(300ms).times(1)));
    Client first(*m_proxy);
    first.ask("POST", "/things", insertion(3));
    QCOMPARE(first.all(), QByteArray());
    Client refused(*m_proxy);
    refused.all();
    QCOMPARE(refused.socket.error(), QAbstractSocket::ConnectionRefusedError);
    QTRY_VERIFY([&] {
        Client again(*m_proxy);
        return again.socket.waitForConnected(100);
    }());
    QCOMPARE(count(), QStringLiteral("2"));
}

void TestFaultProxy::resets_data()
{
    QTest::addColumn<HttpFault::ResetAt>("at");
    QTest::newRow("connection") << HttpFault::ResetAt::Connection;
    QTest::newRow("head") << HttpFault::ResetAt::Head;
    QTest::newRow("request") << HttpFault::ResetAt::Request;
}

void TestFaultProxy::resets()
{
    QFETCH(HttpFault::ResetAt, at);
    QVERIFY(m_proxy->add(HttpFault::reset(at).times(1)));
    Client client(*m_proxy);
    client.ask("POST", "/things", insertion(3));
    QCOMPARE(client.all(), QByteArray());
    QCOMPARE(client.socket.error(), QAbstractSocket::RemoteHostClosedError);
    QCOMPARE(count(), QStringLiteral("2"));
    const QList<FaultProxy::Request> requests = m_proxy->requests();
    QCOMPARE(requests.size(), at == HttpFault::ResetAt::Connection ? 0 : 1);
    for (const FaultProxy::Request &request : requests) {
        QCOMPARE(request.body.isEmpty(), at == HttpFault::ResetAt::Head);
        QCOMPARE(request.serverStatuses, QList<int>());
        QCOMPARE(request.status, 0);
        QVERIFY(request.isDone);
    }
    Client next(*m_proxy);
    next.ask("POST", "/things", insertion(3));
    QVERIFY(next.upTo("\r\n\r\n").contains(" 201 "));
}

void TestFaultProxy::hangs_data()
{
    QTest::addColumn<HttpFault::HangAt>("at");
    QTest::newRow("request") << HttpFault::HangAt::Request;
    QTest::newRow("reply") << HttpFault::HangAt::Reply;
}

void TestFaultProxy::hangs()
{
    QFETCH(HttpFault::HangAt, at);
    QVERIFY(m_proxy->add(HttpFault::hang(at).on(QStringLiteral("POST"))));
    QSignalSpy held(m_proxy.get(), &FaultProxy::requestHeld);
    Client client(*m_proxy);
    client.ask("POST", "/things", insertion(3));
    QVERIFY(held.wait());
    const FaultProxy::Request request = m_proxy->requests().constFirst();
    QVERIFY(request.isHeld && !request.isDone);
    QCOMPARE(count(), at == HttpFault::HangAt::Reply ? QStringLiteral("3") : QStringLiteral("2"));
    Client other(*m_proxy); // others go on
    other.ask("GET", "/things");
    QVERIFY(other.upTo("]").contains(" 200 "));
    QCOMPARE(client.received, QByteArray());
    QVERIFY(m_proxy->release());
    QVERIFY(client.upTo("\r\n\r\n").contains(" 201 "));
    QCOMPARE(count(), QStringLiteral("3"));
    QVERIFY(m_proxy->requests().constFirst().isDone);
}

void TestFaultProxy::dropsWhatItHolds()
{
    QVERIFY(m_proxy->add(HttpFault::hang()));
    QSignalSpy held(m_proxy.get(), &FaultProxy::requestHeld);
    Client client(*m_proxy);
    client.ask("POST", "/things", insertion(3));
    QVERIFY(held.wait());
    QVERIFY(m_proxy->clear());
    QVERIFY(m_proxy->release());
    Client other(*m_proxy);
    other.ask("GET", "/things");
    QVERIFY(other.upTo("]").contains(" 200 "));
    QCOMPARE(client.received, QByteArray());
    QCOMPARE(count(), QStringLiteral("2"));
}

void TestFaultProxy::drips_data()
{
    QTest::addColumn<HttpFault::Towards>("towards");
    QTest::newRow("server") << HttpFault::Towards::Server;
    QTest::newRow("client") << HttpFault::Towards::Client;
}

void TestFaultProxy::drips()
{
    QFETCH(HttpFault::Towards, towards);
    QVERIFY(m_proxy->add(HttpFault::drip(towards, 40, 20ms).times(1)));
    Client client(*m_proxy);
    QElapsedTimer time;
    time.start();
    client.ask("POST", "/things", insertion(3), "Prefer: return=representation\r\n");
    const QByteArray reply = client.upTo("\"new\"}]");
    QVERIFY2(reply.startsWith("HTTP/1.1 201 "), reply.constData());
    // Both request and reply have more than 120 bytes: three pauses.
    QVERIFY2(time.elapsed() >= 60, qPrintable(QString::number(time.elapsed())));
    QCOMPARE(count(), QStringLiteral("3"));
    client.ask("GET", "/things"); // and at full speed again
    QVERIFY(client.upTo("]").contains(" 200 "));
    QVERIFY(m_proxy->add(HttpFault::throttle(towards, 4000)));
    client.ask("GET", "/things");
    QVERIFY(client.upTo("]").contains(" 200 "));
}

void TestFaultProxy::cutsRequests_data()
{
    QTest::addColumn<int>("beforeEnd");
    QTest::addColumn<HttpFault::Ending>("ending");
    for (const int bytes : {1, 2, 10, 60, 1000}) {
        QTest::addRow("%d before its end, closed", bytes) << bytes << HttpFault::Ending::Close;
        QTest::addRow("%d before its end, reset", bytes) << bytes << HttpFault::Ending::Reset;
    }
}

void TestFaultProxy::cutsRequests()
{
    QFETCH(int, beforeEnd);
    QFETCH(HttpFault::Ending, ending);
    // As long as what goes to the server: the head has "Connection: close" more than what the client sent.
    const QByteArray body = insertion(3);
    const qsizetype size = QByteArray("POST /things HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                      "Content-Length: 26\r\nConnection: close\r\n\r\n")
                               .size()
                           + body.size();
    const int at = static_cast<int>(std::max<qsizetype>(0, size - beforeEnd));
    QVERIFY(m_proxy->add(HttpFault::cutRequest(at, ending).times(1)));
    Client client(*m_proxy);
    client.ask("POST", "/things", body);
    QCOMPARE(client.all(), QByteArray());
    QCOMPARE(m_proxy->requests().constFirst().serverStatuses, QList<int>());
    QCOMPARE(count(), QStringLiteral("2"));
    // Behind its end nothing is cut.
    QVERIFY(m_proxy->add(HttpFault::cutRequest(static_cast<int>(size) + 1, ending)));
    Client next(*m_proxy);
    next.ask("POST", "/things", body);
    QVERIFY(next.upTo("\r\n\r\n").contains(" 201 "));
}

void TestFaultProxy::cutsReplies_data()
{
    QTest::addColumn<int>("at");
    for (const int at : {0, 1, 15, 80, 200})
        QTest::addRow("%d", at) << at;
}

void TestFaultProxy::cutsReplies()
{
    QFETCH(int, at);
    for (const HttpFault::Ending ending : {HttpFault::Ending::Close, HttpFault::Ending::Reset}) {
        QVERIFY(m_proxy->clear());
        QVERIFY(m_proxy->add(HttpFault::cutReply(at, ending)));
        Client client(*m_proxy);
        client.ask("PATCH", "/things?id=eq.1", "{\"name\": \"changed\"}", "Prefer: return=representation\r\n");
        const QByteArray received = client.all();
        QCOMPARE(received, QByteArray("HTTP/1.1 200 OK\r\n" + received.mid(17)).left(received.size()));
        if (ending == HttpFault::Ending::Close) // a reset may overtake what was sent
            QCOMPARE(received.size(), at);
        QCOMPARE(m_proxy->requests().constLast().serverStatuses, QList<int>{200});
    }
    QCOMPARE(sql(QStringLiteral("select name from things where id = 1")), QStringLiteral("changed"));
}

void TestFaultProxy::dropsReplies()
{
    QVERIFY(m_proxy->add(HttpFault::dropReply().times(1)));
    Client client(*m_proxy);
    client.ask("POST", "/things", insertion(3));
    QCOMPARE(client.all(), QByteArray());
    QCOMPARE(count(), QStringLiteral("3"));
    const FaultProxy::Request request = m_proxy->requests().constFirst();
    QCOMPARE(request.serverStatuses, QList<int>{201});
    QCOMPARE(request.status, 0);
}

void TestFaultProxy::duplicates_data()
{
    QTest::addColumn<HttpFault::Answer>("answer");
    QTest::addColumn<int>("status");
    QTest::newRow("first answer") << HttpFault::Answer::First << 201;
    QTest::newRow("second answer") << HttpFault::Answer::Second << 409;
}

void TestFaultProxy::duplicates()
{
    QFETCH(HttpFault::Answer, answer);
    QFETCH(int, status);
    QVERIFY(m_proxy->add(HttpFault::duplicate(answer)));
    Client client(*m_proxy);
    client.ask("POST", "/things", insertion(3));
    QVERIFY(client.upTo("\r\n\r\n").contains(' ' + QByteArray::number(status) + ' '));
    const FaultProxy::Request request = m_proxy->requests().constFirst();
    QCOMPARE(request.serverStatuses, (QList<int>{201, 409}));
    QCOMPARE(request.status, status);
}

void TestFaultProxy::replaysLater()
{
    QVERIFY(m_proxy->add(HttpFault::replayLater().times(1)));
    Client client(*m_proxy);
    client.ask("PATCH", "/things?id=eq.1", "{\"name\": \"older\"}");
    QVERIFY(client.upTo("\r\n\r\n").contains(" 204 "));
    client.ask("PATCH", "/things?id=eq.1", "{\"name\": \"newer\"}");
    QVERIFY(client.upTo("\r\n\r\n").contains(" 204 "));
    QCOMPARE(sql(QStringLiteral("select name from things where id = 1")), QStringLiteral("newer"));
    QVERIFY(m_proxy->release());
    QTRY_COMPARE(m_proxy->requests().constFirst().serverStatuses, (QList<int>{204, 204}));
    QCOMPARE(sql(QStringLiteral("select name from things where id = 1")), QStringLiteral("older"));
}

void TestFaultProxy::answersItself()
{
    QVERIFY(m_proxy->add(
        HttpFault::answerJson(503, "{\"code\": null}", {{QStringLiteral("Retry-After"), QStringLiteral("7")}})
            .times(1)));
    QVERIFY(m_proxy->add(HttpFault::captivePortal()));
    Client client(*m_proxy);
    client.ask("POST", "/things", insertion(3));
    const QByteArray refusal = client.upTo("null}");
    QVERIFY2(refusal.startsWith("HTTP/1.1 503 "), refusal.constData());
    QVERIFY2(refusal.contains("\r\nRetry-After: 7\r\n"), refusal.constData());
    QVERIFY2(refusal.contains("\r\nContent-Type: application/json\r\n"), refusal.constData());
    client.ask("GET", "/things");
    const QByteArray page = client.upTo("network.");
    QVERIFY2(page.startsWith("HTTP/1.1 200 ") && page.contains("text/html"), page.constData());
    QCOMPARE(count(), QStringLiteral("2"));
    for (const FaultProxy::Request &request : m_proxy->requests())
        QCOMPARE(request.serverStatuses, QList<int>());
}

void TestFaultProxy::shortensBodies()
{
    QVERIFY(m_proxy->add(HttpFault::shortenBody(9)));
    QNetworkAccessManager network;
    QUrl url = m_proxy->url();
    url.setPath(QStringLiteral("/things"));
    const std::unique_ptr<QNetworkReply> reply(network.get(QNetworkRequest(url)));
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(reply->error(), QNetworkReply::NoError);
    QCOMPARE(reply->readAll(), QByteArray("[{\"id\":1,"));
    QVERIFY(reply->rawHeader("Content-Type").startsWith("application/json"));
}

void TestFaultProxy::replacesHeaders()
{
    QVERIFY(m_proxy->add(HttpFault::replaceHeaders({{QStringLiteral("Content-Type"), QStringLiteral("text/plain")}})));
    Client client(*m_proxy);
    client.ask("GET", "/things");
    const QByteArray reply = client.upTo("}]");
    QVERIFY(reply.contains("text/plain") && !reply.contains("application/json"));
    QCOMPARE(m_proxy->requests().constFirst().serverStatuses, QList<int>{200});
}

void TestFaultProxy::redirects_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("host");
    QTest::addColumn<QByteArray>("method");
    for (const int status : {301, 302, 303, 307, 308}) {
        const QByteArray method = status < 307 ? "GET" : "POST";
        QTest::addRow("%d", status) << status << QStringLiteral("127.0.0.1") << method;
        QTest::addRow("%d to another host", status) << status << QStringLiteral("localhost") << method;
    }
}

// A client that follows is recorded: else no test could tell that one does not.
void TestFaultProxy::redirects()
{
    QFETCH(int, status);
    QFETCH(QString, host);
    QUrl target = m_proxy->strayUrl(host);
    target.setPath(QStringLiteral("/things"));
    QVERIFY(m_proxy->add(HttpFault::redirect(status, target)));
    QNetworkAccessManager network;
    QUrl url = m_proxy->url();
    url.setPath(QStringLiteral("/things"));
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::NoLessSafeRedirectPolicy);
    request.setRawHeader("Authorization", "Bearer secret");
    request.setRawHeader("Content-Type", "application/json");
    const std::unique_ptr<QNetworkReply> reply(network.post(request, insertion(3)));
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(m_proxy->requests().constFirst().status, status);
    const QList<FaultProxy::Request> strays = m_proxy->strayRequests();
    QCOMPARE(strays.size(), 1);
    QTEST(strays.constFirst().method, "method");
    QCOMPARE(strays.constFirst().path, QByteArray("/things"));
    QVERIFY(strays.constFirst().hasAuthorization);
    QCOMPARE(count(), QStringLiteral("2"));
}

void TestFaultProxy::neverEnds()
{
    QVERIFY(m_proxy->add(HttpFault::endless().times(1)));
    QVERIFY(m_proxy->add(HttpFault::endlessDrip(1, 1ms)));
    for (const qint64 bytes : {5000000, 10}) {
        Client client(*m_proxy);
        client.ask("GET", "/things");
        QByteArray received = client.upTo("\r\n\r\n");
        QVERIFY2(received.startsWith("HTTP/1.1 200 "), received.constData());
        qint64 size = 0;
        QTRY_VERIFY((size += std::exchange(client.received, {}).size()) > bytes);
    }
    Client next(*m_proxy); // it has not lost itself in what nobody reads any more
    QVERIFY(m_proxy->clear());
    next.ask("GET", "/things");
    QVERIFY(next.upTo("]").contains(" 200 "));
}

void TestFaultProxy::choosesRequests()
{
    const auto statuses = [&](const QList<QByteArray> &requests) {
        QList<int> received;
        for (const QByteArray &request : requests) {
            const QList<QByteArray> words = request.split(' ');
            Client client(*m_proxy);
            client.ask(words.at(0), words.at(1), {}, "Connection: close\r\n");
            received.append(client.all().mid(9, 3).toInt());
        }
        return received;
    };
    const QList<QByteArray> six(6, "GET /things?limit=0");
    const HttpFault fault = HttpFault::answerJson(418, "[]");
    QVERIFY(m_proxy->add(HttpFault(fault).from(2).every(2).times(2)));
    QCOMPARE(statuses(six), (QList<int>{200, 418, 200, 418, 200, 200}));
    QVERIFY(m_proxy->clear());
    QVERIFY(m_proxy->add(HttpFault(fault).on(QStringLiteral("GET"), QStringLiteral("^/things\\?id=eq.1$"))));
    QCOMPARE(statuses({"GET /things?limit=0", "GET /things?id=eq.1", "DELETE /things?id=eq.1"}),
             (QList<int>{200, 418, 204}));
    QVERIFY(m_proxy->clear());
    const int last = m_proxy->requests().constLast().ordinal;
    QVERIFY(m_proxy->add(HttpFault(fault).ordinal(last + 3)));
    QVERIFY(m_proxy->add(HttpFault(fault).ordinal(last + 5)));
    QCOMPARE(statuses(six), (QList<int>{200, 200, 418, 200, 418, 200}));
    QVERIFY(m_proxy->clear());
    QVERIFY(m_proxy->add(HttpFault(fault).during(200ms)));
    QCOMPARE(statuses({six.constFirst()}), QList<int>{418});
    QTRY_COMPARE(statuses({six.constFirst()}), QList<int>{200});
}

void TestFaultProxy::refusesNonsense()
{
    QVERIFY(!m_proxy->add(HttpFault::dropReply().on(QStringLiteral("GET"), QStringLiteral("("))));
    QVERIFY(!m_proxy->error().isEmpty());
    QVERIFY(m_proxy->clear());
    QVERIFY(m_proxy->error().isEmpty());
}

void TestFaultProxy::endsWithItsOwner()
{
    QProcess owner;
    owner.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--own-a-proxy"), m_stack.url().toString()});
    QTRY_VERIFY(owner.canReadLine());
    const auto port = static_cast<quint16>(owner.readLine().trimmed().toInt());
    QTcpSocket open;
    open.connectToHost(QStringLiteral("127.0.0.1"), port);
    QVERIFY(open.waitForConnected());
    owner.kill(); // SIGKILL: nobody tidies up
    QVERIFY(owner.waitForFinished());
    QTRY_COMPARE(open.state(), QAbstractSocket::UnconnectedState);
    QTcpSocket closed;
    closed.connectToHost(QStringLiteral("127.0.0.1"), port);
    QVERIFY(!closed.waitForConnected());
    QCOMPARE(closed.error(), QAbstractSocket::ConnectionRefusedError);
}

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    if (app.arguments().value(1) == QLatin1String("--own-a-proxy")) {
        FaultProxy proxy;
        if (!proxy.start(QUrl(app.arguments().value(2))))
            return 1;
        std::printf("%d\n", proxy.url().port());
        std::fflush(stdout);
        return QCoreApplication::exec();
    }
    TestFaultProxy test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_faultproxy.moc"
