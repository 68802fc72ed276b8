// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clirunner.h"

#include <tideline/core/json.h>

#include <QtCore/QFile>
#include <QtTest/QTest>

using namespace Tideline;

namespace {

const QString tasks =
    QStringLiteral("CREATE TABLE tasks (id TEXT PRIMARY KEY, title TEXT, amount DECIMAL_TEXT, big INTEGER, "
                   "ssn TEXT, user_id TEXT, updated_at TEXT)");
const QString members = QStringLiteral("CREATE TABLE members (team TEXT, person INTEGER, role TEXT, updated_at TEXT, "
                                       "PRIMARY KEY (team, person))");

QStringList words(const char *text)
{
    return QString::fromUtf8(text).split(QLatin1Char(' '));
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString codeIn(const QVariantMap &answer)
{
    return answer.value(QStringLiteral("error")).toMap().value(QStringLiteral("code")).toString();
}

} // namespace

// The executable, with no server: everything that works offline, and everything that is refused.
class TestCli : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void helpAndVersionNeedNothing();
    void usageErrors_data();
    void usageErrors();
    void configurationErrors_data();
    void configurationErrors();
    void warnsOfAReadableToken();
    void leavesAGarbageDatabaseAlone();
    void leavesANewerDatabaseAlone();
    void makesThePrivateDatabase();
    void writesAndReads();
    void answersWithEntries();
    void refusesBadChanges_data();
    void refusesBadChanges();
    void takesCompositeIds();
    void takesIdsThatLookLikeOptions();
    void keepsEveryDigit();
    void keepsAnyText();
    void masksListings();
    void listsWithLimits();
    void streamsChanges();
    void streamsPatchesAndRemovals();
    void refusesLinesAndGoesOn();
    void streamsManyAroundARefusal();
    void survivesAKillAfterAnAnswer();
    void pushesWithoutALocalWrite();
    void refusesUnknownRepairs();
    void repairsDamagedEntries();
    void namesDependents();
    void tellsStatusOffline();
    void drainsOfflineCostNoRetry();
    void logsOut();
};

void TestCli::helpAndVersionNeedNothing()
{
    CliRunner cli;
    QVERIFY(QFile::remove(cli.path(QStringLiteral("sync.json"))));
    const CliResult help = cli.run(words("--help"));
    QCOMPARE(help.exitCode, 0);
    QVERIFY(help.out.contains("Examples:"));
    QVERIFY(cli.run(words("drain --help")).out.contains("--wait"));
    const CliResult version = cli.run(words("--version"));
    QCOMPARE(version.exitCode, 0);
    QVERIFY2(version.out.startsWith("tideline 0."), version.out.constData());
    QCOMPARE(cli.run(words("status")).exitCode, 64);
}

void TestCli::usageErrors_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no command") << QStringList();
    QTest::newRow("unknown command") << words("drian");
    QTest::newRow("unknown option") << words("status --colour");
    QTest::newRow("another command's option") << words("status --revert");
    QTest::newRow("arguments") << words("write tasks 1");
    QTest::newRow("no JSON") << words("write tasks 1 {title:1}");
    QTest::newRow("half JSON") << words("patch tasks 1 {\"title\":");
    QTest::newRow("no object") << words("write tasks 1 [1]");
    QTest::newRow("key twice") << words("write tasks 1 {\"title\":\"a\",\"title\":\"b\"}");
    QTest::newRow("retry nothing") << words("retry");
    QTest::newRow("retry both") << words("retry x --all");
    QTest::newRow("resolve") << words("resolve x neither");
    QTest::newRow("wait") << words("drain --wait soon");
    QTest::newRow("diagnose") << words("diagnose");
    QTest::newRow("bundle") << words("bundle out.zip");
}

void TestCli::usageErrors()
{
    QFETCH(QStringList, arguments);
    CliRunner cli;
    const CliResult result = cli.run(arguments);
    QCOMPARE(result.exitCode, 64);
    QVERIFY(result.err.startsWith("tideline: "));
    QVERIFY(!result.err.contains("{title"));
    if (!arguments.isEmpty())
        QCOMPARE(cli.json(arguments).document().value(QStringLiteral("code")).toString(), QStringLiteral("invalid"));
}

