// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"
#include "pullserver.h"

#include <QtTest/QTest>

#include <algorithm>

using namespace Tideline;
using namespace std::chrono_literals;

// How pages become rows of the application's tables: step by step, around bad rows, beside what is not the server's.
class TestPullStreaming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void tellsHowFarItIs_data() { modes(); }
    void tellsHowFarItIs();
    void goesOnAfterTheProcessEnded_data() { modes(); }
    void goesOnAfterTheProcessEnded();
    void goesOnAfterACancellation_data() { modes(); }
    void goesOnAfterACancellation();
    void goesOnAfterAFailure_data() { modes(); }
    void goesOnAfterAFailure();
    void badRowsAreSetAside_data() { modes(); }
    void badRowsAreSetAside();
    void badRowIsDeleted_data() { modes(); }
    void badRowIsDeleted();
    void keyedByWhatMovesOn_data() { modes(); }
    void keyedByWhatMovesOn();
    void childrenBeforeParents_data();
    void childrenBeforeParents();
    void removalsInAnyOrder_data();
    void removalsInAnyOrder();
    void unknownColumnsAreToldOnce_data() { modes(); }
    void unknownColumnsAreToldOnce();
    void whatIsNotTheServersStays_data();
    void whatIsNotTheServersStays();

private:
    static void modes();
    static void modesAndForeignKeys();
    static PullReplica::Options options(const QStringList &tables, int pageSize = 1000);
    int pageRequests();

    PullServer m_server;
};

namespace {

using Mode = SupabaseOptions::Mode;

const QString rows = QStringLiteral("rows");
const QString parents = QStringLiteral("parents");
const QString kids = QStringLiteral("children");
const QString nodes = QStringLiteral("nodes");

const QString localFamily = QStringLiteral(
    "CREATE TABLE parents (id INTEGER PRIMARY KEY, title TEXT, starred INTEGER DEFAULT 0, updated_at TEXT);"
    "CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents (id) ON DELETE "
    "CASCADE,"
    " title TEXT, updated_at TEXT);"
    "CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES nodes (id), title TEXT, updated_at TEXT);"
    "CREATE TABLE attachments (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE)");

} // namespace

void TestPullStreaming::initTestCase()
{
    PullServer::Options options;
    options.tables = {rows, parents, kids, nodes};
    options.schema = QStringLiteral(R"(
        create table rows (id int primary key, title text, extra text, updated_at timestamptz);
        create table parents (id int primary key, title text, updated_at timestamptz);
        create table children (id int primary key, parent_id int not null references parents on delete cascade, title text,
                               updated_at timestamptz);
        create table nodes (id int primary key, parent_id int references nodes on delete cascade, title text,
                            updated_at timestamptz);
    )");
    QVERIFY2(m_server.start(options), qPrintable(m_server.error()));
}

void TestPullStreaming::modes()
{
    QTest::addColumn<Mode>("mode");
    QTest::newRow("plain") << Mode::Plain;
    QTest::newRow("kit") << Mode::Kit;
}

void TestPullStreaming::modesAndForeignKeys()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<bool>("enforcesForeignKeys");
    QTest::newRow("plain") << Mode::Plain << false;
    QTest::newRow("plain, foreign keys on") << Mode::Plain << true;
    QTest::newRow("kit") << Mode::Kit << false;
    QTest::newRow("kit, foreign keys on") << Mode::Kit << true;
}

PullReplica::Options TestPullStreaming::options(const QStringList &tables, int pageSize)
{
    PullReplica::Options options;
    for (const QString &table : tables)
        options.tables.append(TableConfig(table));
    options.config.pageSize = pageSize;
    options.server.mode = *static_cast<Mode *>(QTest::qData("mode", qMetaTypeId<Mode>()));
    return options;
}

// Those that bring rows.
int TestPullStreaming::pageRequests()
{
    const QList<FaultProxy::Request> requests = m_server.proxy().requests();
    return static_cast<int>(std::count_if(requests.cbegin(), requests.cend(), [](const FaultProxy::Request &one) {
        return one.path.startsWith("/rpc/tideline_pull") || one.path.contains("select=*");
    }));
}

void TestPullStreaming::tellsHowFarItIs()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't' from generate_series(1, 250) g"));
    PullReplica replica(m_server.proxy(), options({rows}, 100));
    QCOMPARE(replica.pull().pulled, 250);
    const auto progress = replica.told().progress;
    QCOMPARE(progress.size(), 3);
    for (qsizetype i = 0; i < progress.size(); ++i) {
        QCOMPARE(progress.at(i).first, std::min<qint64>(100 * (i + 1), 250));
        QCOMPARE(progress.at(i).second, 250);
    }
    QTRY_VERIFY(replica->isInitialSyncDone());
}

