// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "conflictdevice.h"
#include "faultproxy.h"
#include "serverstack.h"

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

namespace {

constexpr int mostRounds = 4; // of both devices until nothing happens any more, the round that finds so included

const QString schema = QStringLiteral(R"sql(
-- Behind the kit's own trigger, for a server whose clock is another one.
create table skew (by interval);
insert into skew values ('0');
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp() + (select by from skew); return new; end $$;
create table hard (
    id text primary key, title text, body text, updated_at timestamptz not null default clock_timestamp());
create table soft (
    id text primary key, title text, body text, updated_at timestamptz not null default clock_timestamp(),
    deleted_at timestamptz);
do $$
declare name text;
begin
    foreach name in array array['hard', 'soft'] loop
        execute format('create table %s_children (id text primary key, parent_id text not null references %s (id) '
                       'on delete cascade, updated_at timestamptz not null default clock_timestamp())', name, name);
        execute format('create trigger zzz_stamp before insert or update on %s for each row execute function stamp()', name);
        execute format('create trigger zzz_stamp before insert or update on %s_children for each row '
                       'execute function stamp()', name);
    end loop;
end $$;
select tideline.track_table('hard'), tideline.track_table('soft'), tideline.track_table('hard_children'),
    tideline.track_table('soft_children');
)sql");

QVariantMap values(const QString &title, const QString &body)
{
    return {{QStringLiteral("title"), title}, {QStringLiteral("body"), body}};
}

const QString mine = QStringLiteral("mine");
const QString theirs = QStringLiteral("theirs");

// A column of the table in docs/conflicts.md: "update / delete".
class Scenario
{
public:
    explicit Scenario(const QString &column)
        : id(QString(column).replace(QRegularExpression(QStringLiteral("[ /]+")), QStringLiteral("_")))
        , here(column.section(QStringLiteral(" / "), 0, 0))
        , there(column.section(QStringLiteral(" / "), 1, 1))
        , table(column.contains(QLatin1String("soft")) ? QStringLiteral("soft") : QStringLiteral("hard"))
    {
    }

    static bool act(ConflictDevice &device, const QString &what, const QString &table, const QString &id,
                    const QString &text)
    {
        if (what.endsWith(QLatin1String("delete")))
            return bool(device->remove(table, id));
        if (what.endsWith(QLatin1String("title")))
            return bool(device->patch(table, id, {{QStringLiteral("title"), text}}));
        if (what.endsWith(QLatin1String("body")))
            return bool(device->write(table, id, values(QStringLiteral("old"), text)));
        return bool(device->write(table, id, values(text, text)));
    }
    bool actHere(ConflictDevice &device) const { return act(device, here, table, id, mine); }
    bool actThere(ConflictDevice &device) const { return act(device, there, table, id, theirs); }

    QString id;
    QString here;
    QString there;
    QString table;
};

// The table of docs/conflicts.md.
class Outcomes
{
public:
    bool read()
    {
        QFile file(QStringLiteral(TIDELINE_DOCS_DIR "/conflicts.md"));
        if (!file.open(QIODevice::ReadOnly))
            return false;
        const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'));
        for (const QString &line : lines) {
            QStringList cells = line.mid(2, line.size() - 4).split(QStringLiteral(" | "));
            const QString name = cells.takeFirst();
            if (name.startsWith(QLatin1String("strategy, what is here / there"))) {
                for (const QString &cell : std::as_const(cells))
                    scenarios.append(Scenario(cell));
            } else if (!scenarios.isEmpty() && cells.size() == scenarios.size()) {
                byStrategy.append({name, cells});
            } else if (!byStrategy.isEmpty()) {
                break;
            }
        }
        return !byStrategy.isEmpty();
    }

    QList<Scenario> scenarios;
    QList<std::pair<QString, QStringList>> byStrategy;
};

ConflictStrategy strategyOf(const QString &name)
{
    for (const ConflictStrategy strategy :
         {ConflictStrategy::LastWriteWins, ConflictStrategy::ServerWins, ConflictStrategy::ClientWins,
          ConflictStrategy::Custom, ConflictStrategy::FieldMerge, ConflictStrategy::Manual}) {
        if (name.startsWith(QLatin1Char('`') + toText(strategy) + QLatin1Char('`')))
            return strategy;
    }
    qFatal("docs/conflicts.md names an unknown strategy");
    return ConflictStrategy::Manual;
}

bool isThere(const std::optional<QVariantMap> &row)
{
    return row && row->value(QStringLiteral("deleted_at")).isNull();
}

QFuture<std::optional<QVariantMap>> answered(const std::optional<QVariantMap> &row)
{
    QPromise<std::optional<QVariantMap>> promise;
    promise.start();
    promise.addResult(row);
    promise.finish();
    return promise.future();
}

ConflictResolver resolverOf(const QString &name)
{
    if (name.contains(QLatin1String("answers to delete")))
        return [](const ConflictRecord &) { return answered(std::nullopt); };
    return [](const ConflictRecord &conflict) {
        if (!isThere(conflict.remote))
            return answered(conflict.local);
        if (!isThere(conflict.local))
            return answered(conflict.remote);
        return answered(QVariantMap{{QStringLiteral("title"), QStringLiteral("both")}});
    };
}

std::optional<QVariantMap> choiceOf(const QString &name, const ConflictRecord &conflict)
{
    if (name.contains(QLatin1String("local")))
        return conflict.local;
    if (name.contains(QLatin1String("remote")))
        return conflict.remote;
    return QVariantMap{{QStringLiteral("title"), QStringLiteral("both")}};
}

} // namespace

