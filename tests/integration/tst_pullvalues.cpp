// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"
#include "pullserver.h"

#include <tideline/core/json.h>

#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

// What is pulled, kept in a local table, and pushed again with one column changed, is the same on the server in every
// other column: in the tables that the module makes, and in those that applications declare.
class TestPullValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void roundTrip_data();
    void roundTrip();
    void whatAColumnCannotHold_data() { modes(); }
    void whatAColumnCannotHold();

private:
    static void modes();

    PullServer m_server;
    TableConfig m_kinds{QStringLiteral("kinds")};
};

namespace {

using Mode = SupabaseOptions::Mode;

class Value
{
public:
    const char *column;
    const char *sql; // an expression
};

const QList<Value> values{
    {"doc",
     R"('{"a": [1, {"b": null, "c": "\u00e9\ud83d\ude00\u0301"}], "": "", "big": 123456789012345678901234567890}')"},
    {"doc",
     R"('{"n": 0.1000000000000000055511151231257827, "m": -1.5e-300, "e": 1e30, "z": 1.50, "deep": [[[[[[]]]]]]}')"},
    {"doc", R"('"text"')"},
    {"doc", R"('""')"},
    {"doc", R"('"12"')"},
    {"doc", R"('12')"},
    {"doc", R"('true')"},
    {"doc", R"('[]')"},
    {"doc", R"('{}')"},
    {"doc", R"('9007199254740993')"},
    {"big", "9223372036854775807"},
    {"big", "-9223372036854775808"},
    {"big", "9007199254740993"},
    {"big", "0"},
    {"small", "-32768"},
    {"exact", "12345678901234567.89"},
    {"exact", "0.1234567890123456789012345678901234567890"},
    {"exact", "98765432109876543210987654321"},
    {"exact", "100"},
    {"exact", "-0.000000000000000000001"},
    {"exact", "'NaN'"},
    {"scaled", "1234567890123456789012345678.0123456789"},
    {"scaled", "0.1"},
    {"scaled", "7"},
    {"real", "'1.7976931348623157e308'"},
    {"real", "'5e-324'"},
    {"real", "'2.2250738585072014e-308'"},
    {"real", "0.1"},
    {"real", "'Infinity'"},
    {"real", "'-Infinity'"},
    {"real", "'NaN'"},
    {"real", "9007199254740993"},
    {"single", "3.4028235e38"},
    {"single", "0.1"},
    {"at", "'2026-01-02 03:04:05.678901+00'"},
    {"at", "'2026-01-02 03:04:05.000001+00'"},
    {"at", "'0001-01-01 00:00:00+00'"},
    {"at", "'294276-12-31 23:59:59.999999+00'"},
    {"at", "'infinity'"},
    {"at", "'-infinity'"},
    {"at", "'0044-03-15 00:00:00 BC'"},
    {"plainat", "'2026-01-02 03:04:05.678901'"},
    {"hour", "'23:59:59.999999'"},
    {"hour", "'24:00:00'"},
    {"zoned", "'12:34:56.789012+05:30'"},
    {"span", "'1 year 2 mons -3 days 04:05:06.789012'"},
    {"span", "'-00:00:00.000001'"},
    {"day", "'2026-02-28'"},
    {"day", "'infinity'"},
    {"day", "'0044-03-15 BC'"},
    {"bytes", "'\\x00ff10deadbeef'"},
    {"bytes", "'\\x'"},
    {"bytes", "'\\x5c7831'"},
    {"texts", R"(array['a', null, '', 'NULL', '{}', 'x,y', '"q"', 'back\slash', ' ', 'é😀'])"},
    {"texts", "'{}'"},
    {"texts", "array[array['a', 'b'], array['c', null]]"},
    {"ints", "array[1, null, -2147483648, 2147483647]"},
    {"bigs", "array[9223372036854775807, -9223372036854775808]"},
    {"docs", R"(array['{"a": 1}'::jsonb, '"x"', null])"},
    {"flags", "array[true, null, false]"},
    {"mood", "'so so, \"well\"'"},
    {"uid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"},
    {"host", "'2001:db8::1/64'"},
    {"host", "'192.168.0.1'"},
    {"label", "''"},
    {"label", "null"},
    {"label", "'null'"},
    {"label", "'true'"},
    {"label", "'007'"},
    {"label", "' 12 '"},
    {"label", "'1e5'"},
    {"label", "'12345678901234567890'"},
    {"label", "'0x10'"},
    {"label", "'{\"a\": 1}'"},
    {"label", "'\\x4142'"},
    {"label", "E'tab\\tline\\r\\n\\u0001\\u001f\\u007f'"},
    {"label", "'👩‍👩‍👧‍👦 e\u0301 ﷽ \u202eabc \U00010348 \U0010FFFF'"},
    {"label", "repeat('😀', 5000)"},
    {"fixed", "'ab'"},
    {"flag", "true"},
    {"flag", "false"},
};

// A whole row cannot carry these, a patch leaves them as they are: jsonb's null, which is NULL in JSON; and what SQLite
// does not keep, or a column with a numeric affinity does not.
const QList<Value> onlyPatched{
    {"doc", "'null'"},
    {"docs", "array['null'::jsonb]"},
    {"real", "'-0'"},
    {"exact", "1.10"},
};

// In a column for any text one cannot tell this from the object.
const QList<Value> onlyAsJson{{"doc", R"('"{\"a\": 1}"')"}};

const char *const localTyped = R"(CREATE TABLE kinds (id VARCHAR(80) PRIMARY KEY NOT NULL, title VARCHAR(80),
    doc JSON_TEXT, big INTEGER, small SMALLINT, exact DECIMAL_TEXT, scaled DECIMAL_TEXT, real DOUBLE, single REAL,
    at TEXT, plainat TEXT, hour TEXT, zoned TEXT, span TEXT, day TEXT, bytes BLOB, texts JSON_TEXT, ints JSON_TEXT,
    bigs JSON_TEXT, docs JSON_TEXT, flags JSON_TEXT, mood TEXT, uid CHAR(36), host TEXT, label TEXT, fixed TEXT,
    flag BOOLEAN, updated_at TEXT))";
// SQLite's own names for things, which make numbers of texts.
const char *const localNumeric = R"(CREATE TABLE kinds (id STRING PRIMARY KEY NOT NULL, title STRING,
    doc JSON, big BIGINT, small INT, exact NUMERIC, scaled DECIMAL(38,10), real NUMERIC, single FLOAT,
    at DATETIME, plainat TIMESTAMP, hour TIME, zoned TIME, span INTERVAL_, day DATE, bytes BYTEA, texts JSON, ints JSON,
    bigs JSON, docs JSON, flags JSON, mood STRING, uid UUID, host INET, label STRING, fixed STRING,
    flag BOOL, updated_at DATETIME))";
