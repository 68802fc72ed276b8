// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "duration.h"
#include "syncjson.h"

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace Tideline;
using namespace Tideline::Cli;
using namespace std::chrono_literals;

namespace {

const QByteArray minimal = R"("database": "app.db", "url": "https://example.org/rest/v1", "tables": ["tasks"])";

Result<SyncJson> parse(const QByteArray &keys)
{
    return SyncJson::parse("{" + keys + "}", QStringLiteral("/data/shop"));
}

} // namespace

class TestSyncJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasDefaults();
    void readsEveryKey();
    void readsTables();
    void refuses_data();
    void refuses();
    void neverRepeatsValues();
    void namesTheFile();
    void warnsOfAReadableToken();
    void readsDurations();
};

void TestSyncJson::hasDefaults()
{
    const Result<SyncJson> read = parse(minimal);
    QVERIFY2(read.ok(), qPrintable(read.failure().detail));
    QCOMPARE(read->sqlite.path, QStringLiteral("/data/shop/app.db"));
    QCOMPARE(read->sqlite.synchronous, SqliteOptions::Synchronous::Full);
    QCOMPARE(read->supabase.url, QUrl(QStringLiteral("https://example.org/rest/v1")));
    QVERIFY(read->supabase.apiKey.isEmpty());
    QVERIFY(!read->supabase.tokenProvider);
    QVERIFY(!read->supabase.allowInsecure);
    QCOMPARE(read->supabase.requestTimeout, 30s);
    QCOMPARE(read->supabase.maxResponseBytes, 64LL * 1024 * 1024);
    QCOMPARE(read->supabase.overlap, 10s);
    QVERIFY(read->userId.isEmpty());
    QCOMPARE(read->tables, QList<TableConfig>{TableConfig(QStringLiteral("tasks"))});
    QCOMPARE(read->config.batchSize, 50);
    QCOMPARE(read->config.stopOnFirstError, true);
    QCOMPARE(read->config.maxRetries, 3);
    QCOMPARE(read->config.sensitiveFields, QStringList());
    QCOMPARE(read->config.sensitiveFieldPolicy, SensitiveFieldPolicy::MaskDiagnostics);
    QCOMPARE(read->config.useExponentialBackoff, true);
    QCOMPARE(read->config.backoffBase, 2s);
    QCOMPARE(read->config.maxBackoff, 60s);
    QCOMPARE(read->config.conflictStrategy, ConflictStrategy::LastWriteWins);
    QCOMPARE(read->config.maxPayloadBytes, 1048576);
    QCOMPARE(read->config.queueRetention, 24h * 30);
    QCOMPARE(read->config.pageSize, 1000);
    QCOMPARE(read->config.pollInterval, 30s);
    QCOMPARE(read->config.reconcile, ReconcilePolicy::Automatic);
}