// Two devices with SQLite files against PostgreSQL and PostgREST.
class tst_Conflicts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void outcome_data();
    void outcome();
    void losersComeBack_data();
    void losersComeBack();
    void clockAYearOff_data();
    void clockAYearOff();

private:
    QString sql(const QString &text)
    {
        const ServerStack::SqlResult result = m_stack.runSql(text);
        return result.ok ? result.output.trimmed() : QStringLiteral("FAILED: ") + result.output;
    }
    void makeRecords(ConflictDevice &a, ConflictDevice &b);
    QMap<QString, QString> serverRows();
    int roundsToRest(ConflictDevice &a, ConflictDevice &b);

    ServerStack m_stack;
    FaultProxy m_proxy;
    Outcomes m_outcomes;
};

void tst_Conflicts::initTestCase()
{
    QVERIFY(m_outcomes.read());
    QCOMPARE(m_outcomes.scenarios.size(), 7);
    QCOMPARE(m_outcomes.byStrategy.size(), 11);
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    QVERIFY(kit.open(QIODevice::ReadOnly));
    ServerStack::Options options;
    options.schema = QString::fromUtf8(kit.readAll()) + schema;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    QVERIFY2(m_proxy.start(m_stack.url()), qPrintable(m_proxy.error()));
}

void tst_Conflicts::init()
{
    QCOMPARE(sql(QStringLiteral("truncate hard, soft, hard_children, soft_children; update skew set by = '0'")),
             QString());
    QVERIFY(m_proxy.clear());
}

// One for each scenario, with a child and a local note, on both devices.
void tst_Conflicts::makeRecords(ConflictDevice &a, ConflictDevice &b)
{
    for (const Scenario &scenario : std::as_const(m_outcomes.scenarios)) {
        QCOMPARE(sql(QStringLiteral("insert into %1 (id, title, body) values ('%2', 'old', 'old'); "
                                    "insert into %1_children (id, parent_id) values ('%2', '%2')")
                         .arg(scenario.table, scenario.id)),
                 QString());
    }
    for (ConflictDevice *device : {&a, &b}) {
        QVERIFY(device->sync().errors.isEmpty());
        for (const char *table : {"hard", "soft"})
            QVERIFY(device->execute(QStringLiteral("UPDATE %1 SET local_note = 'note'").arg(QLatin1String(table))));
    }
}

QMap<QString, QString> tst_Conflicts::serverRows()
{
    QMap<QString, QString> rows;
    const QString output = sql(QStringLiteral(
        "select 'hard ' || id || '|' || title || '/' || body || ' ' || (to_json(updated_at) #>> '{}') || ' ' from hard "
        "union all select 'soft ' || id || '|' || title || '/' || body || ' ' || (to_json(updated_at) #>> '{}') || ' ' "
        "|| "
        "coalesce(to_json(deleted_at) #>> '{}', '') from soft "
        "union all select 'hard_children ' || id || '|' || parent_id from hard_children "
        "union all select 'soft_children ' || id || '|' || parent_id from soft_children"));
    for (const QString &line : output.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        rows.insert(line.section(QLatin1Char('|'), 0, 0), line.section(QLatin1Char('|'), 1));
    return rows;
}

int tst_Conflicts::roundsToRest(ConflictDevice &a, ConflictDevice &b)
{
    for (int round = 1; round <= 2 * mostRounds; ++round) {
        int happened = 0;
        for (ConflictDevice *device : {&a, &b}) {
            const SyncReport report = device->sync();
            happened += report.pushed + report.pulled + report.deleted + report.conflicts + report.retrying
                        + report.dead + static_cast<int>(report.errors.size());
        }
        if (happened == 0)
            return round;
    }
    return 2 * mostRounds + 1;
}

void tst_Conflicts::outcome_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<QStringList>("expected");
    QTest::addColumn<bool>("isKit");
    QTest::addColumn<bool>("isFoundByPull");
    for (const auto &[strategy, expected] : std::as_const(m_outcomes.byStrategy)) {
        for (const bool isKit : {true, false}) {
            for (const bool isFoundByPull : {true, false}) {
                QTest::addRow("%s, %s, found by a %s", qPrintable(strategy), isKit ? "kit" : "plain",
                              isFoundByPull ? "pull" : "push")
                    << strategy << expected << isKit << isFoundByPull;
            }
        }
    }
}