void TestCli::configurationErrors_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QByteArray>("word");
    const auto with = [](const QByteArray &key) {
        return QByteArray(R"({"database": "app.db", "url": "http://127.0.0.1:9", "tables": ["tasks"], )") + key + "}";
    };
    QTest::newRow("no JSON") << QByteArray("database = app.db") << QByteArray("line 1, column 1");
    QTest::newRow("unknown key") << with(R"("pagesize": 5)") << QByteArray("\"pageSize\"");
    QTest::newRow("bad value") << with(R"("pollInterval": "1 day")") << QByteArray("pollInterval");
    QTest::newRow("http elsewhere") << QByteArray(
        R"({"database": "app.db", "url": "http://example.org", "tables": ["t"]})")
                                    << QByteArray("https");
    QTest::newRow("capture") << QByteArray(
        R"({"database": "a", "url": "http://[::1]", "tables": [{"name": "t", "capture": true}]})")
                             << QByteArray("later version");
}

void TestCli::configurationErrors()
{
    QFETCH(QByteArray, config);
    QFETCH(QByteArray, word);
    CliRunner cli;
    cli.writeConfig(config);
    const CliResult result = cli.run(words("status"));
    QCOMPARE(result.exitCode, 64);
    QVERIFY2(result.err.contains(word), result.err.constData());
    QVERIFY(!QFile::exists(cli.databasePath()));
}

void TestCli::warnsOfAReadableToken()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    cli.configure({{QStringLiteral("token"), QStringLiteral("s3cret")}});
    QVERIFY(QFile::setPermissions(cli.path(QStringLiteral("sync.json")), QFile::ReadOwner | QFile::ReadOther));
    const CliResult result = cli.run(words("status"));
    QVERIFY2(result.err.contains("chmod 600"), result.err.constData());
    QVERIFY(!result.err.contains("s3cret"));
}

void TestCli::leavesAGarbageDatabaseAlone()
{
    CliRunner cli;
    const QByteArray garbage = QByteArray("this is no database, and long enough to be read as one\n").repeated(100);
    QFile file(cli.databasePath());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(garbage);
    file.close();
    for (const QStringList &arguments : {words("status"), words("queue"), words("write tasks 1 {}"), words("sync")}) {
        const CliResult result = cli.json(arguments);
        QCOMPARE(result.exitCode, 3);
        QCOMPARE(result.document().value(QStringLiteral("code")).toString(), QStringLiteral("localStore"));
    }
    QCOMPARE(contentOf(cli.databasePath()), garbage);
}

void TestCli::leavesANewerDatabaseAlone()
{
    CliRunner cli;
    QCOMPARE(cli.run(words("queue")).exitCode, 0);
    QVERIFY(cli.runSql({QStringLiteral("UPDATE tideline_meta SET value = 1000 WHERE name = 'schema_version'"),
                        QStringLiteral("PRAGMA wal_checkpoint(TRUNCATE)")}));
    const QByteArray before = contentOf(cli.databasePath());
    for (const QStringList &arguments :
         {words("status"), words("queue"), words("write tasks 1 {}"), words("sync"), words("logout")}) {
        const CliResult result = cli.json(arguments);
        QCOMPARE(result.exitCode, 3);
        QCOMPARE(result.document().value(QStringLiteral("code")).toString(), QStringLiteral("localStore"));
        QVERIFY2(result.err.contains("newer Tideline") && result.err.contains("Update this program"),
                 result.err.constData());
    }
    QCOMPARE(contentOf(cli.databasePath()), before);
}

void TestCli::makesThePrivateDatabase()
{
    CliRunner cli;
    QCOMPARE(cli.run(words("queue")).exitCode, 0);
    const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QVERIFY(QFile::exists(cli.databasePath()));
    QVERIFY(!(QFile::permissions(cli.databasePath()) & others));
}

void TestCli::writesAndReads()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QCOMPARE(cli.run(words("write tasks 1 {\"title\":\"a\"}")).exitCode, 0);
    QCOMPARE(cli.run(words("patch tasks 1 {\"ssn\":\"b\"}")).exitCode, 0);
    const CliResult row = cli.run(words("get tasks 1"));
    QCOMPARE(row.exitCode, 0);
    QCOMPARE(row.document().value(QStringLiteral("title")).toString(), QStringLiteral("a"));
    QCOMPARE(row.document().value(QStringLiteral("ssn")).toString(), QStringLiteral("b"));
    QVERIFY(!row.document().contains(QStringLiteral("schema")));
    QCOMPARE(cli.run(words("write tasks 2 {\"title\":\"b\"}")).exitCode, 0);
    QCOMPARE(cli.json(words("rows tasks")).list("rows").size(), 2);
    QCOMPARE(cli.run(words("rows tasks --limit 1")).lines().size(), 1);
    QCOMPARE(cli.run(words("remove tasks 1")).exitCode, 0);
    const CliResult gone = cli.run(words("get tasks 1"));
    QCOMPARE(gone.exitCode, 2);
    QCOMPARE(gone.out, QByteArray("null\n"));
    QCOMPARE(cli.run(words("get nowhere 1")).exitCode, 2);
}

