// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"
#include "pullserver.h"

#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

// What is written here, or pushed, while a page with an older row of the same record is on its way.
class TestPullRaces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void writeWhileThePageIsHeld_data();
    void writeWhileThePageIsHeld();
    void writeOfARowThatThePageBrings_data();
    void writeOfARowThatThePageBrings();
    void writeOfARowThatIsRemoved_data();
    void writeOfARowThatIsRemoved();
    void pushedWhileThePageIsHeld_data();
    void pushedWhileThePageIsHeld();
    void pushedFromAnotherProcess_data();
    void pushedFromAnotherProcess();
    void twoEnginesPullAtOnce_data() { modes(); }
    void twoEnginesPullAtOnce();

private:
    static void modes();
    static PullReplica::Options options();
    QString serverTitle(const QString &id);
    QString localTitle(const PullReplica &replica, const QString &id);
    // A page that holds what others made of "r", on its way to the replica.
    QFuture<SyncReport> beginHeldPull(PullReplica &replica);

    PullServer m_server;
    TableConfig m_rows{QStringLiteral("rows")};
};

namespace {

using Mode = SupabaseOptions::Mode;

const QString none = QStringLiteral("(none)");

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

bool change(PullReplica &replica, SyncOperation operation, const QString &id)
{
    const QString table = QStringLiteral("rows");
    const QVariantMap mine = titled(QStringLiteral("mine"));
    switch (operation) {
    case SyncOperation::Upsert:
        return bool(replica->write(table, id, mine));
    case SyncOperation::Patch:
        return bool(replica->patch(table, id, mine));
    case SyncOperation::Delete:
        return bool(replica->remove(table, id));
    }
    return false;
}

void everyOperation(bool withStrategies)
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<SyncOperation>("operation");
    QTest::addColumn<ConflictStrategy>("strategy");
    QList<ConflictStrategy> strategies{ConflictStrategy::LastWriteWins};
    if (withStrategies)
        strategies = {ConflictStrategy::ClientWins, ConflictStrategy::ServerWins};
    for (const Mode mode : {Mode::Plain, Mode::Kit}) {
        for (const SyncOperation operation : {SyncOperation::Upsert, SyncOperation::Patch, SyncOperation::Delete}) {
            for (const ConflictStrategy strategy : std::as_const(strategies)) {
                QTest::addRow("%s, %s, %s", mode == Mode::Plain ? "plain" : "kit", qPrintable(toText(operation)),
                              qPrintable(toText(strategy)))
                    << mode << operation << strategy;
            }
        }
    }
}

} // namespace

void TestPullRaces::initTestCase()
{
    PullServer::Options options;
    options.tables = {QStringLiteral("rows")};
    options.schema = QStringLiteral("create table rows (id text primary key, title text, updated_at timestamptz);");
    QVERIFY2(m_server.start(options), qPrintable(m_server.error()));
}

void TestPullRaces::modes()
{
    QTest::addColumn<Mode>("mode");
    QTest::newRow("plain") << Mode::Plain;
    QTest::newRow("kit") << Mode::Kit;
}

PullReplica::Options TestPullRaces::options()
{
    PullReplica::Options options;
    options.tables = {TableConfig(QStringLiteral("rows"))};
    options.server.mode = *static_cast<Mode *>(QTest::qData("mode", qMetaTypeId<Mode>()));
    return options;
}

QString TestPullRaces::serverTitle(const QString &id)
{
    return m_server.sql(
        QStringLiteral("select coalesce((select title from rows where id = '%1'), '%2')").arg(id, none));
}

QString TestPullRaces::localTitle(const PullReplica &replica, const QString &id)
{
    const QVariantMap row = replica.row(m_rows.name, id);
    return row.isEmpty() ? none : row.value(QStringLiteral("title")).toString();
}

QFuture<SyncReport> TestPullRaces::beginHeldPull(PullReplica &replica)
{
    m_server.holdPage(m_rows.name);
    const QFuture<SyncReport> pull = replica.beginPull();
    if (!QTest::qWaitFor([this] { return m_server.isHolding(); }, 20000))
        qFatal("no page is held");
    return pull;
}

void TestPullRaces::writeWhileThePageIsHeld_data()
{
    everyOperation(true);
}