void TestPullStreaming::goesOnAfterTheProcessEnded()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't' from generate_series(1, 500) g"));
    PullReplica replica(m_server.proxy(), options({rows}, 50));
    replica.countChanges(rows);
    m_server.holdPage(rows, 7);
    const QFuture<SyncReport> pull = replica.beginPull();
    QTRY_VERIFY_WITH_TIMEOUT(m_server.isHolding(), 20000);
    QTRY_COMPARE_WITH_TIMEOUT(replica.changes(), 300, 20000);
    replica.close();
    QVERIFY(pull.isFinished());
    m_server.letGo();
    m_server.proxy().forget();

    replica.reopen();
    QVERIFY(!replica->isInitialSyncDone());
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.pulled, 200);
    QCOMPARE(replica.changes(), 500);
    QVERIFY2(pageRequests() <= 5, qPrintable(QString::number(pageRequests())));
    QCOMPARE(replica.pull().pulled, 0);
}

// Nothing that came afterwards is stored, and nothing that came before comes again.
void TestPullStreaming::goesOnAfterACancellation()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't' from generate_series(1, 500) g"));
    PullReplica replica(m_server.proxy(), options({rows}, 50));
    replica.countChanges(rows);
    m_server.holdPage(rows, 7);
    QFuture<SyncReport> pull = replica.beginPull();
    QTRY_VERIFY_WITH_TIMEOUT(m_server.isHolding(), 20000);
    QTRY_COMPARE_WITH_TIMEOUT(replica.changes(), 300, 20000);
    pull.cancel();
    QTRY_VERIFY(pull.isFinished());
    m_server.letGo();
    // Whatever else is asked for is done then, and the next pull is one of the whole rest.
    QVERIFY(replica.drain().errors.isEmpty());
    QCOMPARE(replica.changes(), 300);
    QVERIFY(replica.told().errors.isEmpty());
    m_server.proxy().forget();
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.pulled, 200);
    QCOMPARE(replica.changes(), 500);
    QVERIFY2(pageRequests() <= 5, qPrintable(QString::number(pageRequests())));
}

void TestPullStreaming::goesOnAfterAFailure()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't' from generate_series(1, 500) g"));
    PullReplica replica(m_server.proxy(), options({rows}, 50));
    replica.countChanges(rows);
    QVERIFY(m_server.proxy().add(
        HttpFault::cutReply(700).on({}, QStringLiteral("^/(rows|rpc/tideline_pull)")).from(6).times(1)));
    const SyncReport broken = replica.pull();
    QVERIFY(!broken.errors.isEmpty());
    QVERIFY2(broken.pulled > 0 && broken.pulled < 500, qPrintable(QString::number(broken.pulled)));
    QCOMPARE(replica.changes(), broken.pulled);
    const SyncReport rest = replica.pull();
    QVERIFY(rest.errors.isEmpty());
    QCOMPARE(rest.pulled, 500 - broken.pulled);
    QCOMPARE(replica.changes(), 500);
}

void TestPullStreaming::badRowsAreSetAside()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, case when g in (1, 5, 12) then 'bad' else 'good' end "
                                "from generate_series(1, 30) g"));
    PullReplica::Options settings = options({rows}, 10);
    settings.localSchema =
        QStringLiteral("CREATE TABLE rows (id INTEGER PRIMARY KEY, title TEXT CONSTRAINT sound CHECK (title <> 'bad'), "
                       "extra TEXT, updated_at TEXT)");
    PullReplica replica(m_server.proxy(), settings);
    replica.countChanges(rows);
    const SyncReport first = replica.pull();
    QCOMPARE(first.pulled, 27);
    QCOMPARE(first.quarantined, 3);
    const QList<SyncError> errors = replica.told().errors;
    QCOMPARE(errors.size(), 3);
    QCOMPARE(errors.constFirst().table, rows);
    QCOMPARE(errors.constFirst().recordId, QStringLiteral("1"));
    QVERIFY2(errors.constFirst().error.detail.contains(QStringLiteral("sound")),
             qPrintable(errors.constFirst().error.detail));
    QVERIFY(!errors.constFirst().error.detail.contains(QStringLiteral("bad")));

    // The cursor has gone on: they do not come again, and nobody is told twice, also after a restart.
    for (int i = 0; i < 2; ++i) {
        const SyncReport again = replica.pull();
        QCOMPARE(again.pulled + again.quarantined + again.deleted, 0);
        QVERIFY(again.errors.isEmpty());
        replica.reopen();
    }
    m_server.sql(QStringLiteral("update rows set title = 'mended' where id in (1, 12); "
                                "update rows set title = 'bad' where id = 20"));
    const SyncReport mended = replica.pull();
    QCOMPARE(mended.pulled, 2);
    QCOMPARE(mended.quarantined, 1);
    QCOMPARE(replica.sql(QStringLiteral("SELECT group_concat(id) FROM rows WHERE title = 'mended'")),
             QStringLiteral("1,12"));
    // The former state of a row whose new one is bad stays.
    QCOMPARE(replica.sql(QStringLiteral("SELECT title FROM rows WHERE id = 20")), QStringLiteral("good"));
    const Result<QStringList> aside = replica->storage()->journal().quarantinedRecords(rows);
    QVERIFY(aside);
    QCOMPARE(QSet<QString>(aside->cbegin(), aside->cend()), (QSet<QString>{QStringLiteral("5"), QStringLiteral("20")}));
    QCOMPARE(replica.changes(), 29);
}