void TestCli::answersWithEntries()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    const QVariantMap answer = cli.json(words("write tasks 1 {\"title\":\"a\"}")).document();
    QCOMPARE(answer.value(QStringLiteral("schema")).toInt(), 1);
    QCOMPARE(answer.value(QStringLiteral("ok")).toBool(), true);
    QCOMPARE(answer.value(QStringLiteral("table")).toString(), QStringLiteral("tasks"));
    QCOMPARE(answer.value(QStringLiteral("id")).toString(), QStringLiteral("1"));
    const CliResult queue = cli.json(words("queue"));
    QCOMPARE(queue.document().value(QStringLiteral("schema")).toInt(), 1);
    const QVariantMap entry = queue.list("entries").value(0).toMap();
    QCOMPARE(entry, answer.value(QStringLiteral("entry")).toMap());
    const QStringList keys = words(
        "base createdAt error heldBy id mergedInto nextRetryAt operation payload recordId retryCount seq state table");
    QCOMPARE(QStringList(entry.keys()), keys);
    QCOMPARE(entry.value(QStringLiteral("operation")).toString(), QStringLiteral("upsert"));
    QCOMPARE(entry.value(QStringLiteral("state")).toString(), QStringLiteral("pending"));
    QVERIFY(entry.value(QStringLiteral("createdAt")).toString().endsWith(QLatin1Char('Z')));
}

void TestCli::refusesBadChanges_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("code");
    QTest::newRow("NUL") << words("write tasks 1 {\"title\":\"a\\u0000b\"}") << "invalid";
    QTest::newRow("NUL within") << words("write tasks 1 {\"title\":{\"a\":[\"\\u0000\"]}}") << "invalid";
    QTest::newRow("unknown table") << words("write nowhere 1 {\"title\":\"a\"}") << "invalid";
    QTest::newRow("unknown table, remove") << words("remove nowhere 1") << "invalid";
    QTest::newRow("foreign owner") << words("write tasks 1 {\"user_id\":\"bob\"}") << "rlsViolation";
    QTest::newRow("payload") << QStringList{QStringLiteral("write"), QStringLiteral("tasks"), QStringLiteral("1"),
                                            QStringLiteral("{\"title\":\"%1\"}").arg(QString(3000, QLatin1Char('x')))}
                             << "payloadTooLarge";
    QTest::newRow("composite id") << words("write members x {\"role\":\"a\"}") << "invalid";
    QTest::newRow("empty id") << QStringList{QStringLiteral("write"), QStringLiteral("tasks"), QString(),
                                             QStringLiteral("{}")}
                              << "invalid";
}

void TestCli::refusesBadChanges()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, code);
    CliRunner cli;
    QVERIFY(cli.runSql({tasks, members}));
    const QVariantMap composite{{QStringLiteral("name"), QStringLiteral("members")},
                                {QStringLiteral("key"), words("team person")}};
    cli.configure({{QStringLiteral("userId"), QStringLiteral("ann")},
                   {QStringLiteral("maxPayloadBytes"), 2000},
                   {QStringLiteral("tables"), QVariantList{QStringLiteral("tasks"), composite}}});
    const CliResult result = cli.json(arguments);
    QCOMPARE(result.exitCode, 2);
    QVERIFY(!result.err.isEmpty());
    QCOMPARE(codeIn(result.document()), code);
    QCOMPARE(result.document().value(QStringLiteral("ok")).toBool(), false);
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 0);
    QCOMPARE(cli.json(words("rows tasks")).list("rows").size(), 0);
    QCOMPARE(cli.json(words("rows members")).list("rows").size(), 0);
}

