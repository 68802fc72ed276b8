// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"
#include "pullserver.h"

#include <QtCore/QLocale>
#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

// Every row arrives, once: through page caps, equal times, late commits, wrong clocks, and while others write.
class TestPullComplete : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void everyRowArrivesOnce_data();
    void everyRowArrivesOnce();
    void pageCapBelowThePageSize_data() { modes(); }
    void pageCapBelowThePageSize();
    void timesApartByMicroseconds_data() { modes(); }
    void timesApartByMicroseconds();
    void othersWriteBetweenPages_data() { modes(); }
    void othersWriteBetweenPages();
    void lateCommitArrives_data();
    void lateCommitArrives();
    void clockIsOff_data();
    void clockIsOff();
    void compositeKeys_data() { modes(); }
    void compositeKeys();
    void oddIds_data() { modes(); }
    void oddIds();

private:
    static void modes();
    // Where nothing is deleted without a comparison of ids, which would find again what the pages have missed.
    static PullReplica::Options options(const QList<TableConfig> &tables, int pageSize = 1000,
                                        ReconcilePolicy reconcile = ReconcilePolicy::Off);
    // As they are here, when every one has come.
    QString serverRows() { return m_server.sql(QStringLiteral("select id, title from rows order by id")); }

    PullServer m_server;
    TableConfig m_rows{QStringLiteral("rows")};
};

namespace {

using Mode = SupabaseOptions::Mode;

const QString localRows = QStringLiteral("SELECT id, title FROM rows ORDER BY id");

// Each is told of once, here and in the events.
int toldRows(const PullReplica &replica)
{
    int count = 0;
    const QList<SyncPullComplete> pulls = replica.told().pulls;
    for (const SyncPullComplete &pull : pulls)
        count += pull.rowCount;
    return count;
}

} // namespace

void TestPullComplete::initTestCase()
{
    PullServer::Options options;
    options.tables = {QStringLiteral("rows"), QStringLiteral("pairs"), QStringLiteral("odd")};
    options.schema = QStringLiteral(R"(
        create table rows (id int primary key, title text, updated_at timestamptz not null);
        create table pairs (team text, person int, title text, updated_at timestamptz not null,
                            primary key (team, person));
        create table odd (id text primary key, title text, updated_at timestamptz not null);
    )");
    options.maxRows = 1000;
    QVERIFY2(m_server.start(options), qPrintable(m_server.error()));
}

void TestPullComplete::modes()
{
    QTest::addColumn<Mode>("mode");
    QTest::newRow("plain") << Mode::Plain;
    QTest::newRow("kit") << Mode::Kit;
}

PullReplica::Options TestPullComplete::options(const QList<TableConfig> &tables, int pageSize,
                                               ReconcilePolicy reconcile)
{
    PullReplica::Options options;
    options.tables = tables;
    options.config.pageSize = pageSize;
    options.config.reconcile = reconcile;
    options.server.mode = *static_cast<Mode *>(QTest::qData("mode", qMetaTypeId<Mode>()));
    return options;
}

void TestPullComplete::everyRowArrivesOnce_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<int>("count");
    for (const int count : {1, 1000, 1001, 2500}) {
        QTest::addRow("plain, %d", count) << Mode::Plain << count;
        QTest::addRow("kit, %d", count) << Mode::Kit << count;
    }
}

void TestPullComplete::everyRowArrivesOnce()
{
    QFETCH(Mode, mode);
    QFETCH(int, count);
    m_server.begin(mode);
    m_server.sql(
        QStringLiteral("set test.stamp = 'off'; insert into rows select g, 't' || g, '2026-01-02 03:04:05.678901+00' "
                       "from generate_series(1, %1) g")
            .arg(count));
    PullReplica replica(m_server.proxy(), options({m_rows}));
    replica.countChanges(m_rows.name);
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.pulled, count);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*), sum(id) FROM rows WHERE title = 't' || id")),
             QStringLiteral("%1|%2").arg(count).arg(count * (count + 1) / 2));
    QCOMPARE(toldRows(replica), count);
    QVERIFY(replica.told().changedTables.contains(m_rows.name));

    for (int i = 0; i < 2; ++i)
        QCOMPARE(replica.pull().pulled, 0);
    QCOMPARE(replica.changes(), count);
    QCOMPARE(toldRows(replica), count);

    // One of them and a further one change: these two come, and nothing else.
    m_server.sql(
        QStringLiteral("update rows set title = 'new' where id = %1; insert into rows values (0, 'new')").arg(count));
    QCOMPARE(replica.pull().pulled, 2);
    QCOMPARE(replica.changes(), count + 2);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM rows WHERE title = 'new'")), QStringLiteral("2"));
}

