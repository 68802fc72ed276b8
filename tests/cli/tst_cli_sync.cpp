// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clirunner.h"
#include "serverstack.h"

#include <QtTest/QTest>

#include <algorithm>
#include <csignal>

using namespace Tideline;

namespace {

const QString schema = QStringLiteral(R"(
    create function touch() returns trigger language plpgsql as
        $$begin new.updated_at = clock_timestamp(); return new; end$$;
    create table tasks (id text primary key, title text not null, amount numeric, priority int check (priority >= 0),
                        updated_at timestamptz not null default now());
    create trigger touch before insert or update on tasks for each row execute function touch();
)");

QStringList words(const char *text)
{
    return QString::fromUtf8(text).split(QLatin1Char(' '));
}

int number(const CliResult &result, const char *key)
{
    return result.document().value(QString::fromLatin1(key)).toInt();
}

} // namespace

// The executable against a real PostgREST.
class TestCliSync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void makesTablesAndPulls();
    void worksOfflineAndDrainsLater();
    void waitsForTheServer();
    void settlesAConflictByTheLastWrite();
    void leavesAConflictToAPerson_data();
    void leavesAConflictToAPerson();
    void keepsDeadLettersUntilTheyAreRepaired();
    void discardsAndReverts();
    void printsEventsAndMasksThem();
    void watchDrainsWritesOfOtherProcesses();
    void watchEndsAtALogout();
    void watchEndsWithItsTime();
    void asksForTheTokenAgain();
    void stopsAtRefusedTokens();
    void logsOutWhenSynced();

private:
    void connectTo(CliRunner &cli, QVariantMap keys = {});
    void startReplica(CliRunner &cli, const QVariantMap &keys = {});
    QString server(const QString &query);
    bool changeOnServer(const QString &sql);

    ServerStack m_stack;
};

void TestCliSync::initTestCase()
{
    ServerStack::Options options;
    options.maxRows = 100;
    options.schema = schema;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
}

void TestCliSync::init()
{
    QVERIFY(changeOnServer(QStringLiteral("truncate tasks; insert into tasks(id, title, amount) values "
                                          "('1', 'one', 1.50), ('2', 'two', 12345678901234567890.12)")));
}

void TestCliSync::connectTo(CliRunner &cli, QVariantMap keys)
{
    if (!keys.contains(QStringLiteral("url")))
        keys.insert(QStringLiteral("url"), m_stack.url().toString());
    if (!keys.contains(QStringLiteral("backoffBase")))
        keys.insert(QStringLiteral("backoffBase"), QStringLiteral("100ms"));
    keys.insert(QStringLiteral("overlap"), QStringLiteral("1s"));
    cli.configure(keys);
}

void TestCliSync::startReplica(CliRunner &cli, const QVariantMap &keys)
{
    connectTo(cli, keys);
    const CliResult made = cli.json(words("init"));
    QVERIFY2(made.exitCode == 0, made.err.constData());
    const CliResult pulled = cli.json(words("pull"));
    QVERIFY2(pulled.exitCode == 0, pulled.err.constData());
}

QString TestCliSync::server(const QString &query)
{
    return m_stack.runSql(query).output.trimmed();
}

bool TestCliSync::changeOnServer(const QString &sql)
{
    const ServerStack::SqlResult result = m_stack.runSql(sql);
    if (!result.ok)
        qInfo("%s", qPrintable(result.output));
    return result.ok;
}

void TestCliSync::makesTablesAndPulls()
{
    QVERIFY(changeOnServer(
        QStringLiteral("insert into tasks(id, title) select 'n' || g, 'x' from generate_series(1, 250) g")));
    CliRunner cli;
    connectTo(cli);
    const CliResult made = cli.json(words("init"));
    QVERIFY2(made.exitCode == 0, made.err.constData());
    QCOMPARE(made.list("created"), QVariantList{QStringLiteral("tasks")});
    QCOMPARE(cli.json(words("init")).list("created"), QVariantList());

    const CliResult pulled = cli.json(words("pull tasks"));
    QVERIFY2(pulled.exitCode == 0, pulled.err.constData());
    QCOMPARE(number(pulled, "pulled"), 252);
    QCOMPARE(QStringList(pulled.document().keys()),
             words("conflicts dead deleted errors ms pulled pushed quarantined requests retrying schema superseded"));
    QVERIFY(cli.run(words("get tasks 2")).out.contains("12345678901234567890.12"));
    QVERIFY(cli.run(words("get tasks 1")).out.contains("1.50"));
    QCOMPARE(number(cli.json(words("pull")), "pulled"), 0);
    QCOMPARE(cli.json(words("status")).exitCode, 0);
    QVERIFY(!cli.json(words("cursors"))
                 .list("cursors")
                 .constFirst()
                 .toMap()
                 .value(QStringLiteral("cursor"))
                 .toString()
                 .isEmpty());
    QCOMPARE(cli.json(words("pull nowhere")).exitCode, 2);
    QVERIFY(cli.run(words("pull --verbose")).out.startsWith("Pushed 0"));
}