void TestPullStreaming::badRowIsDeleted()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values (1, 'good'), (2, 'bad'), (3, 'good')"));
    PullReplica::Options settings = options({rows});
    settings.localSchema =
        QStringLiteral("CREATE TABLE rows (id INTEGER PRIMARY KEY, title TEXT CONSTRAINT sound CHECK (title <> 'bad'), "
                       "extra TEXT, updated_at TEXT)");
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().quarantined, 1);
    m_server.sql(QStringLiteral("delete from rows where id = 2"));
    QVERIFY(replica.pull().errors.isEmpty());
    const Result<qint64> count = replica->storage()->journal().quarantinedCount();
    QVERIFY(count);
    QCOMPARE(*count, 0);
    QCOMPARE(replica.pull().requests, 1);
}

// Rows pass a unique value on: on its way the new owner's row comes before the old one has let go of it.
void TestPullStreaming::keyedByWhatMovesOn()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values (1, 'a'), (2, 'b'), (3, 'c')"));
    PullReplica::Options settings = options({rows});
    settings.localSchema =
        QStringLiteral("CREATE TABLE rows (id INTEGER PRIMARY KEY, title TEXT UNIQUE, extra TEXT, updated_at TEXT)");
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 3);
    m_server.sql(QStringLiteral("update rows set title = 'b' where id = 1; update rows set title = 'c' where id = 2; "
                                "update rows set title = 'd' where id = 3"));
    replica.pull();
    replica.pull();
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, title FROM rows ORDER BY id")), QStringLiteral("1|b\n2|c\n3|d"));
    const Result<qint64> count = replica->storage()->journal().quarantinedCount();
    QVERIFY(count);
    QCOMPARE(*count, 0);
}

void TestPullStreaming::childrenBeforeParents_data()
{
    modesAndForeignKeys();
}

// "children" is pulled before "parents", and each page of nodes has the children of a later one.
void TestPullStreaming::childrenBeforeParents()
{
    QFETCH(Mode, mode);
    QFETCH(bool, enforcesForeignKeys);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into parents select g, 'p' from generate_series(1, 30) g; "
                                "insert into children select g, g, 'c' from generate_series(1, 30) g; "
                                "insert into nodes select g, null, 'n' from generate_series(1, 30) g; "
                                "update nodes set parent_id = id + 1 where id < 30"));
    PullReplica::Options settings = options({kids, parents, nodes}, 7);
    settings.localSchema = localFamily;
    settings.enforcesForeignKeys = enforcesForeignKeys;
    PullReplica replica(m_server.proxy(), settings);
    const SyncReport report = replica.pull();
    QVERIFY2(report.errors.isEmpty(), report.errors.isEmpty() ? "" : qPrintable(report.errors.constFirst().detail));
    QCOMPARE(report.pulled, 90);
    QCOMPARE(replica.sql(QStringLiteral("PRAGMA foreign_key_check")), QString());
    // The application's own writes are still checked.
    QCOMPARE(replica->write(kids, QStringLiteral("99"), {{QStringLiteral("parent_id"), 99}}).ok(),
             !enforcesForeignKeys);
}

void TestPullStreaming::removalsInAnyOrder_data()
{
    modesAndForeignKeys();
}