void TestCli::takesCompositeIds()
{
    CliRunner cli;
    QVERIFY(cli.runSql({members}));
    const QVariantMap table{{QStringLiteral("name"), QStringLiteral("members")},
                            {QStringLiteral("key"), words("team person")}};
    cli.configure({{QStringLiteral("tables"), QVariantList{table}}});
    QCOMPARE(cli.run({QStringLiteral("write"), QStringLiteral("members"), QStringLiteral("[ \"a,\\\"b\" , 7 ]"),
                      QStringLiteral("{\"role\":\"x\"}")})
                 .exitCode,
             0);
    const CliResult row =
        cli.run({QStringLiteral("get"), QStringLiteral("members"), QStringLiteral("[\"a,\\\"b\",\"7\"]")});
    QCOMPARE(row.exitCode, 0);
    QCOMPARE(row.document().value(QStringLiteral("team")).toString(), QStringLiteral("a,\"b"));
    QCOMPARE(row.document().value(QStringLiteral("person")).toInt(), 7);
    QCOMPARE(cli.json(words("queue")).list("entries").value(0).toMap().value(QStringLiteral("recordId")).toString(),
             QStringLiteral("[\"a,\\\"b\",\"7\"]"));
    const CliResult stream =
        cli.run(words("patch -"), "{\"table\":\"members\",\"id\":[\"a,\\\"b\",7],\"data\":{\"role\":\"y\"}}");
    QCOMPARE(stream.exitCode, 0);
    QCOMPARE(cli.json(words("rows members")).list("rows").size(), 1);
}

void TestCli::takesIdsThatLookLikeOptions()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    for (const QString &id : {QStringLiteral("-5"), QStringLiteral("[1]"), QStringLiteral("null"),
                              QStringLiteral("--json"), QStringLiteral("%41+,)\"'"), QStringLiteral("a b\nc")}) {
        QCOMPARE(
            cli.run({QStringLiteral("write"), QStringLiteral("--"), QStringLiteral("tasks"), id, QStringLiteral("{}")})
                .exitCode,
            0);
        const CliResult row = cli.run({QStringLiteral("get"), QStringLiteral("--"), QStringLiteral("tasks"), id});
        QCOMPARE(row.document().value(QStringLiteral("id")).toString(), id);
    }
}

void TestCli::keepsEveryDigit()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    const QByteArray line =
        R"({"table":"tasks","id":"1","data":{"big":9223372036854775807,"amount":12345678901234567890.120}})";
    QCOMPARE(cli.run(words("write -"), line).exitCode, 0);
    const QByteArray row = cli.run(words("get tasks 1")).out;
    QVERIFY2(row.contains("\"big\":9223372036854775807"), row.constData());
    QVERIFY2(row.contains("\"amount\":12345678901234567890.120"), row.constData());
    QCOMPARE(cli.run(words("write tasks 2 {\"amount\":1e400}")).exitCode, 0);
    QVERIFY(cli.run(words("get tasks 2")).out.contains("\"amount\":1e400"));
    QVERIFY(cli.json(words("queue")).out.contains("\"amount\":1e400"));
    const QByteArray digits = QByteArray(400, '7') + ".5";
    QCOMPARE(cli.run({QStringLiteral("write"), QStringLiteral("tasks"), QStringLiteral("3"),
                      QStringLiteral("{\"amount\":%1}").arg(QString::fromLatin1(digits))})
                 .exitCode,
             0);
    QVERIFY(cli.run(words("get tasks 3")).out.contains("\"amount\":" + digits + ","));
    QCOMPARE(cli.run(words("write tasks 4 {\"amount\":1e99999999999999999999}")).exitCode, 0);
}

void TestCli::keepsAnyText()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    const QString text = QStringLiteral("Grüße 漢字 \U0001F600 '\"%41 \u202E");
    const QByteArray data =
        Json::toText(QVariantMap{{QStringLiteral("title"), text}, {QStringLiteral("ssn"), QString(QLatin1String(""))}});
    QCOMPARE(cli.run({QStringLiteral("write"), QStringLiteral("tasks"), text, QString::fromUtf8(data)}).exitCode, 0);
    const QVariantMap row = cli.run({QStringLiteral("get"), QStringLiteral("tasks"), text}).document();
    QCOMPARE(row.value(QStringLiteral("title")).toString(), text);
    QVERIFY(row.value(QStringLiteral("ssn")).isValid());
    QVERIFY(!row.value(QStringLiteral("amount")).isValid());
}

