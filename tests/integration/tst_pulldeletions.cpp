// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"
#include "pullserver.h"

#include <QtCore/QPromise>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include <algorithm>

using namespace Tideline;
using namespace std::chrono_literals;

// What is no longer on the server, or no longer to be seen, goes from the device; what never was to be seen is not
// told.
class TestPullDeletions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void hardDeletionArrives_data() { modes(); }
    void hardDeletionArrives();
    void everythingIsDeleted_data() { modes(); }
    void everythingIsDeleted();
    void deletedAndMadeAgain_data() { modes(); }
    void deletedAndMadeAgain();
    void keyIsChanged_data() { modes(); }
    void keyIsChanged();
    void markedRowsGo_data() { modes(); }
    void markedRowsGo();
    void deletionWithAPendingEdit_data();
    void deletionWithAPendingEdit();
    void hiddenRowsGo_data() { modes(); }
    void hiddenRowsGo();
    void hiddenRowWithAPendingEdit_data() { modes(); }
    void hiddenRowWithAPendingEdit();

private:
    static void modes();
    PullReplica::Options options(const QString &user = {}) const;

    PullServer m_server;
    TableConfig m_rows{QStringLiteral("rows")};
    TableConfig m_guarded{QStringLiteral("guarded")};
};

namespace {

using Mode = SupabaseOptions::Mode;

const QString localIds = QStringLiteral("SELECT id FROM %1 ORDER BY id");

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

} // namespace

void TestPullDeletions::initTestCase()
{
    PullServer::Options options;
    options.tables = {QStringLiteral("rows"), QStringLiteral("guarded")};
    options.schema = QStringLiteral(R"(
        create table rows (id text primary key, title text, note text, updated_at timestamptz, deleted_at timestamptz);
        create table guarded (id text primary key, title text, reader text, updated_at timestamptz);
        alter table guarded enable row level security;
        create policy mine on guarded to web_user
            using (reader = current_setting('request.jwt.claims', true)::json->>'sub') with check (true);
    )");
    QVERIFY2(m_server.start(options), qPrintable(m_server.error()));
    QVERIFY(m_server.proxy().keepReplies());
}

void TestPullDeletions::modes()
{
    QTest::addColumn<Mode>("mode");
    QTest::newRow("plain") << Mode::Plain;
    QTest::newRow("kit") << Mode::Kit;
}

PullReplica::Options TestPullDeletions::options(const QString &user) const
{
    PullReplica::Options options;
    options.tables = {user.isEmpty() ? m_rows : m_guarded};
    options.server.mode = *static_cast<Mode *>(QTest::qData("mode", qMetaTypeId<Mode>()));
    if (!user.isEmpty()) {
        const QString token =
            m_server.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")}, {QStringLiteral("sub"), user}});
        options.server.tokenProvider = [token](bool) {
            QPromise<Result<QString>> promise;
            promise.start();
            promise.addResult(Result<QString>(token));
            promise.finish();
            return promise.future();
        };
    }
    return options;
}

void TestPullDeletions::hardDeletionArrives()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 'old' from generate_series(1, 9) g"));
    PullReplica replica(m_server.proxy(), options());
    QCOMPARE(replica.pull().pulled, 9);
    QVERIFY(replica->write(m_rows.name, QStringLiteral("new"), titled(QStringLiteral("not sent yet"))));
    m_server.sql(
        QStringLiteral("delete from rows where id in ('2', '9'); update rows set title = 'new' where id = '3'"));
    const SyncReport report = replica.pull();
    QCOMPARE(report.deleted, 2);
    QCOMPARE(report.pulled, 1);
    QCOMPARE(report.conflicts, 0);
    QCOMPARE(replica.sql(localIds.arg(m_rows.name)), QStringLiteral("1\n3\n4\n5\n6\n7\n8\nnew"));
    QCOMPARE(replica.told().pulls.constLast().rowCount, 3);
    const SyncReport again = replica.pull();
    QCOMPARE(again.deleted + again.pulled, 0);
}

void TestPullDeletions::everythingIsDeleted()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows select g, 'old' from generate_series(1, 30) g"));
    PullReplica::Options settings = options();
    settings.config.pageSize = 7;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 30);
    m_server.sql(QStringLiteral("delete from rows"));
    QCOMPARE(replica.pull().deleted, 30);
    QCOMPARE(replica.sql(localIds.arg(m_rows.name)), QString());
    m_server.sql(QStringLiteral("insert into rows values ('1', 'again')"));
    QCOMPARE(replica.pull().pulled, 1);
    m_server.sql(QStringLiteral("truncate rows"));
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(localIds.arg(m_rows.name)), QString());
}

