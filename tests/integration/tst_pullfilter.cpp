// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"
#include "pullserver.h"

#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

// Partial sync: a table's filter bounds what comes and what stays, also when it changes.
class TestPullFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void boundsWhatComes_data() { modes(); }
    void boundsWhatComes();
    void takesAnyValue_data();
    void takesAnyValue();
    void rowsThatLeaveItGo_data() { modes(); }
    void rowsThatLeaveItGo();
    void pendingEditsStay_data() { modes(); }
    void pendingEditsStay();
    void ownChangeLeavesIt_data() { modes(); }
    void ownChangeLeavesIt();
    void changedFilter_data() { modes(); }
    void changedFilter();
    void changedFilterKeepsPendingEdits_data() { modes(); }
    void changedFilterKeepsPendingEdits();
    void changedWhileTheServerIsAway_data() { modes(); }
    void changedWhileTheServerIsAway();

private:
    static void modes();
    static PullReplica::Options options(const QVariantMap &filter);
    static TableConfig filtered(const QVariantMap &filter);
    void fill(int rowsOfProject);

    PullServer m_server;
};

namespace {

using Mode = SupabaseOptions::Mode;

const QString tasks = QStringLiteral("tasks");
const QString localIds = QStringLiteral("SELECT id FROM tasks ORDER BY id");

QVariantMap projects(const QVariantList &ids)
{
    return {{QStringLiteral("project_id"), ids}, {QStringLiteral("archived"), false}};
}

} // namespace

void TestPullFilter::initTestCase()
{
    PullServer::Options options;
    options.tables = {tasks};
    options.schema =
        QStringLiteral("create table tasks (id int primary key, project_id bigint, archived boolean default "
                       "false, place text, body text, updated_at timestamptz);");
    QVERIFY2(m_server.start(options), qPrintable(m_server.error()));
    QVERIFY(m_server.proxy().keepReplies());
}

void TestPullFilter::modes()
{
    QTest::addColumn<Mode>("mode");
    QTest::newRow("plain") << Mode::Plain;
    QTest::newRow("kit") << Mode::Kit;
}

TableConfig TestPullFilter::filtered(const QVariantMap &filter)
{
    TableConfig table(tasks);
    table.filter = filter;
    return table;
}

PullReplica::Options TestPullFilter::options(const QVariantMap &filter)
{
    PullReplica::Options options;
    options.tables = {filtered(filter)};
    options.config.pageSize = 100;
    options.server.mode = *static_cast<Mode *>(QTest::qData("mode", qMetaTypeId<Mode>()));
    return options;
}

// Project p has the ids from 1000 p on; the last of each is archived.
void TestPullFilter::fill(int rowsOfProject)
{
    m_server.sql(
        QStringLiteral("insert into tasks select 1000 * p + g, p, g = %1, null, repeat('canary' || p, 60) from "
                       "generate_series(41, 45) p, generate_series(1, %1) g order by g")
            .arg(rowsOfProject));
}

void TestPullFilter::boundsWhatComes()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(150);
    PullReplica replica(m_server.proxy(), options(projects({42, 43})));
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.pulled, 298);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*), min(project_id), max(project_id) FROM tasks")),
             QStringLiteral("298|42|43"));
    QVERIFY(m_server.replies().contains("canary42"));
    for (const char *other : {"canary41", "canary44", "canary45"})
        QVERIFY(!m_server.replies().contains(other));
    m_server.sql(QStringLiteral("update tasks set place = 'here' where id in (41001, 42001, 42150, 43001)"));
    QCOMPARE(replica.pull().pulled, 2);
    const SyncReport again = replica.pull();
    QCOMPARE(again.pulled + again.deleted, 0);
    QVERIFY(!m_server.replies().contains("canary41"));
}