const char *const localText = R"(CREATE TABLE kinds (id TEXT PRIMARY KEY NOT NULL, title TEXT,
    doc TEXT, big TEXT, small TEXT, exact TEXT, scaled TEXT, real TEXT, single TEXT,
    at TEXT, plainat TEXT, hour TEXT, zoned TEXT, span TEXT, day TEXT, bytes TEXT, texts TEXT, ints TEXT,
    bigs TEXT, docs TEXT, flags TEXT, mood TEXT, uid TEXT, host TEXT, label TEXT, fixed TEXT,
    flag TEXT, updated_at TEXT))";
const char *const localUndeclared = R"(CREATE TABLE kinds (id PRIMARY KEY NOT NULL, title,
    doc, big, small, exact, scaled, real, single, at, plainat, hour, zoned, span, day, bytes, texts, ints,
    bigs, docs, flags, mood, uid, host, label, fixed, flag, updated_at))";

// Everything but what the change concerns.
const QString unchanged =
    QStringLiteral("select id, (doc, big, small, exact, scaled, \"real\", single, at, plainat, hour, zoned, span, day, "
                   "bytes, texts, ints, bigs, docs, flags, mood, uid, host, label, fixed, flag)::text from kinds "
                   "order by id collate \"C\"");

const QStringList jsonColumns{QStringLiteral("doc"),  QStringLiteral("docs"), QStringLiteral("texts"),
                              QStringLiteral("ints"), QStringLiteral("bigs"), QStringLiteral("flags")};