void tst_Conflicts::outcome()
{
    QFETCH(const QString, strategy);
    QFETCH(const QStringList, expected);
    QFETCH(const bool, isKit);
    QFETCH(const bool, isFoundByPull);
    const QList<Scenario> &scenarios = m_outcomes.scenarios;
    const qsizetype count = scenarios.size();
    const auto mode = isKit ? SupabaseOptions::Mode::Auto : SupabaseOptions::Mode::Plain;
    SyncConfig config;
    config.conflictStrategy = strategyOf(strategy);
    config.onConflict = resolverOf(strategy);
    ConflictDevice a(m_stack.url(), mode, config);
    ConflictDevice b(m_stack.url(), mode, config);
    makeRecords(a, b);
    if (QTest::currentTestFailed())
        return;

    for (const Scenario &scenario : scenarios)
        QVERIFY(scenario.actThere(b));
    QCOMPARE(b.sync().pushed, count);
    a.clock().advance(strategy.contains(QLatin1String("later there")) ? -1h : 1h);
    for (const Scenario &scenario : scenarios)
        QVERIFY(scenario.actHere(a));
    QCOMPARE((isFoundByPull ? a.pull() : a.sync()).conflicts, count);
    if (config.conflictStrategy == ConflictStrategy::Manual) {
        a.sync();
        for (const ConflictRecord &conflict : a.conflicts()) {
            QVERIFY(conflict.isOpen);
            QVERIFY(a->resolve(conflict.id, choiceOf(strategy, conflict)));
        }
    }
    if (config.conflictStrategy == ConflictStrategy::Custom)
        QTRY_COMPARE(*a->storage()->journal().openConflictCount(), 0);

    const int rounds = roundsToRest(a, b);
    QVERIFY2(rounds <= mostRounds, qPrintable(QString::number(rounds)));
    for (qsizetype i = 0; i < count; ++i) {
        const Scenario &scenario = scenarios.at(i);
        QVERIFY2(a.outcome(scenario.table, scenario.id) == expected.at(i),
                 qPrintable(scenario.id + QLatin1Char(' ') + a.outcome(scenario.table, scenario.id)));
    }
    QCOMPARE(a.rows(), serverRows());
    QCOMPARE(b.rows(), serverRows());

    for (qsizetype i = 0; i < count; ++i) {
        const Scenario &scenario = scenarios.at(i);
        const bool isHardDeleted =
            scenario.table == QLatin1String("hard")
            && (expected.at(i) == QLatin1String("-") || scenario.there == QLatin1String("delete"));
        QCOMPARE(a.rows().contains(scenario.table + QStringLiteral("_children ") + scenario.id), !isHardDeleted);
        if (a.outcome(scenario.table, scenario.id) != QLatin1String("-"))
            QCOMPARE(a.localNote(scenario.table, scenario.id), QStringLiteral("note"));
        if (!isHardDeleted)
            QCOMPARE(b.localNote(scenario.table, scenario.id), QStringLiteral("note"));
    }

    QCOMPARE(a.conflictEvents(), count);
    QCOMPARE(b.conflictEvents(), 0);
    QVERIFY(b.conflicts().isEmpty());
    QStringList records;
    for (const ConflictRecord &conflict : a.conflicts()) {
        QVERIFY(!conflict.isOpen);
        QCOMPARE(conflict.strategy, config.conflictStrategy);
        QCOMPARE(conflict.base->value(QStringLiteral("title")).toString(), QStringLiteral("old"));
        records.append(conflict.recordId);
    }
    QStringList ids;
    for (const Scenario &scenario : scenarios)
        ids.append(scenario.id);
    records.sort();
    ids.sort();
    QCOMPARE(records, ids);
}

void tst_Conflicts::losersComeBack_data()
{
    QTest::addColumn<ConflictStrategy>("strategy");
    QTest::addColumn<bool>("isKit");
    for (const ConflictStrategy strategy : {ConflictStrategy::ServerWins, ConflictStrategy::ClientWins}) {
        for (const bool isKit : {true, false})
            QTest::addRow("%s, %s", qPrintable(toText(strategy)), isKit ? "kit" : "plain") << strategy << isKit;
    }
}