// The page holds the others' change of the row, or a row that is new here.
void TestPullRaces::writeWhileThePageIsHeld()
{
    QFETCH(Mode, mode);
    QFETCH(SyncOperation, operation);
    QFETCH(ConflictStrategy, strategy);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('r', 'old'), ('s', 'old')"));
    PullReplica::Options settings = options();
    settings.config.conflictStrategy = strategy;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 2);
    m_server.sql(QStringLiteral("update rows set title = 'theirs'"));

    const QFuture<SyncReport> pull = beginHeldPull(replica);
    replica.clock().advance(1min);
    const QString mine = operation == SyncOperation::Delete ? none : QStringLiteral("mine");
    QVERIFY(change(replica, operation, QStringLiteral("r")));
    QCOMPARE(localTitle(replica, QStringLiteral("r")), mine);
    m_server.letGo();
    QVERIFY(PullReplica::wait(pull).errors.isEmpty());
    // What the user sees is his own, or what the strategy has taken instead.
    const bool isMine = strategy == ConflictStrategy::ClientWins;
    QCOMPARE(localTitle(replica, QStringLiteral("r")), isMine ? mine : QStringLiteral("theirs"));
    QCOMPARE(localTitle(replica, QStringLiteral("s")), QStringLiteral("theirs"));

    replica.settle();
    QCOMPARE(serverTitle(QStringLiteral("r")), isMine ? mine : QStringLiteral("theirs"));
    QCOMPARE(localTitle(replica, QStringLiteral("r")), serverTitle(QStringLiteral("r")));
    const QList<ConflictRecord> conflicts = replica.conflicts();
    QCOMPARE(conflicts.size(), 1);
    QCOMPARE(replica.told().conflicts.size(), 1);
    // The loser can be had back.
    QVERIFY(conflicts.constFirst().remote);
    QCOMPARE(conflicts.constFirst().remote->value(QStringLiteral("title")).toString(), QStringLiteral("theirs"));
    QCOMPARE(conflicts.constFirst().local.has_value(), operation != SyncOperation::Delete);
    if (conflicts.constFirst().local)
        QCOMPARE(conflicts.constFirst().local->value(QStringLiteral("title")).toString(), QStringLiteral("mine"));
}

void TestPullRaces::writeOfARowThatThePageBrings_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<ConflictStrategy>("strategy");
    for (const ConflictStrategy strategy : {ConflictStrategy::ClientWins, ConflictStrategy::ServerWins}) {
        QTest::addRow("plain, %s", qPrintable(toText(strategy))) << Mode::Plain << strategy;
        QTest::addRow("kit, %s", qPrintable(toText(strategy))) << Mode::Kit << strategy;
    }
}

// Made here and there with the same key; the local one has no base.
void TestPullRaces::writeOfARowThatThePageBrings()
{
    QFETCH(Mode, mode);
    QFETCH(ConflictStrategy, strategy);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('r', 'theirs'), ('s', 'theirs')"));
    PullReplica::Options settings = options();
    settings.config.conflictStrategy = strategy;
    PullReplica replica(m_server.proxy(), settings);
    const QFuture<SyncReport> pull = beginHeldPull(replica);
    QVERIFY(replica->write(m_rows.name, QStringLiteral("r"), titled(QStringLiteral("mine"))));
    QVERIFY(replica->write(m_rows.name, QStringLiteral("t"), titled(QStringLiteral("mine"))));
    m_server.letGo();
    QVERIFY(PullReplica::wait(pull).errors.isEmpty());
    QCOMPARE(localTitle(replica, QStringLiteral("t")), QStringLiteral("mine"));
    replica.settle();
    const QString expected =
        strategy == ConflictStrategy::ClientWins ? QStringLiteral("mine") : QStringLiteral("theirs");
    QCOMPARE(serverTitle(QStringLiteral("r")), expected);
    QCOMPARE(localTitle(replica, QStringLiteral("r")), expected);
    QCOMPARE(serverTitle(QStringLiteral("t")), QStringLiteral("mine"));
    QCOMPARE(localTitle(replica, QStringLiteral("t")), QStringLiteral("mine"));
    QCOMPARE(localTitle(replica, QStringLiteral("s")), QStringLiteral("theirs"));
    QCOMPARE(replica.conflicts().size(), 1);
}

void TestPullRaces::writeOfARowThatIsRemoved_data()
{
    everyOperation(true);
}

// The others' deletion for good is on its way: in the kit's page, in plain mode in the comparison of ids behind it.
void TestPullRaces::writeOfARowThatIsRemoved()
{
    QFETCH(Mode, mode);
    QFETCH(SyncOperation, operation);
    QFETCH(ConflictStrategy, strategy);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('r', 'old'), ('s', 'old'), ('u', 'old')"));
    PullReplica::Options settings = options();
    settings.config.conflictStrategy = strategy;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 3);
    m_server.sql(QStringLiteral("delete from rows where id in ('r', 's'); update rows set title = 'theirs'"));
    const QFuture<SyncReport> pull = beginHeldPull(replica);
    QVERIFY(change(replica, operation, QStringLiteral("r")));
    m_server.letGo();
    QVERIFY(PullReplica::wait(pull).errors.isEmpty());
    replica.settle();
    const bool isMine = operation != SyncOperation::Delete && strategy == ConflictStrategy::ClientWins;
    QCOMPARE(serverTitle(QStringLiteral("r")), isMine ? QStringLiteral("mine") : none);
    QCOMPARE(localTitle(replica, QStringLiteral("r")), serverTitle(QStringLiteral("r")));
    QCOMPARE(localTitle(replica, QStringLiteral("s")), none);
    QCOMPARE(localTitle(replica, QStringLiteral("u")), QStringLiteral("theirs"));
    // Both wanted it gone: nothing to decide.
    QCOMPARE(replica.conflicts().size(), operation == SyncOperation::Delete ? 0 : 1);
    QVERIFY(replica.openEntries().isEmpty());
}