// Each value has a row of its own; these have ids that are odd, and every column.
const QStringList oddIds{QStringLiteral("%41+,)\"' "), QStringLiteral("a b"), QStringLiteral("😀é"),
                         QStringLiteral("007"), QStringLiteral("\\\"\\")};

} // namespace

void TestPullValues::initTestCase()
{
    PullServer::Options options;
    options.tables = {QStringLiteral("kinds")};
    options.schema = QStringLiteral(R"(
        create type mood as enum ('so so, "well"', 'fine');
        create table kinds (
            id text primary key, title text,
            doc jsonb, big bigint, small smallint, exact numeric, scaled numeric(38, 10), "real" double precision,
            single real, at timestamptz, plainat timestamp, hour time, zoned timetz, span interval, day date,
            bytes bytea, texts text[], ints int[], bigs bigint[], docs jsonb[], flags boolean[], mood mood, uid uuid,
            host inet, label text, fixed char(5), flag boolean, updated_at timestamptz);
    )");
    QVERIFY2(m_server.start(options), qPrintable(m_server.error()));
}

void TestPullValues::modes()
{
    QTest::addColumn<Mode>("mode");
    QTest::newRow("plain") << Mode::Plain;
    QTest::newRow("kit") << Mode::Kit;
}

void TestPullValues::roundTrip_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<QString>("localSchema");
    QTest::addColumn<SyncOperation>("operation");
    const std::pair<const char *, const char *> schemas[] = {{"made", ""},
                                                             {"typed", localTyped},
                                                             {"numeric names", localNumeric},
                                                             {"all text", localText},
                                                             {"undeclared", localUndeclared}};
    for (const Mode mode : {Mode::Plain, Mode::Kit}) {
        for (const auto &[name, schema] : schemas) {
            for (const SyncOperation operation : {SyncOperation::Patch, SyncOperation::Upsert}) {
                QTest::addRow("%s, %s, %s", mode == Mode::Plain ? "plain" : "kit", name, qPrintable(toText(operation)))
                    << mode << QString::fromUtf8(schema) << operation;
            }
        }
    }
}

