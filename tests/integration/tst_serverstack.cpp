// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "serverstack.h"

#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtTest/QTest>

using namespace Tideline;

class TestServerStack : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesSqlAndRest();
    void pausesAndResumesOnTheSamePort();
    void acceptsItsTokens();
    void leavesNothingRunning();
    void reportsBadSql();

private:
    struct Reply
    {
        int status = 0;
        QByteArray body;
    };
    Reply get(const ServerStack &stack, const QString &path, const QString &token = {});

    QNetworkAccessManager m_network;
};

TestServerStack::Reply TestServerStack::get(const ServerStack &stack, const QString &path, const QString &token)
{
    QUrl url = stack.url();
    url.setPath(path);
    QNetworkRequest request(url);
    if (!token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + token.toLatin1());
    const std::unique_ptr<QNetworkReply> reply(m_network.get(request));
    if (!QTest::qWaitFor([&] { return reply->isFinished(); }))
        return {};
    return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll()};
}

void TestServerStack::servesSqlAndRest()
{
    ServerStack stack;
    ServerStack::Options options;
    options.maxRows = 2;
    options.schema = QStringLiteral("create table things (id int primary key);"
                                    "insert into things select generate_series(1, 5);");
    QVERIFY2(stack.start(options), qPrintable(stack.error()));
    QCOMPARE(stack.runSql(QStringLiteral("select count(*) from things")).output, QStringLiteral("5"));
    const Reply reply = get(stack, QStringLiteral("/things"));
    QCOMPARE(reply.status, 200);
    QCOMPARE(reply.body.count("\"id\""), 2); // the page cap
}

void TestServerStack::pausesAndResumesOnTheSamePort()
{
    ServerStack stack;
    QVERIFY2(stack.start({}), qPrintable(stack.error()));
    QCOMPARE(get(stack, QStringLiteral("/")).status, 200);
    QVERIFY(stack.pauseRest());
    QCOMPARE(get(stack, QStringLiteral("/")).status, 0);
    QVERIFY(stack.resumeRest());
    QCOMPARE(get(stack, QStringLiteral("/")).status, 200);
}

void TestServerStack::acceptsItsTokens()
{
    ServerStack stack;
    QVERIFY2(stack.start({}), qPrintable(stack.error()));
    QVERIFY(stack
                .changeSchema(QStringLiteral("create function who() returns text language sql as "
                                             "$$select current_user::text$$;"))
                .ok);
    const QString token = stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}});
    QCOMPARE(get(stack, QStringLiteral("/rpc/who")).body, QByteArray("\"web_anon\""));
    QCOMPARE(get(stack, QStringLiteral("/rpc/who"), token).body, QByteArray("\"web_user\""));
    QCOMPARE(get(stack, QStringLiteral("/rpc/who"), token + QLatin1Char('x')).status, 401);
}

void TestServerStack::leavesNothingRunning()
{
    QString socket;
    QUrl url;
    {
        ServerStack stack;
        QVERIFY2(stack.start({}), qPrintable(stack.error()));
        socket = stack.socketDirectory() + QStringLiteral("/.s.PGSQL.5432");
        url = stack.url();
        QVERIFY(QFile::exists(socket));
    }
    QVERIFY(!QFile::exists(socket));
    const std::unique_ptr<QNetworkReply> reply(m_network.get(QNetworkRequest(url)));
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(reply->error(), QNetworkReply::ConnectionRefusedError);
}

void TestServerStack::reportsBadSql()
{
    ServerStack stack;
    QVERIFY2(stack.start({}), qPrintable(stack.error()));
    const ServerStack::SqlResult result = stack.runSql(QStringLiteral("select nonsense"));
    QVERIFY(!result.ok);
    QVERIFY2(result.output.contains(QLatin1String("nonsense")), qPrintable(result.output));
}

QTEST_GUILESS_MAIN(TestServerStack)
#include "tst_serverstack.moc"