void TestPullComplete::pageCapBelowThePageSize()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't' from generate_series(1, 2001) g"));
    PullReplica replica(m_server.proxy(), options({m_rows}, 5000));
    replica.countChanges(m_rows.name);
    QCOMPARE(replica.pull().pulled, 2001);
    QCOMPARE(replica.pull().pulled, 0);
    QCOMPARE(replica.changes(), 2001);
}

void TestPullComplete::timesApartByMicroseconds()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("set test.stamp = 'off'; insert into rows values "
                                "(1, 'a', '2026-01-01 00:00:00.999900+00'), (2, 'b', '2026-01-01 00:00:00.999600+00'), "
                                "(3, 'c', '2026-01-01 00:00:00.999601+00'), (4, 'd', '2026-01-01 00:00:01+00'), "
                                "(5, 'e', '2026-01-01 00:00:00.9999+00'), (6, 'f', '2026-01-01 00:00:00.999999+00')"));
    PullReplica replica(m_server.proxy(), options({m_rows}, 1));
    replica.countChanges(m_rows.name);
    QCOMPARE(replica.pull().pulled, 6);
    QCOMPARE(replica.sql(localRows), serverRows());
    m_server.sql(
        QStringLiteral("set test.stamp = 'off'; "
                       "update rows set title = 'B', updated_at = '2026-01-01 00:00:01.000001+00' where id = 2; "
                       "insert into rows values (7, 'g', '2026-01-01 00:00:01+00')"));
    QCOMPARE(replica.pull().pulled, 2);
    QCOMPARE(replica.sql(localRows), serverRows());
    QCOMPARE(replica.changes(), 8);
}

// Deleted, changed and inserted before the next page is made: on pages that came, and on pages to come.
void TestPullComplete::othersWriteBetweenPages()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't' from generate_series(1, 50) g"));
    PullReplica replica(m_server.proxy(), options({m_rows}, 10, ReconcilePolicy::Automatic));
    m_server.holdPage(m_rows.name, 3, HttpFault::HangAt::Request);
    const QFuture<SyncReport> pull = replica.beginPull();
    QTRY_VERIFY_WITH_TIMEOUT(m_server.isHolding(), 20000);
    m_server.sql(QStringLiteral("delete from rows where id in (1, 2, 3, 15, 19, 21, 40); "
                                "update rows set title = 'changed' where id in (4, 16, 22, 50); "
                                "insert into rows values (0, 'inserted'), (51, 'inserted')"));
    m_server.letGo();
    const SyncReport report = PullReplica::wait(pull);
    QVERIFY(report.errors.isEmpty());
    // What is on the server is here, whatever has to go.
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, title FROM rows WHERE id NOT IN (1, 2, 3, 15, 19, 21, 40) "
                                        "ORDER BY id")),
             serverRows());
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(localRows), serverRows());
    QCOMPARE(replica.pull().pulled, 0);
}

void TestPullComplete::lateCommitArrives_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<int>("transactions");
    QTest::addColumn<int>("pullsMeanwhile");
    QTest::newRow("plain, after the pull") << Mode::Plain << 1 << 1;
    QTest::newRow("plain, two of them") << Mode::Plain << 2 << 1;
    QTest::newRow("plain, after a later pull") << Mode::Plain << 1 << 2;
    QTest::newRow("kit, after the pull") << Mode::Kit << 1 << 1;
    QTest::newRow("kit, two of them") << Mode::Kit << 2 << 1;
    QTest::newRow("kit, after a later pull") << Mode::Kit << 1 << 2;
}