void TestCli::masksListings()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    cli.configure({{QStringLiteral("sensitiveFields"), QStringList{QStringLiteral("ssn")}}});
    const CliResult written = cli.json(words("write tasks 1 {\"title\":\"a\",\"ssn\":\"123-45\"}"));
    QCOMPARE(written.exitCode, 0);
    QVERIFY(!written.out.contains("123-45"));
    const CliResult streamed =
        cli.run(words("write -"), "{\"table\":\"tasks\",\"id\":\"2\",\"data\":{\"ssn\":\"123-45\"}}\n");
    QVERIFY(!streamed.out.contains("123-45"));
    QVERIFY(!cli.json(words("queue")).out.contains("123-45"));
    QVERIFY(cli.json(words("queue")).out.contains("\"ssn\":\"***\""));
    QVERIFY(!cli.run(words("queue")).out.contains("123-45"));
    QVERIFY(cli.json(words("queue --unmask")).out.contains("123-45"));
    QVERIFY(cli.run(words("get tasks 1")).out.contains("123-45"));
    QVERIFY(cli.run(words("rows tasks")).out.contains("123-45"));
}

void TestCli::listsWithLimits()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QByteArray input;
    for (int i = 0; i < 5; ++i)
        input += "{\"table\":\"tasks\",\"id\":\"" + QByteArray::number(i) + "\",\"data\":{\"title\":\"t"
                 + QByteArray::number(i) + "\"}}\n";
    QCOMPARE(cli.run(words("write -"), input).exitCode, 0);
    const auto ids = [&](const char *arguments) {
        QStringList found;
        for (const QVariant &entry : cli.json(words(arguments)).list("entries"))
            found.append(entry.toMap().value(QStringLiteral("recordId")).toString());
        return found;
    };
    QCOMPARE(ids("queue"), words("0 1 2 3 4"));
    QCOMPARE(ids("queue --limit 2"), words("0 1"));
    QCOMPARE(ids("queue --filter t3"), words("3"));
    QCOMPARE(ids("queue --table nowhere"), QStringList());
    QCOMPARE(ids("dead"), QStringList());
    QCOMPARE(cli.json(words("conflicts --limit 3")).document().value(QStringLiteral("conflicts")).toList().size(), 0);
    QCOMPARE(cli.json(words("cursors")).exitCode, 0);
    QCOMPARE(cli.json(words("log")).document().value(QStringLiteral("schema")).toInt(), 1);
    QVERIFY(cli.run(words("queue")).out.startsWith("SEQ "));
}

void TestCli::streamsChanges()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    const std::unique_ptr<QProcess> process = cli.start(words("write -"));
    // One at a time: the answer comes without a second line.
    for (int i = 0; i < 3; ++i) {
        process->write("{\"table\":\"tasks\",\"id\":\"" + QByteArray::number(i) + "\",\"data\":{\"title\":\"a\"}}\n");
        QVERIFY(QTest::qWaitFor([&] { return process->canReadLine(); }, 30'000));
        const Result<QVariantMap> answer = Json::parseObject(process->readLine());
        QVERIFY(answer.ok());
        QCOMPARE(QStringList(answer->keys()), words("entry id ok table"));
        QCOMPARE(answer->value(QStringLiteral("ok")).toBool(), true);
        QCOMPARE(answer->value(QStringLiteral("id")).toString(), QString::number(i));
    }
    process->closeWriteChannel();
    QVERIFY(process->waitForFinished());
    QCOMPARE(process->exitCode(), 0);
}

void TestCli::streamsPatchesAndRemovals()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QCOMPARE(
        cli.run(words("write -"), "{\"table\":\"tasks\",\"id\":7,\"data\":{\"title\":\"a\",\"ssn\":\"b\"}}").exitCode,
        0);
    QCOMPARE(cli.run(words("patch -"), "{\"table\":\"tasks\",\"id\":\"7\",\"data\":{\"ssn\":null}}\r\n\n").exitCode, 0);
    const QVariantMap row = cli.run(words("get tasks 7")).document();
    QCOMPARE(row.value(QStringLiteral("title")).toString(), QStringLiteral("a"));
    QVERIFY(row.value(QStringLiteral("ssn")).isNull());
    QCOMPARE(cli.run(words("remove -"), "{\"table\":\"tasks\",\"id\":\"7\"}\n").lines().size(), 1);
    QCOMPARE(cli.run(words("get tasks 7")).exitCode, 2);
    QCOMPARE(cli.run(words("write -")).exitCode, 0);
}