void TestPullRaces::pushedWhileThePageIsHeld_data()
{
    everyOperation(false);
}

// A drain is asked for while the pull waits for a page that was read before the push.
void TestPullRaces::pushedWhileThePageIsHeld()
{
    QFETCH(Mode, mode);
    QFETCH(SyncOperation, operation);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('r', 'old'), ('s', 'old')"));
    PullReplica replica(m_server.proxy(), options());
    for (const bool isRepeated : {false, true}) {
        if (isRepeated) {
            m_server.sql(QStringLiteral("insert into rows values ('r', 'older') on conflict (id) do update set title = "
                                        "excluded.title"));
        }
        QVERIFY(replica.pull().errors.isEmpty());
        m_server.sql(QStringLiteral("update rows set title = 'theirs' where id = 's'"));
        const QFuture<SyncReport> pull = beginHeldPull(replica);
        replica.clock().advance(1min);
        QVERIFY(change(replica, operation, QStringLiteral("r")));
        const QFuture<SyncReport> drain = replica->drain(SyncEngine::Urgency::Now);
        m_server.letGo();
        QVERIFY(PullReplica::wait(pull).errors.isEmpty());
        QCOMPARE(PullReplica::wait(drain).pushed, 1);
        const QString mine = operation == SyncOperation::Delete ? none : QStringLiteral("mine");
        QCOMPARE(localTitle(replica, QStringLiteral("r")), mine);
        replica.settle();
        QCOMPARE(serverTitle(QStringLiteral("r")), mine);
        QCOMPARE(localTitle(replica, QStringLiteral("r")), mine);
        QVERIFY(replica.conflicts().isEmpty());
    }
}

void TestPullRaces::pushedFromAnotherProcess_data()
{
    everyOperation(false);
}

// Another process on the same file takes the first one for dead, pushes, and has the acknowledgement, while the first
// one's page with the older row is on its way. That page comes too late: nothing of it may be stored.
void TestPullRaces::pushedFromAnotherProcess()
{
    QFETCH(Mode, mode);
    QFETCH(SyncOperation, operation);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('r', 'old'), ('s', 'old')"));
    PullReplica first(m_server.proxy(), options());
    QCOMPARE(first.pull().pulled, 2);
    m_server.sql(QStringLiteral("update rows set title = 'theirs'"));
    const QFuture<SyncReport> pull = beginHeldPull(first);

    PullReplica::Options settings = options();
    settings.path = first.path();
    settings.start = first.clock().now().addSecs(60 * 60);
    settings.config.conflictStrategy = ConflictStrategy::ClientWins;
    PullReplica second(m_server.proxy(), settings);
    QVERIFY(change(second, operation, QStringLiteral("r")));
    second.drain();
    second.drain(); // what the first one met was the others' change
    const QString mine = operation == SyncOperation::Delete ? none : QStringLiteral("mine");
    QCOMPARE(serverTitle(QStringLiteral("r")), mine);
    m_server.letGo();
    PullReplica::wait(pull);
    QCOMPARE(localTitle(first, QStringLiteral("r")), mine);
    QCOMPARE(localTitle(second, QStringLiteral("r")), mine);

    second.close();
    first.clock().advance(2h);
    first.settle();
    QCOMPARE(serverTitle(QStringLiteral("r")), mine);
    QCOMPARE(localTitle(first, QStringLiteral("r")), mine);
    QCOMPARE(localTitle(first, QStringLiteral("s")), QStringLiteral("theirs"));
}

// Only one of them at a time; what one has pulled the other one sees.
void TestPullRaces::twoEnginesPullAtOnce()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 'old' from generate_series(1, 500) g"));
    PullReplica::Options settings = options();
    settings.config.pageSize = 50;
    PullReplica first(m_server.proxy(), settings);
    first.countChanges(m_rows.name);
    settings.path = first.path();
    PullReplica second(m_server.proxy(), settings);
    const QFuture<SyncReport> one = first.beginPull();
    const QFuture<SyncReport> other = second.beginPull();
    const SyncReport reports[] = {PullReplica::wait(one), PullReplica::wait(other)};
    QVERIFY(reports[0].errors.isEmpty() && reports[1].errors.isEmpty());
    QCOMPARE(reports[0].pulled + reports[1].pulled, 500);
    QCOMPARE(first.changes(), 500);
}

QTEST_GUILESS_MAIN(TestPullRaces)

#include "tst_pullraces.moc"