void TestSyncJson::readsEveryKey()
{
    const Result<SyncJson> read = parse(R"(
        "database": "/var/lib/shop.db", "url": "http://127.0.0.1:3000/", "apikey": "key", "token": "a.b.c",
        "userId": "ann", "tables": ["tasks"], "mode": "plain", "batchSize": 7, "stopOnFirstError": false,
        "maxRetries": 0, "sensitiveFields": ["ssn"], "sensitiveFieldPolicy": "maskEverywhere",
        "useExponentialBackoff": false, "backoffBase": "100ms", "maxBackoff": "5min", "conflictStrategy": "fieldMerge",
        "maxPayloadBytes": 100, "queueRetention": "2h", "requestTimeout": "3s", "pageSize": 20, "pollInterval": "1s",
        "maxResponseBytes": 65536, "synchronous": "NORMAL", "overlap": "0s", "reconcile": "off", "allowInsecure": false)");
    QVERIFY2(read.ok(), qPrintable(read.failure().detail));
    QCOMPARE(read->sqlite.path, QStringLiteral("/var/lib/shop.db"));
    QCOMPARE(read->sqlite.synchronous, SqliteOptions::Synchronous::Normal);
    QCOMPARE(read->supabase.apiKey, QStringLiteral("key"));
    QCOMPARE(read->supabase.tokenProvider(false).result().value(), QStringLiteral("a.b.c"));
    QCOMPARE(read->supabase.requestTimeout, 3s);
    QCOMPARE(read->supabase.maxResponseBytes, 65536);
    QCOMPARE(read->supabase.overlap, 0s);
    QCOMPARE(read->userId, QStringLiteral("ann"));
    QCOMPARE(read->config.batchSize, 7);
    QCOMPARE(read->config.stopOnFirstError, false);
    QCOMPARE(read->config.maxRetries, 0);
    QCOMPARE(read->config.sensitiveFields, QStringList{QStringLiteral("ssn")});
    QCOMPARE(read->config.sensitiveFieldPolicy, SensitiveFieldPolicy::MaskEverywhere);
    QCOMPARE(read->config.useExponentialBackoff, false);
    QCOMPARE(read->config.backoffBase, 100ms);
    QCOMPARE(read->config.maxBackoff, 5min);
    QCOMPARE(read->config.conflictStrategy, ConflictStrategy::FieldMerge);
    QCOMPARE(read->config.maxPayloadBytes, 100);
    QCOMPARE(read->config.queueRetention, 2h);
    QCOMPARE(read->config.pageSize, 20);
    QCOMPARE(read->config.pollInterval, 1s);
    QCOMPARE(read->config.reconcile, ReconcilePolicy::Off);
    QCOMPARE(parse(minimal + R"(, "mode": "auto")")->supabase.mode, SupabaseOptions::Mode::Auto);
    QCOMPARE(parse(minimal + R"(, "mode": "kit")")->supabase.mode, SupabaseOptions::Mode::Kit);
    QCOMPARE(parse(minimal + R"(, "mode": "plain")")->supabase.mode, SupabaseOptions::Mode::Plain);
    QCOMPARE(parse(minimal)->supabase.mode, SupabaseOptions::Mode::Auto);
    QVERIFY(parse(R"("database": "a", "url": "http://example.org", "allowInsecure": true, "tables": ["t"])").ok());
}

void TestSyncJson::readsTables()
{
    const Result<SyncJson> read = parse(R"("database": "a", "url": "https://example.org", "tables": ["one",
        {"name": "two", "key": "code", "updatedAt": "changed", "deletedAt": "gone", "owner": "org"},
        {"name": "three", "key": ["a", "b"], "deletedAt": null, "owner": null, "capture": false, "filter": {},
         "conflictStrategy": "manual"},
        {"name": "four", "filter": {"n": [42, 12345678901234567890], "archived": false, "a": null, "t": ["x", ""]}}])");
    QVERIFY2(read.ok(), qPrintable(read.failure().detail));
    TableConfig two(QStringLiteral("two"));
    two.key = QStringList{QStringLiteral("code")};
    two.updatedAt = QStringLiteral("changed");
    two.deletedAt = QStringLiteral("gone");
    two.owner = QStringLiteral("org");
    TableConfig three(QStringLiteral("three"));
    three.key = QStringList{QStringLiteral("a"), QStringLiteral("b")};
    three.owner.clear();
    three.conflictStrategy = ConflictStrategy::Manual;
    TableConfig four(QStringLiteral("four"));
    four.filter = {
        {QStringLiteral("n"), QVariantList{42LL, QVariant::fromValue(Decimal(QStringLiteral("12345678901234567890")))}},
        {QStringLiteral("archived"), false},
        {QStringLiteral("a"), QVariant()},
        {QStringLiteral("t"), QVariantList{QStringLiteral("x"), QString()}},
    };
    QCOMPARE(read->tables, (QList<TableConfig>{TableConfig(QStringLiteral("one")), two, three, four}));
}

void TestSyncJson::refuses_data()
{
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<QString>("words"); // all of them, separated by |
    const auto add = [](const char *name, const QByteArray &keys, const char *words) {
        QTest::newRow(name) << keys << QString::fromLatin1(words);
    };
    const auto with = [](const QByteArray &key) { return minimal + ", " + key; };
    add("no JSON", "\"database\": \n  x", "not valid JSON|line 2, column 3");
    add("key twice", with(R"("batchSize": 1, "batchSize": 2)"), "\"batchSize\" twice");
    add("unknown key", with(R"("batchsize": 1)"), "\"batchsize\"|Did you mean \"batchSize\"|reconcile");
    add("unknown instead of required", R"("databse": "a", "url": "https://example.org", "tables": ["t"])",
        "\"databse\"|\"database\"");
    add("no database", R"("url": "https://example.org", "tables": ["t"])", "\"database\" is missing");
    add("no url", R"("database": "a", "tables": ["t"])", "\"url\" is missing");
    add("no tables", R"("database": "a", "url": "https://example.org")", "\"tables\" is missing");
    add("database type", R"("database": 7, "url": "https://example.org", "tables": ["t"])",
        "\"database\" must be a text");
    add("insecure url", R"("database": "a", "url": "http://example.org", "tables": ["t"])", "\"url\"");
    add("relative url", R"("database": "a", "url": "example.org", "tables": ["t"])", "\"url\"");
    add("other scheme", R"("database": "a", "url": "ftp://example.org", "tables": ["t"])", "\"url\"");
    add("two tokens", with(R"("token": "a", "tokenCommand": "b")"), "\"tokenCommand\"|keep one");
    add("token with a line break", with(R"("token": "a\nb")"), "\"token\"");
    add("tables empty", R"("database": "a", "url": "https://example.org", "tables": [])", "\"tables\"");
    add("table number", R"("database": "a", "url": "https://example.org", "tables": [1])", "\"tables[0]\"");
    add("table twice", R"("database": "a", "url": "https://example.org", "tables": ["t", {"name": "t"}])",
        "second time");
    const auto table = [](const QByteArray &keys) {
        return R"("database": "a", "url": "https://example.org", "tables": [{"name": "t", )" + keys + "}]";
    };
    add("table key", table(R"("keys": "id")"), "\"tables[0].keys\"|Did you mean \"key\"");
    add("no column", table(R"("key": [])"), "\"tables[0].key\"");
    add("column twice", table(R"("key": ["a", "a"])"), "\"tables[0].key\"");
    add("capture", table(R"("capture": true)"), "\"tables[0].capture\"|later version");
    add("filter null", table(R"("filter": null)"), "\"tables[0].filter\"|object");
    add("filter by an object", table(R"("filter": {"a": {"b": "hidden"}})"), "\"tables[0].filter.a\"|object");
    add("filter by nothing", table(R"("filter": {"b": 1, "a": []})"), "\"tables[0].filter.a\"|at least one");
    add("filter with null in a list", table(R"("filter": {"a": [1, null]})"), "\"tables[0].filter.a\"|without null");
    add("filter with a nested list", table(R"("filter": {"a": [[1]]})"), "\"tables[0].filter.a\"|lists");
    add("filter with an object in a list", table(R"("filter": {"a": [{}]})"), "\"tables[0].filter.a\"|object");
    add("filter with NUL", table(R"("filter": {"a": ["\u0000"]})"), "\"tables[0].filter.a\"|NUL");
    add("filter without a column", table(R"("filter": {"": 1})"), "\"tables[0].filter\"|columns");
    add("filter type", table(R"("filter": [])"), "\"tables[0].filter\"|object");
    add("mode", with(R"("mode": "fast")"), "\"mode\"|\"plain\"");
    add("custom strategy", with(R"("conflictStrategy": "custom")"), "\"conflictStrategy\"|\"manual\"");
    add("zero", with(R"("batchSize": 0)"), "\"batchSize\"|from 1");
    add("fraction", with(R"("pageSize": 1.5)"), "\"pageSize\"");
    add("huge", with(R"("maxPayloadBytes": 99999999999999999999)"), "\"maxPayloadBytes\"");
    add("number as text", with(R"("maxRetries": "3")"), "\"maxRetries\"");
    add("text as flag", with(R"("stopOnFirstError": "false")"), "\"stopOnFirstError\"|true or false");
    add("duration number", with(R"("maxBackoff": 60)"), "\"maxBackoff\"|min");
    add("duration unit", with(R"("pollInterval": "30")"), "\"pollInterval\"|min");
    add("duration too long", with(R"("requestTimeout": "25d")"), "\"requestTimeout\"");
    add("synchronous", with(R"("synchronous": "OFF")"), "\"synchronous\"|\"FULL\"");
    add("reconcile", with(R"("reconcile": true)"), "\"reconcile\"|\"auto\"");
    add("sensitive fields", with(R"("sensitiveFields": "ssn")"), "\"sensitiveFields\"|list");
}

void TestSyncJson::refuses()
{
    QFETCH(QByteArray, keys);
    QFETCH(QString, words);
    const Result<SyncJson> read = parse(keys);
    QVERIFY(!read.ok());
    for (const QString &word : words.split(QLatin1Char('|')))
        QVERIFY2(read.failure().detail.contains(word), qPrintable(read.failure().detail));
}

void TestSyncJson::neverRepeatsValues()
{
    for (const QByteArray &key :
         {QByteArray(R"("token": "s3cret value")"), QByteArray(R"("apikey": "s3cret value")"),
          QByteArray(R"("mode": "s3cret")"), QByteArray(R"("token": "s3cret", "tokenFile": "s3cret")")}) {
        const Result<SyncJson> read = parse(minimal + ", " + key);
        QVERIFY(!read.ok());
        QVERIFY2(!read.failure().detail.contains(QLatin1String("s3cret")), qPrintable(read.failure().detail));
    }
}

void TestSyncJson::namesTheFile()
{
    const Result<SyncJson> read = SyncJson::load(QStringLiteral("/nowhere/sync.json"));
    QVERIFY(!read.ok());
    QVERIFY(read.failure().detail.contains(QLatin1String("/nowhere/sync.json")));
}

void TestSyncJson::warnsOfAReadableToken()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(QStringLiteral("sync.json")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{" + minimal + R"(, "token": "s3cret"})");
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ReadGroup));
    const Result<SyncJson> open = SyncJson::load(file.fileName());
    QCOMPARE(open->warnings.size(), 1);
    QVERIFY(!open->warnings.constFirst().contains(QLatin1String("s3cret")));
    QCOMPARE(open->sqlite.path, QDir(directory.path()).canonicalPath() + QStringLiteral("/app.db"));
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    QCOMPARE(SyncJson::load(file.fileName())->warnings.size(), 0);
}

void TestSyncJson::readsDurations()
{
    for (const char *text : {"5ms", "7s", "3min", "2h", "9d"})
        QCOMPARE(durationText(*parsedDuration(QString::fromLatin1(text))), QString::fromLatin1(text));
    for (const char *text : {"", "5", "ms", "-1s", "1.5s", "5 s", "5S", "99999999999999999999s", "9999999d"})
        QVERIFY2(!parsedDuration(QString::fromLatin1(text)), text);
}

QTEST_GUILESS_MAIN(TestSyncJson)
#include "tst_syncjson.moc"