// Transactions that began before the pull commit after it, each with an insertion and a change.
void TestPullComplete::lateCommitArrives()
{
    QFETCH(Mode, mode);
    QFETCH(int, transactions);
    QFETCH(int, pullsMeanwhile);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 'first' from generate_series(1, 5) g"));
    PullReplica::Options settings = options({m_rows});
    settings.server.overlap = 3s;
    PullReplica replica(m_server.proxy(), settings);
    replica.countChanges(m_rows.name);
    std::vector<std::unique_ptr<SqlSession>> late;
    for (int i = 1; i <= transactions; ++i) {
        late.push_back(m_server.beginTransaction(
            QStringLiteral("insert into rows values (%1, 'late'); update rows set title = 'late' where id = %2")
                .arg(100 + i)
                .arg(i)));
    }
    for (int i = 1; i <= pullsMeanwhile; ++i) {
        m_server.sql(QStringLiteral("insert into rows values (%1, 'between')").arg(10 + i));
        QCOMPARE(replica.pull().pulled, i == 1 ? 6 : 1);
    }
    for (const std::unique_ptr<SqlSession> &session : late) {
        session->run(QStringLiteral("commit;"));
        QVERIFY(session->end());
    }
    m_server.sql(QStringLiteral("insert into rows values (30, 'after')"));
    const auto isComplete = [&] { return replica.pull().errors.isEmpty() && replica.sql(localRows) == serverRows(); };
    QTRY_VERIFY_WITH_TIMEOUT(isComplete(), 20000);
    QCOMPARE(replica.pull().pulled, 0);
    QCOMPARE(replica.changes(), 5 + pullsMeanwhile + 2 * transactions + 1);
    QCOMPARE(toldRows(replica), replica.changes());
}

void TestPullComplete::clockIsOff_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<int>("days");
    QTest::newRow("plain, behind") << Mode::Plain << -365;
    QTest::newRow("plain, ahead") << Mode::Plain << 365;
    QTest::newRow("kit, behind") << Mode::Kit << -365;
    QTest::newRow("kit, ahead") << Mode::Kit << 365;
}

void TestPullComplete::clockIsOff()
{
    QFETCH(Mode, mode);
    QFETCH(int, days);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 'first' from generate_series(1, 5) g"));
    PullReplica::Options settings = options({m_rows}, 1000, ReconcilePolicy::Automatic);
    settings.start = settings.start.addDays(days);
    PullReplica replica(m_server.proxy(), settings);
    replica.countChanges(m_rows.name);
    QCOMPARE(replica.pull().pulled, 5);
    m_server.sql(
        QStringLiteral("update rows set title = 'second' where id = 2; insert into rows values (6, 'second')"));
    QCOMPARE(replica.pull().pulled, 2);
    QVERIFY(replica->patch(m_rows.name, QStringLiteral("3"), {{QStringLiteral("title"), QStringLiteral("mine")}}));
    QVERIFY(replica->write(m_rows.name, QStringLiteral("7"), {{QStringLiteral("title"), QStringLiteral("mine")}}));
    QCOMPARE(replica.drain().pushed, 2);
    m_server.sql(QStringLiteral("update rows set title = 'third' where id in (3, 4); delete from rows where id = 5"));
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(localRows), serverRows());
    const int changes = replica.changes();
    QCOMPARE(replica.pull().pulled, 0);
    QCOMPARE(replica.changes(), changes);

    // Of two changes of one row the later one wins, by the server's clock: here the local one. (What is between the two
    // clocks the adapter reads from replies, and it has no clock but the machine's.)
    const QString now = QLocale::c().toString(QDateTime::currentDateTimeUtc().addDays(-days),
                                              QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    QVERIFY(m_server.proxy().add(HttpFault::replaceHeaders({{QStringLiteral("Date"), now}})));
    m_server.sql(QStringLiteral("update rows set title = 'theirs' where id = 1"));
    replica.clock().advance(10min);
    QVERIFY(replica->patch(m_rows.name, QStringLiteral("1"), {{QStringLiteral("title"), QStringLiteral("mine")}}));
    replica.settle();
    QCOMPARE(m_server.sql(QStringLiteral("select title from rows where id = 1")), QStringLiteral("mine"));
    QCOMPARE(replica.sql(localRows), serverRows());
}