void TestPullDeletions::deletedAndMadeAgain()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('a', 'old', 'note'), ('b', 'old', 'note')"));
    PullReplica replica(m_server.proxy(), options());
    QCOMPARE(replica.pull().pulled, 2);
    m_server.sql(QStringLiteral("delete from rows where id = 'a'; insert into rows values ('a', 'again')"));
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(QStringLiteral("SELECT title, note FROM rows WHERE id = 'a'")), QStringLiteral("again|NULL"));
    // And, in between, not there.
    m_server.sql(QStringLiteral("delete from rows where id = 'b'"));
    QCOMPARE(replica.pull().deleted, 1);
    m_server.sql(QStringLiteral("insert into rows values ('b', 'again')"));
    QCOMPARE(replica.pull().pulled, 1);
    QCOMPARE(replica.sql(localIds.arg(m_rows.name)), QStringLiteral("a\nb"));
}

void TestPullDeletions::keyIsChanged()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('a', 'a'), ('b', 'b')"));
    PullReplica replica(m_server.proxy(), options());
    QCOMPARE(replica.pull().pulled, 2);
    m_server.sql(QStringLiteral("update rows set id = 'c' where id = 'a'"));
    QVERIFY(replica.pull().errors.isEmpty());
    QVERIFY(replica.pull().errors.isEmpty());
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, title FROM rows ORDER BY id")), QStringLiteral("b|b\nc|a"));
}

// Where the local table has no column for the mark the row goes; where it has one the row stays with it.
void TestPullDeletions::markedRowsGo()
{
    QFETCH(Mode, mode);
    m_rows.deletedAt = QStringLiteral("deleted_at");
    const auto reset = qScopeGuard([this] { m_rows.deletedAt.clear(); });
    for (const bool hasMark : {true, false}) {
        m_server.begin(mode);
        m_server.sql(QStringLiteral("insert into rows select g, 'old' from generate_series(1, 4) g"));
        PullReplica::Options settings = options();
        if (!hasMark)
            settings.localSchema =
                QStringLiteral("CREATE TABLE rows (id TEXT PRIMARY KEY, title TEXT, updated_at TEXT)");
        PullReplica replica(m_server.proxy(), settings);
        QVERIFY(replica.pull().errors.isEmpty());
        m_server.sql(QStringLiteral("update rows set deleted_at = now() where id = '2'"));
        QCOMPARE(replica.pull().deleted, 1);
        QCOMPARE(replica.sql(localIds.arg(m_rows.name)),
                 hasMark ? QStringLiteral("1\n2\n3\n4") : QStringLiteral("1\n3\n4"));
        if (hasMark)
            QCOMPARE(replica.sql(QStringLiteral("SELECT id FROM rows WHERE deleted_at IS NOT NULL")),
                     QStringLiteral("2"));
        m_server.sql(QStringLiteral("update rows set deleted_at = null where id = '2'"));
        QCOMPARE(replica.pull().pulled, 1);
        QCOMPARE(replica.sql(localIds.arg(m_rows.name)), QStringLiteral("1\n2\n3\n4"));
        QCOMPARE(replica.pull().pulled, 0);
    }
}

void TestPullDeletions::deletionWithAPendingEdit_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<ConflictStrategy>("strategy");
    for (const ConflictStrategy strategy : {ConflictStrategy::LastWriteWins, ConflictStrategy::ClientWins,
                                            ConflictStrategy::ServerWins, ConflictStrategy::Manual}) {
        QTest::addRow("plain, %s", qPrintable(toText(strategy))) << Mode::Plain << strategy;
        QTest::addRow("kit, %s", qPrintable(toText(strategy))) << Mode::Kit << strategy;
    }
}