void TestCli::refusesLinesAndGoesOn()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    cli.configure({{QStringLiteral("maxPayloadBytes"), 1000}});
    const QList<std::pair<QByteArray, QString>> lines{
        {R"({"table":"tasks","id":"1","data":{"title":"a"}})", QString()},
        {"{\"table\":\"tasks\"", QStringLiteral("invalid")},
        {R"({"table":"nowhere","id":"2","data":{}})", QStringLiteral("invalid")},
        {R"({"table":"tasks","id":null,"data":{}})", QStringLiteral("invalid")},
        {R"({"table":"tasks","id":"2"})", QStringLiteral("invalid")},
        {R"({"table":"tasks","id":"2","data":{},"extra":1})", QStringLiteral("invalid")},
        {R"({"table":"tasks","id":"a\u0000","data":{}})", QStringLiteral("invalid")},
        {"{\"table\":\"tasks\",\"id\":\"2\",\"data\":{\"title\":\"\xff\"}}", QStringLiteral("invalid")},
        {R"({"table":"tasks","id":"2","data":{"title":")" + QByteArray(2000, 'x') + "\"}}",
         QStringLiteral("payloadTooLarge")},
        {R"({"table":"tasks","id":"2","data":{"title":")" + QByteArray(5'000'000, 'x') + "\"}}",
         QStringLiteral("payloadTooLarge")},
        {R"({"table":"tasks","id":"3","data":{"title":"z"}})", QString()},
    };
    QByteArray input;
    for (const auto &line : lines)
        input += line.first + '\n';
    input.chop(1); // the last line counts without a break
    const CliResult result = cli.run(words("write -"), input);
    QCOMPARE(result.exitCode, 2);
    const QList<QVariantMap> answers = result.lines();
    QCOMPARE(answers.size(), lines.size());
    for (qsizetype i = 0; i < lines.size(); ++i) {
        QCOMPARE(answers.at(i).value(QStringLiteral("ok")).toBool(), lines.at(i).second.isEmpty());
        QCOMPARE(codeIn(answers.at(i)), lines.at(i).second);
    }
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 2);
}

// They are stored in groups; a refusal within one touches no other line, nor the order of the answers.
void TestCli::streamsManyAroundARefusal()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QByteArray input;
    for (int i = 0; i < 1300; ++i) {
        const QByteArray column = i == 700 ? "nosuch" : "title";
        input += "{\"table\":\"tasks\",\"id\":\"" + QByteArray::number(i) + "\",\"data\":{\"" + column + "\":\"t\"}}\n";
    }
    const CliResult result = cli.run(words("write -"), input);
    QCOMPARE(result.exitCode, 2);
    const QList<QVariantMap> answers = result.lines();
    QCOMPARE(answers.size(), 1300);
    for (int i = 0; i < 1300; ++i) {
        QCOMPARE(answers.at(i).value(QStringLiteral("id")).toString(), QString::number(i));
        QCOMPARE(answers.at(i).value(QStringLiteral("ok")).toBool(), i != 700);
    }
    QCOMPARE(cli.sqlValue(QStringLiteral("SELECT count(*) FROM tideline_entry")).toInt(), 1299);
    QCOMPARE(cli.sqlValue(QStringLiteral("SELECT group_concat(record_id) FROM (SELECT record_id FROM tideline_entry "
                                         "ORDER BY seq LIMIT 3 OFFSET 699)"))
                 .toString(),
             QStringLiteral("699,701,702"));
}

void TestCli::survivesAKillAfterAnAnswer()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    for (int round = 0; round < 5; ++round) {
        const QString id = QStringLiteral("r%1").arg(round);
        const std::unique_ptr<QProcess> process = cli.start(words("write -"));
        process->write("{\"table\":\"tasks\",\"id\":\"" + id.toUtf8() + "\",\"data\":{\"title\":\"a\"}}\n");
        QVERIFY(QTest::qWaitFor([&] { return process->canReadLine(); }, 30'000));
        process->kill();
        QVERIFY(process->waitForFinished());
        QCOMPARE(process->exitStatus(), QProcess::CrashExit);
        const QVariantList entries = cli.json(words("queue")).list("entries");
        QCOMPARE(entries.size(), round + 1);
        QCOMPARE(entries.constLast().toMap().value(QStringLiteral("recordId")).toString(), id);
        QCOMPARE(cli.run({QStringLiteral("get"), QStringLiteral("tasks"), id}).exitCode, 0);
    }
}

void TestCli::pushesWithoutALocalWrite()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QCOMPARE(cli.run(words("push tasks 1 {\"title\":\"a\"} --operation patch")).exitCode, 0);
    QCOMPARE(cli.run(words("push tasks 2 {} --operation delete")).exitCode, 0);
    QCOMPARE(cli.json(words("rows tasks")).list("rows").size(), 0);
    const QVariantList entries = cli.json(words("queue")).list("entries");
    QCOMPARE(entries.size(), 2);
    QCOMPARE(entries.at(0).toMap().value(QStringLiteral("operation")).toString(), QStringLiteral("patch"));
    QCOMPARE(entries.at(1).toMap().value(QStringLiteral("operation")).toString(), QStringLiteral("delete"));
}