void TestPullValues::roundTrip()
{
    QFETCH(Mode, mode);
    QFETCH(QString, localSchema);
    QFETCH(SyncOperation, operation);
    m_server.begin(mode);
    QString statements;
    int number = 0;
    const bool isJson = localSchema.isEmpty() || localSchema.contains(QStringLiteral("JSON"));
    QList<Value> kept = operation == SyncOperation::Patch ? values + onlyPatched : values;
    if (isJson)
        kept += onlyAsJson;
    for (const Value &value : kept) {
        statements += QStringLiteral("insert into kinds (id, title, %1) values ('%2 %1', 'old', %3);\n")
                          .arg(QString::fromLatin1(value.column))
                          .arg(++number, 3, 10, QLatin1Char('0'))
                          .arg(QString::fromUtf8(value.sql));
    }
    for (const QString &id : oddIds)
        statements +=
            QStringLiteral("insert into kinds (id, title, label) values ($id$%1$id$, 'old', $id$%1$id$);\n").arg(id);
    m_server.sql(statements);
    const QString before = m_server.sql(unchanged);

    PullReplica::Options options;
    options.tables = {m_kinds};
    options.server.mode = mode;
    options.localSchema = localSchema;
    PullReplica replica(m_server.proxy(), options);
    const SyncReport pulled = replica.pull();
    // Nothing is stored that is not exactly what came; what the columns cannot hold is named.
    const int count = static_cast<int>(kept.size() + oddIds.size());
    QCOMPARE(pulled.pulled + pulled.quarantined, count);
    if (localSchema != QLatin1String(localNumeric))
        QCOMPARE(pulled.quarantined, 0);

    // As an application would: it reads the row, changes a column, and writes it back.
    const Result<QList<QVariantMap>> rows = replica->rows(m_kinds.name);
    QVERIFY(rows);
    for (QVariantMap row : *rows) {
        const QString id = row.value(QStringLiteral("id")).toString();
        const QVariantMap change{{QStringLiteral("title"), QStringLiteral("new")}};
        if (operation == SyncOperation::Upsert) {
            for (const QString &column : jsonColumns) {
                // Where the column is not declared as JSON it holds text, and only the application knows better. What
                // it cannot tell apart, 12 and "12", it leaves out.
                const QVariant text = row.value(column);
                if (isJson || text.typeId() != QMetaType::QString)
                    continue;
                const Result<QVariant> parsed = Json::parse(text.toString().toUtf8());
                if (parsed && parsed->typeId() != QMetaType::QString && parsed->typeId() != QMetaType::LongLong)
                    row.insert(column, *parsed);
                else
                    row.remove(column);
            }
            row.insert(change);
        }
        const WriteResult written = operation == SyncOperation::Patch ? replica->patch(m_kinds.name, id, change)
                                                                      : replica->write(m_kinds.name, id, row);
        QVERIFY2(written, qPrintable(id + written.failure.detail));
    }
    const SyncReport pushed = replica.drain();
    for (const Failure &error : pushed.errors)
        qInfo("%s %s", qPrintable(error.serverCode), qPrintable(error.detail));
    const QStringList expected = before.split(QLatin1Char('\n'));
    const QStringList found = m_server.sql(unchanged).split(QLatin1Char('\n'));
    QCOMPARE(found.size(), expected.size());
    QStringList differences;
    for (qsizetype i = 0; i < found.size(); ++i) {
        if (found.at(i) != expected.at(i))
            differences.append(expected.at(i).left(200) + QStringLiteral(" -> ") + found.at(i).left(200));
    }
    const QList<SyncEntry> open = replica.openEntries();
    for (const SyncEntry &entry : open)
        differences.append(entry.recordId + QStringLiteral(": ") + entry.error.detail);
    QVERIFY2(differences.isEmpty(), qPrintable(differences.join(QLatin1Char('\n'))));
    QCOMPARE(pushed.pushed, pulled.pulled);
    QCOMPARE(m_server.sql(QStringLiteral("select count(*) from kinds where title = 'new'")),
             QString::number(pulled.pulled));
    // And once more the other way: nothing is news.
    QCOMPARE(replica.pull().pulled, 0);
}

void TestPullValues::whatAColumnCannotHold()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(
        QStringLiteral("insert into kinds (id, exact, label, \"real\") values "
                       "('1', 12345678901234567.89, null, null), ('2', null, '007', null), ('3', null, null, 0.1), "
                       "('4', 0.5, '7 apples', 1)"));
    PullReplica::Options options;
    options.tables = {m_kinds};
    options.server.mode = mode;
    options.localSchema =
        QStringLiteral("CREATE TABLE kinds (id TEXT PRIMARY KEY, exact NUMERIC, label STRING, real INTEGER, "
                       "updated_at TEXT)");
    PullReplica replica(m_server.proxy(), options);
    const SyncReport report = replica.pull();
    QCOMPARE(report.pulled, 1);
    QCOMPARE(report.quarantined, 3);
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, exact, label, real FROM kinds")),
             QStringLiteral("4|0.5|7 apples|1"));
    const Result<QStringList> aside = replica->storage()->journal().quarantinedRecords(m_kinds.name);
    QVERIFY(aside);
    QCOMPARE(aside->size(), 3);
    for (const Failure &error : report.errors)
        QVERIFY2(error.detail.contains(m_kinds.name), qPrintable(error.detail));
}

QTEST_GUILESS_MAIN(TestPullValues)

#include "tst_pullvalues.moc"