void TestPullComplete::compositeKeys()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    // One time for all, and pages that end within a team.
    m_server.sql(
        QStringLiteral("set test.stamp = 'off'; insert into pairs select t, p, t || p, '2026-01-02 03:04:05+00' "
                       "from unnest(array['a', 'A', 'b\",)(', 'ä', '']) t, generate_series(-2, 2) p"));
    TableConfig pairs(QStringLiteral("pairs"));
    pairs.key = QStringList{QStringLiteral("team"), QStringLiteral("person")};
    PullReplica replica(m_server.proxy(), options({pairs}, 3, ReconcilePolicy::Automatic));
    replica.countChanges(pairs.name);
    QCOMPARE(replica.pull().pulled, 25);
    const QString local = QStringLiteral("SELECT team || ':' || person, title FROM pairs ORDER BY 1");
    const QString server =
        QStringLiteral("select team || ':' || person, title from pairs order by (team || ':' || person) collate \"C\"");
    QCOMPARE(replica.sql(local), m_server.sql(server));
    m_server.sql(QStringLiteral("update pairs set title = 'new' where person = 2; delete from pairs where team = ''"));
    QCOMPARE(replica.pull().pulled, 4);
    QCOMPARE(replica.sql(local), m_server.sql(server));
    QCOMPARE(replica.pull().pulled, 0);
    QCOMPARE(replica.changes(), 25 + 4 + 5);
}

void TestPullComplete::oddIds()
{
    QFETCH(Mode, mode);
    const QStringList ids{QStringLiteral("%41"),   QStringLiteral("+"),        QStringLiteral(","),
                          QStringLiteral(")"),     QStringLiteral("\""),       QStringLiteral("%41+,)\"'"),
                          QStringLiteral(" "),     QStringLiteral("a b"),      QStringLiteral("back\\slash\\"),
                          QStringLiteral("it's"),  QStringLiteral("null"),     QStringLiteral("007"),
                          QStringLiteral("7"),     QStringLiteral("1e2"),      QStringLiteral("100"),
                          QStringLiteral("😀é́"),    QStringLiteral("&x=y#z?/"), QStringLiteral("[\"a\",1]"),
                          QStringLiteral("{a,b}"), QStringLiteral("*"),        QStringLiteral("a.eq.b:c"),
                          QStringLiteral("A"),     QStringLiteral("a"),        QStringLiteral("or=(id.eq.1)"),
                          QStringLiteral("é"),     QStringLiteral("e\u0301")};
    m_server.begin(mode);
    QStringList values;
    for (const QString &id : ids)
        values.append(QStringLiteral("($id$%1$id$, '1', '2026-01-02 03:04:05+00')").arg(id));
    m_server.sql(QStringLiteral("set test.stamp = 'off'; insert into odd values ") + values.join(QLatin1Char(',')));
    const TableConfig odd(QStringLiteral("odd"));
    PullReplica replica(m_server.proxy(), options({odd}, 1, ReconcilePolicy::Automatic));
    replica.countChanges(odd.name);
    QCOMPARE(replica.pull().pulled, ids.size());
    QCOMPARE(replica.pull().pulled, 0);
    for (const QString &id : ids) {
        QCOMPARE(replica.row(odd.name, id).value(QStringLiteral("id")).toString(), id);
        QVERIFY(replica->patch(odd.name, id, {{QStringLiteral("title"), id}}));
    }
    QCOMPARE(replica.drain().pushed, ids.size());
    QCOMPARE(m_server.sql(QStringLiteral("select count(*) from odd where title = id")), QString::number(ids.size()));
    m_server.sql(QStringLiteral("update odd set title = '2'; delete from odd where id in ('null', '%41', 'é')"));
    const SyncReport report = replica.pull();
    QVERIFY2(report.errors.isEmpty(), report.errors.isEmpty() ? "" : qPrintable(report.errors.constFirst().detail));
    QCOMPARE(report.pulled, ids.size() - 3);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM odd WHERE title = '2'")),
             QString::number(ids.size() - 3));
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM odd")), QString::number(ids.size() - 3));
}

QTEST_GUILESS_MAIN(TestPullComplete)

#include "tst_pullcomplete.moc"