void TestCliSync::worksOfflineAndDrainsLater()
{
    CliRunner cli;
    startReplica(cli);
    QVERIFY(m_stack.pauseRest());
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"first\"}")).exitCode, 0);
    QCOMPARE(cli.run(words("write tasks 3 {\"title\":\"three\",\"amount\":12345678901234567890.5}")).exitCode, 0);
    QCOMPARE(cli.run(words("remove tasks 2")).exitCode, 0);
    for (int i = 0; i < 6; ++i)
        QCOMPARE(cli.run(words("drain --now")).exitCode, 1);
    const QVariantList waiting = cli.json(words("queue")).list("entries");
    QCOMPARE(waiting.size(), 3);
    for (const QVariant &entry : waiting)
        QCOMPARE(entry.toMap().value(QStringLiteral("retryCount")).toInt(), 0);

    QVERIFY(m_stack.resumeRest());
    const CliResult drained = cli.json(words("drain --now"));
    QVERIFY2(drained.exitCode == 0, drained.out + drained.err);
    QCOMPARE(number(drained, "pushed"), 3);
    QCOMPARE(server(QStringLiteral(
                 "select string_agg(id || title || coalesce(amount::text, ''), ' ' order by id) from tasks")),
             QStringLiteral("1first1.50 3three12345678901234567890.5"));
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 0);
    QCOMPARE(number(cli.json(words("sync")), "pulled"), 0);
}

void TestCliSync::waitsForTheServer()
{
    CliRunner cli;
    startReplica(cli);
    QVERIFY(m_stack.pauseRest());
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"late\"}")).exitCode, 0);
    QCOMPARE(cli.run(words("drain --wait 300ms")).exitCode, 1);
    const std::unique_ptr<QProcess> drain = cli.start(words("drain --wait 60s --json --events"));
    QVERIFY(QTest::qWaitFor([&] { return drain->canReadLine(); }, 30'000)); // the first failure
    QVERIFY(m_stack.resumeRest());
    QVERIFY(drain->waitForFinished(60'000));
    QCOMPARE(drain->exitCode(), 0);
    QCOMPARE(server(QStringLiteral("select title from tasks where id = '1'")), QStringLiteral("late"));
}

void TestCliSync::settlesAConflictByTheLastWrite()
{
    CliRunner cli;
    startReplica(cli);
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"mine\"}")).exitCode, 0);
    QVERIFY(changeOnServer(QStringLiteral("update tasks set title = 'theirs' where id = '1'")));
    const CliResult synced = cli.json(words("sync"));
    QVERIFY2(synced.exitCode == 0, synced.out + synced.err);
    QCOMPARE(number(synced, "conflicts"), 1);
    const QVariantList conflicts = cli.json(words("conflicts")).list("conflicts");
    QCOMPARE(conflicts.size(), 1);
    const QVariantMap conflict = conflicts.constFirst().toMap();
    QCOMPARE(QStringList(conflict.keys()), words("at base id local recordId remote resolved state strategy table"));
    QCOMPARE(conflict.value(QStringLiteral("state")).toString(), QStringLiteral("resolved"));
    QCOMPARE(conflict.value(QStringLiteral("remote")).toMap().value(QStringLiteral("title")).toString(),
             QStringLiteral("theirs"));
    QCOMPARE(conflict.value(QStringLiteral("local")).toMap().value(QStringLiteral("title")).toString(),
             QStringLiteral("mine"));
    // The server's is newer. The loser can be had back.
    QCOMPARE(cli.run(words("get tasks 1")).document().value(QStringLiteral("title")).toString(),
             QStringLiteral("theirs"));
    const QString id = conflict.value(QStringLiteral("id")).toString();
    QCOMPARE(cli.run({QStringLiteral("resolve"), id, QStringLiteral("local")}).exitCode, 0);
    QCOMPARE(cli.run(words("sync")).exitCode, 0);
    QCOMPARE(server(QStringLiteral("select title from tasks where id = '1'")), QStringLiteral("mine"));
}