// Parents go before or after their children, and children move to parents that come later.
void TestPullStreaming::removalsInAnyOrder()
{
    QFETCH(Mode, mode);
    QFETCH(bool, enforcesForeignKeys);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into parents select g, 'p' from generate_series(1, 6) g; "
                                "insert into children select g, g, 'c' from generate_series(1, 6) g; "
                                "insert into nodes values (1, null, 'n'), (2, 1, 'n'), (3, 2, 'n')"));
    PullReplica::Options settings = options({kids, parents, nodes});
    settings.localSchema = localFamily;
    settings.enforcesForeignKeys = enforcesForeignKeys;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 15);
    m_server.sql(QStringLiteral("insert into parents values (7, 'p'); update children set parent_id = 7 where id = 3; "
                                "delete from parents where id in (1, 2, 3); delete from nodes where id = 1; "
                                "insert into nodes values (5, null, 'n'), (4, 5, 'n')"));
    const SyncReport report = replica.pull();
    QVERIFY2(report.errors.isEmpty(), report.errors.isEmpty() ? "" : qPrintable(report.errors.constFirst().detail));
    QCOMPARE(replica.sql(QStringLiteral("SELECT group_concat(id) FROM (SELECT id FROM parents ORDER BY id)")),
             QStringLiteral("4,5,6,7"));
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, parent_id FROM children ORDER BY id")),
             QStringLiteral("3|7\n4|4\n5|5\n6|6"));
    QCOMPARE(replica.sql(QStringLiteral("SELECT group_concat(id) FROM (SELECT id FROM nodes ORDER BY id)")),
             QStringLiteral("4,5"));
    QCOMPARE(replica.sql(QStringLiteral("PRAGMA foreign_key_check")), QString());
}

void TestPullStreaming::unknownColumnsAreToldOnce()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 't', 'x' from generate_series(1, 30) g"));
    PullReplica::Options settings = options({rows}, 10);
    settings.localSchema = QStringLiteral("CREATE TABLE rows (id INTEGER PRIMARY KEY, title TEXT, updated_at TEXT)");
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 30);
    QCOMPARE(replica.told().errors.size(), 1);
    const SyncError told = replica.told().errors.constFirst();
    QCOMPARE(told.table, rows);
    QVERIFY2(told.error.detail.contains(QStringLiteral("extra")), qPrintable(told.error.detail));
    m_server.sql(QStringLiteral("update rows set extra = 'y' where id = 1; delete from rows where id = 2"));
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.told().errors.size(), 1);
    replica.reopen();
    m_server.sql(QStringLiteral("update rows set title = 'y'"));
    QCOMPARE(replica.pull().pulled, 29);
    QVERIFY(replica.told().errors.isEmpty());
}

void TestPullStreaming::whatIsNotTheServersStays_data()
{
    modesAndForeignKeys();
}

void TestPullStreaming::whatIsNotTheServersStays()
{
    QFETCH(Mode, mode);
    QFETCH(bool, enforcesForeignKeys);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into parents values (1, 'old'), (2, 'old')"));
    PullReplica::Options settings = options({parents, kids});
    settings.localSchema = localFamily;
    settings.enforcesForeignKeys = enforcesForeignKeys;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 2);
    replica.sql(QStringLiteral("UPDATE parents SET starred = 1"));
    replica.sql(QStringLiteral("INSERT INTO attachments VALUES (1, 1), (2, 2)"));
    QVERIFY(replica->write(kids, QStringLiteral("1"), {{QStringLiteral("parent_id"), 1}}));
    const QString rowids = replica.sql(QStringLiteral("SELECT rowid FROM parents"));
    m_server.sql(QStringLiteral("update parents set title = 'new'"));
    QCOMPARE(replica.pull().pulled, 2);
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, title, starred FROM parents ORDER BY id")),
             QStringLiteral("1|new|1\n2|new|1"));
    QCOMPARE(replica.sql(QStringLiteral("SELECT rowid FROM parents")), rowids);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM attachments")), QStringLiteral("2"));
    replica.settle();
    // A removal that is pulled takes with it what the server says is gone, and nothing of the application's own.
    m_server.sql(QStringLiteral("delete from parents where id = 2"));
    QCOMPARE(replica.pull().deleted, 1);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM attachments")), QStringLiteral("2"));
    QCOMPARE(m_server.sql(QStringLiteral("select id, parent_id from children")), QStringLiteral("1|1"));
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, parent_id FROM children")), QStringLiteral("1|1"));
}

QTEST_GUILESS_MAIN(TestPullStreaming)

#include "tst_pullstreaming.moc"