void tst_Conflicts::losersComeBack()
{
    QFETCH(const ConflictStrategy, strategy);
    QFETCH(const bool, isKit);
    const bool isLocalBack = strategy == ConflictStrategy::ServerWins;
    const auto mode = isKit ? SupabaseOptions::Mode::Auto : SupabaseOptions::Mode::Plain;
    SyncConfig config;
    config.conflictStrategy = strategy;
    ConflictDevice a(m_stack.url(), mode, config);
    ConflictDevice b(m_stack.url(), mode, config);
    makeRecords(a, b);
    if (QTest::currentTestFailed())
        return;
    for (const Scenario &scenario : std::as_const(m_outcomes.scenarios)) {
        QVERIFY(scenario.actThere(b));
        QVERIFY(scenario.actHere(a));
    }
    b.sync();
    a.sync();
    QVERIFY(roundsToRest(a, b) <= mostRounds);

    const QList<ConflictRecord> before = a.conflicts();
    for (const ConflictRecord &conflict : before)
        QVERIFY(a->resolve(conflict.id, isLocalBack ? conflict.local : conflict.remote));
    QVERIFY(roundsToRest(a, b) <= mostRounds);
    QCOMPARE(a.rows(), serverRows());
    QCOMPARE(b.rows(), serverRows());
    for (const Scenario &scenario : std::as_const(m_outcomes.scenarios)) {
        const QString &change = isLocalBack ? scenario.here : scenario.there;
        const QString text = isLocalBack ? mine : theirs;
        const QString expected = change.endsWith(QLatin1String("delete"))  ? QStringLiteral("-")
                                 : change.endsWith(QLatin1String("title")) ? text + QStringLiteral("/old")
                                 : change.endsWith(QLatin1String("body"))  ? QStringLiteral("old/") + text
                                                                           : text + QLatin1Char('/') + text;
        QVERIFY2(a.outcome(scenario.table, scenario.id) == expected,
                 qPrintable(scenario.id + QLatin1Char(' ') + a.outcome(scenario.table, scenario.id)));
        // Only this device knew it, and the record of the conflict has kept it.
        if (expected != QLatin1String("-") && isLocalBack)
            QCOMPARE(a.localNote(scenario.table, scenario.id), QStringLiteral("note"));
    }
    QCOMPARE(a.conflicts(), before); // no conflict came of it, and what was decided then stays on record
    QCOMPARE(a.conflictEvents(), before.size());
}

void tst_Conflicts::clockAYearOff_data()
{
    QTest::addColumn<int>("days"); // that this machine's clock is behind
    QTest::addColumn<bool>("isLaterHere");
    for (const int days : {365, -365}) {
        for (const bool isLaterHere : {true, false})
            QTest::addRow("%s, later %s", days > 0 ? "behind" : "ahead", isLaterHere ? "here" : "there")
                << days << isLaterHere;
    }
}

// The server and the time that it tells are what is moved, because this machine's clock cannot be.
void tst_Conflicts::clockAYearOff()
{
    QFETCH(const int, days);
    QFETCH(const bool, isLaterHere);
    QCOMPARE(sql(QStringLiteral("update skew set by = '%1 days'").arg(days)), QString());
    const QDateTime serverTime = QDateTime::currentDateTimeUtc().addDays(days);
    QVERIFY(m_proxy.add(HttpFault::replaceHeaders(
        {{QStringLiteral("Date"),
          QLocale::c().toString(serverTime, QStringLiteral("ddd, dd MMM yyyy hh:mm:ss")) + QStringLiteral(" GMT")}})));
    ConflictDevice a(m_proxy.url(), SupabaseOptions::Mode::Plain, {});
    ConflictDevice b(m_stack.url(), SupabaseOptions::Mode::Plain, {});
    makeRecords(a, b);
    if (QTest::currentTestFailed())
        return;
    const Scenario scenario = m_outcomes.scenarios.constFirst();
    QVERIFY(scenario.actThere(b));
    b.sync();
    a.clock().advance(isLaterHere ? 1h : -1h);
    QVERIFY(scenario.actHere(a));
    QCOMPARE(a.sync().conflicts, 1);
    QVERIFY(roundsToRest(a, b) <= mostRounds);
    QCOMPARE(b.outcome(scenario.table, scenario.id),
             isLaterHere ? QStringLiteral("mine/mine") : QStringLiteral("theirs/theirs"));
    QCOMPARE(a.rows(), serverRows());
}

QTEST_GUILESS_MAIN(tst_Conflicts)
#include "tst_conflicts.moc"