void TestCliSync::leavesAConflictToAPerson_data()
{
    QTest::addColumn<QString>("choice");
    QTest::addColumn<QString>("title");
    QTest::newRow("local") << "local"
                           << "mine";
    QTest::newRow("remote") << "remote"
                            << "theirs";
    QTest::newRow("both") << "{\"id\":\"1\",\"title\":\"ours\",\"amount\":2}"
                          << "ours";
}

void TestCliSync::leavesAConflictToAPerson()
{
    QFETCH(QString, choice);
    QFETCH(QString, title);
    CliRunner cli;
    startReplica(cli, {{QStringLiteral("conflictStrategy"), QStringLiteral("manual")}});
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"mine\"}")).exitCode, 0);
    QVERIFY(changeOnServer(QStringLiteral("update tasks set title = 'theirs' where id = '1'")));
    QCOMPARE(cli.run(words("sync")).exitCode, 1);
    const CliResult status = cli.json(words("status"));
    QCOMPARE(status.exitCode, 1);
    QCOMPARE(number(status, "conflicts"), 1);
    QCOMPARE(status.document().value(QStringLiteral("state")).toString(), QStringLiteral("stuck"));
    const QVariantMap conflict = cli.json(words("conflicts")).list("conflicts").value(0).toMap();
    QCOMPARE(conflict.value(QStringLiteral("state")).toString(), QStringLiteral("open"));
    const QString id = conflict.value(QStringLiteral("id")).toString();
    const CliResult resolved = cli.json({QStringLiteral("resolve"), id, choice});
    QVERIFY2(resolved.exitCode == 0, resolved.err.constData());
    const CliResult synced = cli.json(words("sync"));
    QVERIFY2(synced.exitCode == 0, synced.out + synced.err);
    QCOMPARE(server(QStringLiteral("select title from tasks where id = '1'")), title);
    QCOMPARE(cli.run(words("get tasks 1")).document().value(QStringLiteral("title")).toString(), title);
    QCOMPARE(cli.json(words("status")).exitCode, 0);
}

void TestCliSync::keepsDeadLettersUntilTheyAreRepaired()
{
    CliRunner cli;
    startReplica(cli);
    QCOMPARE(cli.run(words("patch tasks 1 {\"priority\":-1}")).exitCode, 0);
    QCOMPARE(cli.run(words("patch tasks 2 {\"title\":\"fine\"}")).exitCode, 0);
    const CliResult drained = cli.json(words("drain"));
    QCOMPARE(drained.exitCode, 1);
    QCOMPARE(number(drained, "pushed"), 1);
    QCOMPARE(number(drained, "dead"), 1);

    const QVariantList dead = cli.json(words("dead")).list("entries");
    QCOMPARE(dead.size(), 1);
    const QVariantMap entry = dead.constFirst().toMap();
    QVERIFY(entry.value(QStringLiteral("diedAt")).toString().endsWith(QLatin1Char('Z')));
    const QVariantMap attempt = entry.value(QStringLiteral("attempts")).toList().value(0).toMap();
    QCOMPARE(attempt.value(QStringLiteral("serverCode")).toString(), QStringLiteral("23514"));
    QCOMPARE(attempt.value(QStringLiteral("httpStatus")).toInt(), 400);
    QCOMPARE(entry.value(QStringLiteral("payload")).toMap().value(QStringLiteral("priority")).toInt(), -1);
    QVERIFY(cli.run(words("dead")).out.contains("23514"));
    QCOMPARE(number(cli.json(words("status")), "dead"), 1);

    const QString id = entry.value(QStringLiteral("id")).toString();
    const CliResult retried = cli.json({QStringLiteral("retry"), id});
    QVERIFY2(retried.exitCode == 0, retried.err.constData());
    QCOMPARE(number(retried, "retried"), 1);
    QCOMPARE(cli.run(words("drain")).exitCode, 1);
    QCOMPARE(cli.json(words("dead")).list("entries").value(0).toMap().value(QStringLiteral("attempts")).toList().size(),
             2);

    const CliResult edited = cli.json({QStringLiteral("edit"), id, QStringLiteral("{\"priority\":5}")});
    QVERIFY2(edited.exitCode == 0, edited.err.constData());
    QCOMPARE(cli.run(words("drain")).exitCode, 0);
    QCOMPARE(server(QStringLiteral("select priority from tasks where id = '1'")), QStringLiteral("5"));
    QCOMPARE(cli.json(words("dead")).list("entries").size(), 0);
}