void TestPullFilter::takesAnyValue_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<QVariantMap>("filter");
    QTest::addColumn<QString>("ids");
    const QString place = QStringLiteral("place");
    const auto both = [&](const char *name, const QVariantMap &filter, const char *ids) {
        QTest::addRow("plain, %s", name) << Mode::Plain << filter << QString::fromLatin1(ids);
        QTest::addRow("kit, %s", name) << Mode::Kit << filter << QString::fromLatin1(ids);
    };
    both("null", {{place, QVariant()}}, "1");
    both("null in a list", {{place, QVariantList{QVariant(), QStringLiteral("a,b")}}}, "1\n2");
    both("odd texts",
         {{place, QVariantList{QStringLiteral("%41+,)\"' "), QStringLiteral("back\\slash"), QStringLiteral("")}}},
         "3\n4\n6");
    both("a text like null", {{place, QStringLiteral("null")}}, "5");
    both("nothing", {{place, QVariantList{}}}, "");
    both("an odd number", {{QStringLiteral("project_id"), 9007199254740993LL}}, "2");
    both("a boolean", {{QStringLiteral("archived"), true}}, "6");
    both("two columns", {{QStringLiteral("archived"), false}, {place, QStringLiteral("null")}}, "5");
}

void TestPullFilter::takesAnyValue()
{
    QFETCH(Mode, mode);
    QFETCH(QVariantMap, filter);
    QFETCH(QString, ids);
    m_server.begin(mode);
    m_server.sql(
        QStringLiteral("insert into tasks (id, project_id, archived, place) values (1, 9007199254740992, false, null), "
                       "(2, 9007199254740993, false, 'a,b'), (3, null, false, $p$%41+,)\"' $p$), "
                       "(4, null, false, 'back\\slash'), (5, null, false, 'null'), (6, null, true, '')"));
    PullReplica replica(m_server.proxy(), options(filter));
    const SyncReport report = replica.pull();
    QVERIFY2(report.errors.isEmpty(), report.errors.isEmpty() ? "" : qPrintable(report.errors.constFirst().detail));
    QCOMPARE(replica.sql(localIds), ids);
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(localIds), ids);
}

void TestPullFilter::rowsThatLeaveItGo()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(5);
    PullReplica replica(m_server.proxy(), options(projects({42, 43})));
    QCOMPARE(replica.pull().pulled, 8);
    m_server.sql(QStringLiteral("update tasks set archived = true where id = 42001; "
                                "update tasks set project_id = 44 where id = 42002; "
                                "update tasks set project_id = 43 where id = 42003; "
                                "delete from tasks where id = 42004; "
                                "update tasks set archived = false where id = 42005; "
                                "update tasks set project_id = 42 where id = 41001"));
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, project_id FROM tasks WHERE id < 43000 ORDER BY id")),
             QStringLiteral("41001|42\n42003|43\n42005|42"));
    QCOMPARE(report.deleted, 3);
    QCOMPARE(report.pulled, 3);
    const SyncReport again = replica.pull();
    QCOMPARE(again.pulled + again.deleted, 0);
}

void TestPullFilter::pendingEditsStay()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(5);
    PullReplica::Options settings = options(projects({42}));
    settings.config.conflictStrategy = ConflictStrategy::ClientWins;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 4);
    QVERIFY(replica->patch(tasks, QStringLiteral("42001"), {{QStringLiteral("place"), QStringLiteral("mine")}}));
    QVERIFY(replica->write(tasks, QStringLiteral("46001"), {{QStringLiteral("project_id"), 46}}));
    m_server.sql(QStringLiteral("update tasks set archived = true where id in (42001, 42002)"));
    QVERIFY(replica.pull().errors.isEmpty());
    // The edit is still here, and it is sent.
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, place FROM tasks WHERE id IN (42001, 42002, 46001) ORDER BY id")),
             QStringLiteral("42001|mine\n46001|NULL"));
    replica.settle();
    QCOMPARE(m_server.sql(QStringLiteral("select place, archived from tasks where id = 42001")),
             QStringLiteral("mine|t"));
    QCOMPARE(m_server.sql(QStringLiteral("select count(*) from tasks where id = 46001")), QStringLiteral("1"));
    QVERIFY(replica.openEntries().isEmpty());
    // What is outside and has arrived need not be here any more.
    QCOMPARE(replica.sql(localIds), QStringLiteral("42003\n42004"));
}