void TestCli::refusesUnknownRepairs()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    const QVariantMap answer = cli.json(words("write tasks 1 {\"title\":\"a\"}")).document();
    const QString pending = answer.value(QStringLiteral("entry")).toMap().value(QStringLiteral("id")).toString();
    for (const QStringList &arguments :
         {words("retry none"), words("discard none"), words("edit none {}"), words("resolve none local"),
          words("discard none --revert"), QStringList{QStringLiteral("discard"), pending}}) {
        const CliResult result = cli.json(arguments);
        QCOMPARE(result.exitCode, 2);
        QCOMPARE(result.document().value(QStringLiteral("code")).toString(), QStringLiteral("invalid"));
    }
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 1);
    QCOMPARE(cli.json(words("retry --all")).document().value(QStringLiteral("retried")).toInt(), 0);
}

void TestCli::repairsDamagedEntries()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    for (const char *id : {"1", "2", "3"})
        QCOMPARE(
            cli.run(words("write tasks") + QStringList{QString::fromLatin1(id), QStringLiteral("{\"title\":\"a\"}")})
                .exitCode,
            0);
    QVERIFY(cli.runSql({QStringLiteral("UPDATE tideline_entry SET payload = '{broken' WHERE record_id = '1'"),
                        QStringLiteral("UPDATE tideline_entry SET operation = 'x' WHERE record_id = '2'")}));
    const QVariantMap waiting = cli.json(words("queue")).list("entries").constFirst().toMap();
    QVERIFY(waiting.value(QStringLiteral("error"))
                .toMap()
                .value(QStringLiteral("detail"))
                .toString()
                .contains(QLatin1String("discard")));
    QCOMPARE(cli.run(words("drain")).exitCode, 1);
    QCOMPARE(cli.json(words("status")).document().value(QStringLiteral("state")).toString(), QStringLiteral("stuck"));
    const QVariantList dead = cli.json(words("dead")).list("entries");
    QCOMPARE(dead.size(), 2);
    QStringList ids;
    for (const QVariant &entry : dead) {
        const QVariantMap document = entry.toMap();
        ids.append(document.value(QStringLiteral("id")).toString());
        QCOMPARE(document.value(QStringLiteral("error")).toMap().value(QStringLiteral("code")).toString(),
                 QStringLiteral("deserialization"));
        QCOMPARE(document.value(QStringLiteral("attempts")).toList().size(), 1);
    }
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 1);
    QCOMPARE(cli.run(QStringList{QStringLiteral("retry"), ids.at(0)}).exitCode, 2);
    QCOMPARE(cli.run(QStringList{QStringLiteral("edit"), ids.at(0), QStringLiteral("{\"title\":\"b\"}")}).exitCode, 0);
    QCOMPARE(cli.run(QStringList{QStringLiteral("discard"), ids.at(1)}).exitCode, 0);
    QCOMPARE(cli.json(words("dead")).list("entries").size(), 0);
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 2);
}