void TestCliSync::discardsAndReverts()
{
    CliRunner cli;
    startReplica(cli);
    QCOMPARE(cli.run(words("patch tasks 1 {\"priority\":-1,\"title\":\"wrong\"}")).exitCode, 0);
    QCOMPARE(cli.run(words("patch tasks 2 {\"priority\":-2}")).exitCode, 0);
    QCOMPARE(cli.run(words("drain")).exitCode, 1);
    const QVariantList dead = cli.json(words("dead")).list("entries");
    QCOMPARE(dead.size(), 2);
    const auto id = [&](int i) { return dead.at(i).toMap().value(QStringLiteral("id")).toString(); };
    const CliResult reverted = cli.json({QStringLiteral("discard"), id(0), QStringLiteral("--revert")});
    QVERIFY2(reverted.exitCode == 0, reverted.err.constData());
    QCOMPARE(number(reverted, "discarded"), 1);
    QCOMPARE(cli.run(words("get tasks 1")).document().value(QStringLiteral("title")).toString(), QStringLiteral("one"));
    const CliResult discarded = cli.json({QStringLiteral("discard"), id(1)});
    QVERIFY2(discarded.exitCode == 0, discarded.err.constData());
    QCOMPARE(cli.run(words("get tasks 2")).document().value(QStringLiteral("priority")).toInt(), -2);
    QCOMPARE(cli.json(words("status")).exitCode, 0);
}

void TestCliSync::printsEventsAndMasksThem()
{
    CliRunner cli;
    startReplica(cli, {{QStringLiteral("sensitiveFields"), QStringList{QStringLiteral("title")}}});
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"confidential\",\"priority\":-1}")).exitCode, 0);
    const CliResult drained = cli.run(words("drain --events --json"));
    QCOMPARE(drained.exitCode, 1);
    QStringList names;
    for (const QVariantMap &line : drained.lines())
        names.append(line.value(QStringLiteral("event")).toString());
    QVERIFY2(names.contains(QStringLiteral("SyncPoisonPill")), drained.out.constData());
    QVERIFY(names.contains(QStringLiteral("SyncDrainComplete")));
    QCOMPARE(names.constLast(), QString()); // the document
    const CliResult log = cli.json(words("log"));
    QVERIFY(log.list("events").size() >= 2);
    const CliResult newest = cli.json(words("log --limit 1"));
    QCOMPARE(newest.list("events").value(0), log.list("events").constLast());
    for (const CliResult &result :
         {drained, log, cli.json(words("dead")), cli.run(words("dead")), cli.run(words("log"))}) {
        QVERIFY2(!result.out.contains("confidential"), result.out.constData());
        QVERIFY2(!result.err.contains("confidential"), result.err.constData());
    }
}