void TestPullFilter::ownChangeLeavesIt()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(5);
    PullReplica replica(m_server.proxy(), options(projects({42, 43})));
    QCOMPARE(replica.pull().pulled, 8);
    QVERIFY(replica->patch(tasks, QStringLiteral("42001"), {{QStringLiteral("archived"), true}}));
    QVERIFY(replica->patch(tasks, QStringLiteral("42002"), {{QStringLiteral("project_id"), 44}}));
    replica.settle();
    QCOMPARE(
        m_server.sql(QStringLiteral("select project_id, archived from tasks where id in (42001, 42002) order by id")),
        QStringLiteral("42|t\n44|f"));
    QCOMPARE(replica.sql(localIds), QStringLiteral("42003\n42004\n43001\n43002\n43003\n43004"));
    QVERIFY(replica.conflicts().isEmpty());
}

// It pulls what it adds, and drops what it loses, and the rest does not come again.
void TestPullFilter::changedFilter()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(301);
    m_server.sql(QStringLiteral("delete from tasks where project_id = 44 and id > 44020"));
    PullReplica replica(m_server.proxy(), options(projects({42, 43})));
    QCOMPARE(replica.pull().pulled, 600);
    const qint64 wholePull = m_server.replyBytes();
    QCOMPARE(replica.pull().pulled, 0);
    m_server.proxy().forget();
    replica.countChanges(tasks);

    replica.reopen({filtered(projects({43, 44}))});
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(replica.sql(QStringLiteral("SELECT project_id, count(*) FROM tasks GROUP BY project_id ORDER BY 1")),
             QStringLiteral("43|300\n44|20"));
    QCOMPARE(report.pulled, 20);
    QCOMPARE(report.deleted, 300);
    QCOMPARE(replica.changes(), 320);
    const qint64 bytes = m_server.replyBytes();
    QVERIFY2(bytes < wholePull / 4, qPrintable(QStringLiteral("%1 of %2").arg(bytes).arg(wholePull)));
    QVERIFY(!m_server.replies().contains("canary42"));
    QVERIFY(!m_server.replies().contains("canary43"));
    // From here on as ever, also after a restart.
    replica.reopen();
    m_server.proxy().forget();
    const SyncReport again = replica.pull();
    QCOMPARE(again.pulled + again.deleted, 0);
    QVERIFY2(m_server.replyBytes() < 2000, qPrintable(QString::number(m_server.replyBytes())));
    m_server.sql(QStringLiteral("update tasks set place = 'x' where id in (42001, 43001, 44001)"));
    QCOMPARE(replica.pull().pulled, 2);

    replica.reopen({filtered({})});
    QCOMPARE(replica.pull().pulled, 301 * 4 + 20 - 320);
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM tasks")), QString::number(301 * 4 + 20));
    replica.reopen({filtered({{QStringLiteral("project_id"), QVariantList{}}})});
    QCOMPARE(replica.pull().deleted, 301 * 4 + 20);
}

void TestPullFilter::changedFilterKeepsPendingEdits()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(5);
    PullReplica replica(m_server.proxy(), options(projects({42, 43})));
    QCOMPARE(replica.pull().pulled, 8);
    QVERIFY(replica->patch(tasks, QStringLiteral("42001"), {{QStringLiteral("place"), QStringLiteral("mine")}}));
    replica.reopen({filtered(projects({43, 44}))});
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, place FROM tasks WHERE project_id = 42")),
             QStringLiteral("42001|mine"));
    QVERIFY(replica.conflicts().isEmpty());
    replica.settle();
    QCOMPARE(m_server.sql(QStringLiteral("select place from tasks where id = 42001")), QStringLiteral("mine"));
    QCOMPARE(replica.sql(QStringLiteral("SELECT count(*) FROM tasks WHERE project_id <> 43")), QStringLiteral("4"));
    QVERIFY(replica.conflicts().isEmpty());
}

// The first pull after the change does not come through: the next one must not take it for done.
void TestPullFilter::changedWhileTheServerIsAway()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    fill(5);
    PullReplica replica(m_server.proxy(), options(projects({42, 43})));
    QCOMPARE(replica.pull().pulled, 8);
    replica.reopen({filtered(projects({43, 44}))});
    QVERIFY(m_server.proxy().refuse());
    QVERIFY(!replica.pull().errors.isEmpty());
    QVERIFY(m_server.proxy().accept());
    replica.reopen();
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(QStringLiteral("SELECT project_id, count(*) FROM tasks GROUP BY project_id ORDER BY 1")),
             QStringLiteral("43|4\n44|4"));
}

QTEST_GUILESS_MAIN(TestPullFilter)

#include "tst_pullfilter.moc"