void TestCli::namesDependents()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    for (const char *id : {"1", "2", "2"})
        QCOMPARE(
            cli.run(words("write tasks") + QStringList{QString::fromLatin1(id), QStringLiteral("{\"title\":\"a\"}")})
                .exitCode,
            0);
    QVERIFY(cli.runSql({QStringLiteral("UPDATE tideline_entry SET state = 'dead' WHERE record_id = '1'"),
                        QStringLiteral("UPDATE tideline_entry SET held_by = (SELECT id FROM tideline_entry WHERE "
                                       "record_id = '1') WHERE seq = 2"),
                        QStringLiteral("UPDATE tideline_entry SET merged_into = (SELECT id FROM tideline_entry WHERE "
                                       "seq = 2) WHERE seq = 3")}));
    const QVariantMap dead = cli.json(words("dead")).list("entries").constFirst().toMap();
    const QVariantList waiting = cli.json(words("queue")).list("entries");
    QCOMPARE(waiting.size(), 2);
    const QVariantMap first = waiting.at(0).toMap();
    const QVariantMap second = waiting.at(1).toMap();
    QCOMPARE(dead.value(QStringLiteral("dependents")).toStringList(),
             QStringList{first.value(QStringLiteral("id")).toString()});
    QCOMPARE(first.value(QStringLiteral("heldBy")), dead.value(QStringLiteral("id")));
    QVERIFY(first.value(QStringLiteral("mergedInto")).isNull());
    QCOMPARE(second.value(QStringLiteral("mergedInto")), first.value(QStringLiteral("id")));
    QVERIFY(cli.run(words("dead")).out.contains(first.value(QStringLiteral("id")).toString().toLatin1()));
}

void TestCli::tellsStatusOffline()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QCOMPARE(cli.json(words("status")).exitCode, 0);
    QCOMPARE(cli.run(words("write tasks 1 {\"title\":\"a\"}")).exitCode, 0);
    const CliResult status = cli.json(words("status"));
    QCOMPARE(status.exitCode, 1);
    QCOMPARE(QStringList(status.document().keys()),
             words("conflicts dead failed lastSyncedAt nextRetryAt online pending schema state tables"));
    QCOMPARE(status.document().value(QStringLiteral("pending")).toInt(), 1);
    const QVariantMap table = status.list("tables").value(0).toMap();
    QCOMPARE(QStringList(table.keys()), words("cursor dead lastPulledAt name pending rows"));
    QCOMPARE(table.value(QStringLiteral("rows")).toInt(), 1);
    QVERIFY(cli.run(words("status")).out.startsWith("State "));
}

void TestCli::drainsOfflineCostNoRetry()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QCOMPARE(cli.run(words("write tasks 1 {\"title\":\"a\"}")).exitCode, 0);
    for (int i = 0; i < 5; ++i) {
        const CliResult drained = cli.json(words("drain --now"));
        QCOMPARE(drained.exitCode, 1);
        QCOMPARE(drained.document().value(QStringLiteral("pushed")).toInt(), 0);
        QVERIFY(!drained.list("errors").isEmpty());
        QVERIFY(!drained.err.isEmpty());
    }
    const QVariantMap entry = cli.json(words("queue")).list("entries").value(0).toMap();
    QCOMPARE(entry.value(QStringLiteral("retryCount")).toInt(), 0);
    QCOMPARE(entry.value(QStringLiteral("state")).toString(), QStringLiteral("pending"));
    QCOMPARE(cli.json(words("status")).document().value(QStringLiteral("state")).toString(), QStringLiteral("offline"));
    const CliResult events = cli.run(words("drain --now --events --json"));
    QVERIFY(events.lines().size() > 1);
    QVERIFY(events.lines().constFirst().contains(QStringLiteral("event")));
    QVERIFY(events.document().contains(QStringLiteral("pushed")));
}

void TestCli::logsOut()
{
    CliRunner cli;
    QVERIFY(cli.runSql({tasks}));
    QCOMPARE(cli.run(words("write tasks 1 {\"title\":\"confidential\"}")).exitCode, 0);
    const CliResult refused = cli.run(words("logout"));
    QCOMPARE(refused.exitCode, 2);
    QCOMPARE(refused.document().value(QStringLiteral("unsynced")).toInt(), 1);
    QCOMPARE(refused.document().value(QStringLiteral("wiped")).toBool(), false);
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 1);
    const CliResult done = cli.run(words("logout --discard-unsynced"));
    QCOMPARE(done.exitCode, 0);
    QCOMPARE(done.document().value(QStringLiteral("unsynced")).toInt(), 1);
    QCOMPARE(done.document().value(QStringLiteral("wiped")).toBool(), true);
    QCOMPARE(cli.json(words("queue")).list("entries").size(), 0);
    QCOMPARE(cli.json(words("rows tasks")).list("rows").size(), 0);
    for (const char *suffix : {"", "-wal", "-shm"})
        QVERIFY(!contentOf(cli.databasePath() + QLatin1String(suffix)).contains("confidential"));
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