void TestCliSync::watchDrainsWritesOfOtherProcesses()
{
    CliRunner cli;
    startReplica(cli, {{QStringLiteral("pollInterval"), QStringLiteral("300ms")}});
    const std::unique_ptr<QProcess> watch = cli.start(words("watch --json --events"));
    QVERIFY(QTest::qWaitFor([&] { return watch->canReadLine(); }, 30'000)); // it has begun
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"watched\"}")).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server(QStringLiteral("select title from tasks where id = '1'")),
                              QStringLiteral("watched"), 20'000);
    QVERIFY(changeOnServer(QStringLiteral("update tasks set title = 'polled' where id = '2'")));
    QTRY_COMPARE_WITH_TIMEOUT(cli.run(words("get tasks 2")).document().value(QStringLiteral("title")).toString(),
                              QStringLiteral("polled"), 20'000);
    QCOMPARE(::kill(static_cast<pid_t>(watch->processId()), SIGTERM), 0);
    QVERIFY(watch->waitForFinished(20'000));
    QCOMPARE(watch->exitStatus(), QProcess::NormalExit);
    QCOMPARE(watch->exitCode(), 0);
    const CliResult result{watch->exitCode(), watch->readAllStandardOutput(), {}};
    QVERIFY(result.document().contains(QStringLiteral("state")));
}

void TestCliSync::watchEndsAtALogout()
{
    CliRunner cli;
    startReplica(cli);
    const std::unique_ptr<QProcess> watch = cli.start(words("watch --events"));
    QVERIFY(QTest::qWaitFor([&] { return watch->canReadLine(); }, 30'000)); // it has begun
    const CliResult logout = cli.run(words("logout --discard-unsynced"));
    QVERIFY2(logout.exitCode == 0, logout.err.constData());
    QVERIFY(watch->waitForFinished(20'000));
    QCOMPARE(watch->exitCode(), 2);
    QCOMPARE(cli.json(words("rows tasks")).list("rows").size(), 0);
}

void TestCliSync::watchEndsWithItsTime()
{
    CliRunner cli;
    startReplica(cli);
    QVERIFY(m_stack.pauseRest());
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"waiting\"}")).exitCode, 0);
    const CliResult watched = cli.run(words("watch --for 500ms"));
    QCOMPARE(watched.exitCode, 1);
    QVERIFY(m_stack.resumeRest());
}

void TestCliSync::asksForTheTokenAgain()
{
    CliRunner cli;
    const QString path = cli.path(QStringLiteral("token"));
    const auto setToken = [&](const QByteArray &token) {
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(token) == token.size();
    };
    QVERIFY(setToken(m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}}).toLatin1()));
    startReplica(cli, {{QStringLiteral("tokenFile"), QStringLiteral("token")}});
    connectTo(cli, {{QStringLiteral("tokenCommand"), QStringLiteral("cat \"%1\"").arg(path)}});
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"signed\"}")).exitCode, 0);
    const CliResult synced = cli.run(words("sync"));
    QVERIFY2(synced.exitCode == 0, synced.err.constData());
    QCOMPARE(server(QStringLiteral("select title from tasks where id = '1'")), QStringLiteral("signed"));
}

void TestCliSync::stopsAtRefusedTokens()
{
    CliRunner cli;
    startReplica(cli);
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"kept\"}")).exitCode, 0);
    for (const QVariantMap &keys : {QVariantMap{{QStringLiteral("token"), QStringLiteral("not.a.token")}},
                                    QVariantMap{{QStringLiteral("tokenCommand"), QStringLiteral("false")}}}) {
        connectTo(cli, keys);
        const CliResult drained = cli.run(words("drain --now --json --events"));
        QVERIFY2(drained.exitCode == 2, drained.out + drained.err);
        QVERIFY(!drained.err.contains("not.a.token"));
        const QList<QVariantMap> lines = drained.lines();
        QCOMPARE(std::count_if(lines.cbegin(), lines.cend(),
                               [](const QVariantMap &line) {
                                   return line.value(QStringLiteral("event")).toString()
                                          == QLatin1String("SyncAuthRequired");
                               }),
                 1);
        QCOMPARE(cli.json(words("status")).document().value(QStringLiteral("state")).toString(),
                 QStringLiteral("authRequired"));
    }
    const QVariantMap entry = cli.json(words("queue")).list("entries").value(0).toMap();
    QCOMPARE(entry.value(QStringLiteral("retryCount")).toInt(), 0);
    connectTo(cli);
    QCOMPARE(cli.run(words("drain --now")).exitCode, 0);
    QCOMPARE(server(QStringLiteral("select title from tasks where id = '1'")), QStringLiteral("kept"));
}

void TestCliSync::logsOutWhenSynced()
{
    CliRunner cli;
    startReplica(cli);
    QCOMPARE(cli.run(words("patch tasks 1 {\"title\":\"last\"}")).exitCode, 0);
    QCOMPARE(cli.run(words("logout")).exitCode, 2);
    QCOMPARE(cli.run(words("drain")).exitCode, 0);
    const CliResult done = cli.run(words("logout"));
    QVERIFY2(done.exitCode == 0, done.err.constData());
    QCOMPARE(done.document().value(QStringLiteral("unsynced")).toInt(), 0);
    QCOMPARE(done.document().value(QStringLiteral("wiped")).toBool(), true);
    QCOMPARE(cli.json(words("rows tasks")).list("rows").size(), 0);
    QCOMPARE(server(QStringLiteral("select count(*) from tasks")), QStringLiteral("2"));
}

QTEST_GUILESS_MAIN(TestCliSync)
#include "tst_cli_sync.moc"