void TestPullDeletions::deletionWithAPendingEdit()
{
    QFETCH(Mode, mode);
    QFETCH(ConflictStrategy, strategy);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into rows values ('a', 'old', 'note'), ('b', 'old', 'note')"));
    PullReplica::Options settings = options();
    settings.config.conflictStrategy = strategy;
    PullReplica replica(m_server.proxy(), settings);
    QCOMPARE(replica.pull().pulled, 2);
    m_server.sql(QStringLiteral("delete from rows where id = 'a'"));
    replica.clock().advance(10min);
    QVERIFY(replica->patch(m_rows.name, QStringLiteral("a"), titled(QStringLiteral("mine"))));
    QCOMPARE(replica.pull().conflicts, 1);
    QCOMPARE(replica.conflicts().size(), 1);
    const ConflictRecord conflict = replica.conflicts().constFirst();
    QVERIFY(!conflict.remote);
    QCOMPARE(conflict.local->value(QStringLiteral("title")).toString(), QStringLiteral("mine"));
    QCOMPARE(conflict.isOpen, strategy == ConflictStrategy::Manual);
    if (conflict.isOpen)
        QVERIFY(replica->resolve(conflict.id, conflict.local));
    replica.settle();
    // Made again from all its columns, where the edit has won.
    const QString expected = strategy == ConflictStrategy::ServerWins ? QString() : QStringLiteral("a|mine|note");
    QCOMPARE(m_server.sql(QStringLiteral("select id, title, note from rows where id = 'a'")), expected);
    QCOMPARE(replica.sql(QStringLiteral("SELECT id, title, note FROM rows WHERE id = 'a'")), expected);
    QCOMPARE(replica.conflicts().size(), 1);
    QCOMPARE(replica.told().conflicts.size(), 1);
}

void TestPullDeletions::hiddenRowsGo()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into guarded values ('ann-1', 't', 'ann'), ('ann-2', 't', 'ann'), "
                                "('canary-1', 't', 'bob'), ('canary-2', 't', 'bob'), ('canary-3', 't', 'bob')"));
    PullReplica replica(m_server.proxy(), options(QStringLiteral("ann")));
    QCOMPARE(replica.pull().pulled, 2);
    // Hers becomes his, his is deleted, moved on, and changed: she is told of the first only.
    m_server.sql(QStringLiteral("update guarded set reader = 'bob' where id = 'ann-1'; "
                                "delete from guarded where id = 'canary-1'; "
                                "update guarded set reader = 'eve' where id = 'canary-2'; "
                                "update guarded set title = 'new' where id = 'canary-3'"));
    const SyncReport report = replica.pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.deleted, 1);
    QCOMPARE(replica.sql(localIds.arg(m_guarded.name)), QStringLiteral("ann-2"));
    m_server.sql(QStringLiteral("delete from guarded where id in ('ann-1', 'canary-3')"));
    m_server.sql(QStringLiteral("insert into guarded values ('canary-4', 't', 'bob'); "
                                "delete from guarded where id = 'canary-4'"));
    QCOMPARE(replica.pull().deleted, 0);
    const QByteArray replies = m_server.replies();
    QVERIFY(replies.contains("ann-2"));
    QVERIFY(!replies.contains("canary"));
    // And back.
    m_server.sql(QStringLiteral("insert into guarded values ('ann-1', 'again', 'bob')"));
    QCOMPARE(replica.pull().pulled, 0);
    m_server.sql(QStringLiteral("update guarded set reader = 'ann' where id = 'ann-1'"));
    QCOMPARE(replica.pull().pulled, 1);
    QCOMPARE(replica.sql(localIds.arg(m_guarded.name)), QStringLiteral("ann-1\nann-2"));
}

// He may no longer write it, either: his edit stays where he can see it.
void TestPullDeletions::hiddenRowWithAPendingEdit()
{
    QFETCH(Mode, mode);
    m_server.begin(mode);
    m_server.sql(QStringLiteral("insert into guarded values ('ann-1', 't', 'ann'), ('ann-2', 't', 'ann')"));
    PullReplica replica(m_server.proxy(), options(QStringLiteral("ann")));
    QCOMPARE(replica.pull().pulled, 2);
    QVERIFY(replica->patch(m_guarded.name, QStringLiteral("ann-1"), titled(QStringLiteral("mine"))));
    m_server.sql(QStringLiteral("update guarded set reader = 'bob' where id = 'ann-1'"));
    QVERIFY(replica.pull().errors.isEmpty());
    replica.settle();
    QCOMPARE(m_server.sql(QStringLiteral("select title from guarded where id = 'ann-1'")), QStringLiteral("t"));
    const QList<ConflictRecord> conflicts = replica.conflicts();
    const bool isKept = std::any_of(conflicts.cbegin(), conflicts.cend(), [](const ConflictRecord &one) {
        return one.local && one.local->value(QStringLiteral("title")) == QStringLiteral("mine");
    });
    QVERIFY(isKept || replica.openEntries().size() == 1);
}

QTEST_GUILESS_MAIN(TestPullDeletions)

#include "tst_pulldeletions.moc"
