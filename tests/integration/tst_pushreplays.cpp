// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultedreplica.h"
#include "historyserver.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

// Requests and replies that are lost in part, that arrive twice or late, and edits meanwhile: every change has its
// effect once, in its order, and takes nothing away from anybody else.
class TestPushReplays : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void initTestCase();
    void init();

    void lostReplies_data();
    void lostReplies();
    void othersStayInFront_data();
    void othersStayInFront();
    void cuts_data();
    void cuts();
    void duplicates_data();
    void duplicates();
    void lateReplays();
    void endsAsTheUserLeftIt_data();
    void endsAsTheUserLeftIt();
    void editsDuringAPush_data();
    void editsDuringAPush();

private:
    using Options = FaultedReplica::Options;

    static bool isKit()
    {
        QFETCH_GLOBAL(SupabaseOptions::Mode, mode);
        return mode == SupabaseOptions::Mode::Kit;
    }
    static Options options()
    {
        Options options;
        options.server.mode = isKit() ? SupabaseOptions::Mode::Kit : SupabaseOptions::Mode::Plain;
        return options;
    }
    FaultProxy &proxy() { return m_server.proxy(); }

    HistoryServer m_server;
};

namespace {

QString numbered(const char *name, int number)
{
    return QString::fromLatin1(name) + QString::number(number);
}

QStringList words(std::initializer_list<const char *> list)
{
    QStringList words;
    for (const char *word : list)
        words.append(QString::fromLatin1(word));
    return words;
}

} // namespace

// Everything holds with the server kit and without.
void TestPushReplays::initTestCase_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("plain") << SupabaseOptions::Mode::Plain;
    QTest::newRow("kit") << SupabaseOptions::Mode::Kit;
}

void TestPushReplays::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.error()));
}

void TestPushReplays::init()
{
    QVERIFY(m_server.clear());
}

void TestPushReplays::lostReplies_data()
{
    QTest::addColumn<int>("step");
    QTest::addColumn<bool>("isAnswered"); // the server has done it, or has seen nothing
    for (const int step : {2, 3, 5}) {
        QTest::addRow("every %d", step) << step << true;
        QTest::addRow("every %d, and the request too", step) << step << false;
    }
}

void TestPushReplays::lostReplies()
{
    QFETCH(int, step);
    QFETCH(bool, isAnswered);
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 8) i"));
    Options setup = options();
    setup.config.batchSize = 3;
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 8);
    QVERIFY(proxy().add(
        (isAnswered ? HttpFault::dropReply() : HttpFault::reset(HttpFault::ResetAt::Request)).every(step).from(step)));
    for (int i = 1; i <= 8; ++i) {
        QVERIFY(replica.write(numbered("new", i), QStringLiteral("v1")));
        QVERIFY(i < 6 ? replica.patch(numbered("old", i), QStringLiteral("v1")) : replica.remove(numbered("old", i)));
    }
    QVERIFY(replica.deliver());
    const QMap<QString, QStringList> history = m_server.history();
    QCOMPARE(history.size(), 16);
    for (int i = 1; i <= 8; ++i) {
        QCOMPARE(history.value(numbered("notes new", i)), words({"insert v1"}));
        QCOMPARE(history.value(numbered("notes old", i)),
                 i < 6 ? words({"insert v0", "update v1"}) : words({"insert v0", "delete"}));
    }
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QVERIFY(replica->storage()->journal().conflicts({})->isEmpty());
    QCOMPARE(replica.titles(), m_server.titles());
}

void TestPushReplays::othersStayInFront_data()
{
    QTest::addColumn<int>("step");
    for (const int step : {1, 2, 3})
        QTest::addRow("every %d", step) << step;
}

// Another client changes each record after its push, of which this one does not know.
void TestPushReplays::othersStayInFront()
{
    QFETCH(int, step);
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 6) i"));
    Options setup = options();
    setup.config.batchSize = 3;
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 6);
    QVERIFY(proxy().add(HttpFault::dropReply().every(step)));
    for (int i = 1; i <= 6; ++i) {
        QVERIFY(replica.write(numbered("new", i), QStringLiteral("v1")));
        QVERIFY(i < 5 ? replica.patch(numbered("old", i), QStringLiteral("v1")) : replica.remove(numbered("old", i)));
    }
    for (int i = 0; i < 8; ++i) {
        replica.drain();
        // Whatever has arrived by now gets a newer value, also what was deleted.
        m_server.sql(QStringLiteral("update notes set title = 'other' where title = 'v1'"));
        m_server.sql(
            QStringLiteral("insert into notes (id, title) select distinct id, 'other' from history where what = "
                           "'delete' on conflict do nothing"));
        replica.clock().advance(2min);
    }
    QVERIFY(proxy().clear());
    QVERIFY(replica.deliver());
    m_server.sql(QStringLiteral("update notes set title = 'other' where title = 'v1'"));
    m_server.sql(QStringLiteral("insert into notes (id, title) select distinct id, 'other' from history where what = "
                                "'delete' on conflict do nothing"));
    replica.pull();
    QVERIFY(replica.deliver());
    const QMap<QString, QStringList> history = m_server.history();
    for (int i = 1; i <= 6; ++i) {
        QCOMPARE(history.value(numbered("notes new", i)), words({"insert v1", "update other"}));
        QCOMPARE(history.value(numbered("notes old", i)), i < 5 ? words({"insert v0", "update v1", "update other"})
                                                                : words({"insert v0", "delete", "insert other"}));
    }
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QCOMPARE(replica.titles(), m_server.titles());
}

void TestPushReplays::cuts_data()
{
    QTest::addColumn<bool>("isRequest");
    QTest::addColumn<HttpFault::Ending>("ending");
    QTest::newRow("requests, closed") << true << HttpFault::Ending::Close;
    QTest::newRow("requests, reset") << true << HttpFault::Ending::Reset;
    QTest::newRow("replies, closed") << false << HttpFault::Ending::Close;
    QTest::newRow("replies, reset") << false << HttpFault::Ending::Reset;
}

void TestPushReplays::cuts()
{
    QFETCH(bool, isRequest);
    QFETCH(HttpFault::Ending, ending);
    m_server.sql(
        QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(0, 999) i"));
    FaultedReplica replica(proxy(), options());
    QCOMPARE(replica.pull().pulled, 1000);
    int changes = 0;
    // Heads have about 300 bytes, bodies up to 300 more; dense where the body ends.
    QList<int> positions{0, 1, 5, 16, 17, 40, 90, 150, 200, 250, 280, 300, 320};
    for (int at = 340; at < 620; at += 20)
        positions.append(at);
    for (const int at : std::as_const(positions)) {
        // In turn the inserting, the changing and the deleting request.
        HttpFault fault = isRequest ? HttpFault::cutRequest(at, ending) : HttpFault::cutReply(at, ending);
        QVERIFY(proxy().add(fault.from(1 + changes % 3).times(1)));
        QVERIFY(replica.write(numbered("new", changes), QStringLiteral("v1")));
        QVERIFY(replica.patch(numbered("old", 2 * changes), QStringLiteral("v1")));
        QVERIFY(replica.remove(numbered("old", 2 * changes + 1)));
        QVERIFY(replica.deliver());
        QVERIFY(proxy().clear());
        ++changes;
    }
    const QMap<QString, QStringList> history = m_server.history();
    for (int i = 0; i < changes; ++i) {
        QCOMPARE(history.value(numbered("notes new", i)), words({"insert v1"}));
        QCOMPARE(history.value(numbered("notes old", 2 * i)), words({"insert v0", "update v1"}));
        QCOMPARE(history.value(numbered("notes old", 2 * i + 1)), words({"insert v0", "delete"}));
    }
    int cut = 0;
    for (const FaultProxy::Request &request : proxy().requests())
        cut += request.fault.startsWith(QLatin1String("cut")) ? 1 : 0;
    QCOMPARE(cut, changes);
    QCOMPARE(replica.retryCount(), 0);
    QCOMPARE(replica.deadCount(), 0);
    QVERIFY(replica->storage()->journal().conflicts({})->isEmpty());
    QCOMPARE(replica.titles(), m_server.titles());
}

void TestPushReplays::duplicates_data()
{
    QTest::addColumn<HttpFault::Answer>("answer");
    QTest::newRow("first answer") << HttpFault::Answer::First;
    QTest::newRow("second answer") << HttpFault::Answer::Second;
}

void TestPushReplays::duplicates()
{
    QFETCH(HttpFault::Answer, answer);
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 6) i"));
    FaultedReplica replica(proxy(), options());
    QCOMPARE(replica.pull().pulled, 6);
    QVERIFY(proxy().add(HttpFault::duplicate(answer)));
    for (int i = 1; i <= 6; ++i) {
        QVERIFY(replica.write(numbered("new", i), QStringLiteral("v1")));
        QVERIFY(i < 4 ? replica.patch(numbered("old", i), QStringLiteral("v1")) : replica.remove(numbered("old", i)));
    }
    const SyncReport report = replica.drain();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.pushed, 12);
    QCOMPARE(report.conflicts, 0);
    const QMap<QString, QStringList> history = m_server.history();
    for (int i = 1; i <= 6; ++i) {
        QCOMPARE(history.value(numbered("notes new", i)), words({"insert v1"}));
        QCOMPARE(history.value(numbered("notes old", i)),
                 i < 4 ? words({"insert v0", "update v1"}) : words({"insert v0", "delete"}));
    }
    QCOMPARE(replica.titles(), m_server.titles());
}

// The network delivers what it had delivered before, when the record has moved on.
void TestPushReplays::lateReplays()
{
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 3) i"));
    FaultedReplica replica(proxy(), options());
    QCOMPARE(replica.pull().pulled, 3);
    QVERIFY(proxy().add(HttpFault::replayLater()));
    QVERIFY(replica.write(QStringLiteral("new"), QStringLiteral("v1")));
    QVERIFY(replica.patch(QStringLiteral("old1"), QStringLiteral("v1")));
    QVERIFY(replica.patch(QStringLiteral("old2"), QStringLiteral("v1")));
    QVERIFY(replica.remove(QStringLiteral("old3")));
    QCOMPARE(replica.drain().pushed, 4);
    QVERIFY(replica.patch(QStringLiteral("new"), QStringLiteral("v2")));
    QVERIFY(replica.write(QStringLiteral("old1"), QStringLiteral("v2")));
    QVERIFY(replica.remove(QStringLiteral("old2")));
    QVERIFY(replica.write(QStringLiteral("old3"), QStringLiteral("v2")));
    QCOMPARE(replica.drain().pushed, 4);
    const auto before = m_server.history();
    const qsizetype requests = proxy().requests().size();
    QVERIFY(proxy().release());
    QTRY_VERIFY([&] {
        int replayed = 0;
        for (const FaultProxy::Request &request : proxy().requests())
            replayed += request.serverStatuses.size() == 2 ? 1 : 0;
        return replayed == requests;
    }());
    QCOMPARE(m_server.history(), before);
    QCOMPARE(replica.titles(), m_server.titles());
}

void TestPushReplays::endsAsTheUserLeftIt_data()
{
    QTest::addColumn<int>("batchSize");
    QTest::addColumn<bool>("isOneDrain"); // all at the end, or one after every step
    for (const int size : {1, 2, 3, 7, 50}) {
        QTest::addRow("batches of %d", size) << size << true;
        QTest::addRow("batches of %d, a drain a step", size) << size << false;
    }
}

void TestPushReplays::endsAsTheUserLeftIt()
{
    QFETCH(int, batchSize);
    QFETCH(bool, isOneDrain);
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 4) i"));
    Options setup = options();
    setup.config.batchSize = batchSize;
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 4);
    const QString children = QStringLiteral("children");
    const auto child = [&](const QString &id, const QString &title, const QString &note) {
        return bool(
            replica->write(children, id, {{QStringLiteral("title"), title}, {QStringLiteral("note_id"), note}}));
    };
    const std::function<bool()> steps[] = {
        [&] { return replica.remove(QStringLiteral("old1")); },
        [&] { return replica.patch(QStringLiteral("old2"), QStringLiteral("v1")); },
        [&] { return replica.write(QStringLiteral("parent"), QStringLiteral("p1")); },
        [&] { return child(QStringLiteral("c1"), QStringLiteral("c1"), QStringLiteral("parent")); },
        [&] { return replica.write(QStringLiteral("old1"), QStringLiteral("again")); },
        [&] { return replica.patch(QStringLiteral("old2"), QStringLiteral("v2")); },
        [&] { return child(QStringLiteral("c2"), QStringLiteral("c2"), QStringLiteral("old1")); },
        [&] { return replica.write(QStringLiteral("brief"), QStringLiteral("b1")); },
        [&] { return replica.patch(QStringLiteral("parent"), QStringLiteral("p2")); },
        [&] { return replica.remove(QStringLiteral("brief")); },
        [&] { return bool(replica->remove(children, QStringLiteral("c1"))); },
        [&] { return replica.patch(QStringLiteral("old1"), QStringLiteral("and more")); },
        [&] { return replica.remove(QStringLiteral("old3")); },
        [&] { return replica.write(QStringLiteral("old3"), QStringLiteral("t1")); },
        [&] { return replica.remove(QStringLiteral("old3")); },
        [&] { return child(QStringLiteral("c1"), QStringLiteral("back"), QStringLiteral("old2")); },
        [&] { return replica.write(QStringLiteral("old4"), QStringLiteral("v1")); },
        [&] { return replica.remove(QStringLiteral("parent")); },
    };
    for (const auto &step : steps) {
        QVERIFY(step());
        if (!isOneDrain)
            QCOMPARE(replica.drain().dead, 0);
    }
    QVERIFY(replica.deliver());
    const QMap<QString, QString> expected{{QStringLiteral("children c1"), QStringLiteral("back")},
                                          {QStringLiteral("children c2"), QStringLiteral("c2")},
                                          {QStringLiteral("notes old1"), QStringLiteral("and more")},
                                          {QStringLiteral("notes old2"), QStringLiteral("v2")},
                                          {QStringLiteral("notes old4"), QStringLiteral("v1")}};
    QCOMPARE(m_server.titles(), expected);
    QCOMPARE(replica.titles(), expected);
    QCOMPARE(replica.deadCount(), 0);
    QVERIFY(replica->storage()->journal().conflicts({})->isEmpty());
}

void TestPushReplays::editsDuringAPush_data()
{
    QTest::addColumn<int>("batchSize");
    QTest::addColumn<HttpFault::HangAt>("at");
    QTest::addColumn<bool>("isLost"); // the reply, in the end
    for (const int size : {1, 2, 3, 7, 50}) {
        QTest::addRow("batches of %d, before the server", size) << size << HttpFault::HangAt::Request << false;
        QTest::addRow("batches of %d, behind the server", size) << size << HttpFault::HangAt::Reply << false;
        QTest::addRow("batches of %d, behind the server, lost", size) << size << HttpFault::HangAt::Reply << true;
    }
}

void TestPushReplays::editsDuringAPush()
{
    QFETCH(int, batchSize);
    QFETCH(HttpFault::HangAt, at);
    QFETCH(bool, isLost);
    m_server.sql(QStringLiteral("insert into notes (id, title) select 'old' || i, 'v0' from generate_series(1, 4) i"));
    Options setup = options();
    setup.config.batchSize = batchSize;
    FaultedReplica replica(proxy(), setup);
    QCOMPARE(replica.pull().pulled, 4);
    QVERIFY(replica.write(QStringLiteral("new1"), QStringLiteral("v1")));
    QVERIFY(replica.write(QStringLiteral("new2"), QStringLiteral("v1")));
    for (int i = 1; i <= 3; ++i)
        QVERIFY(replica.patch(numbered("old", i), QStringLiteral("v1")));
    QVERIFY(replica.remove(QStringLiteral("old4")));

    QVERIFY(proxy().add(HttpFault::hang(at).from(1).times(1)));
    QSignalSpy held(&proxy(), &FaultProxy::requestHeld);
    const QFuture<SyncReport> round = replica.beginDrain();
    QTRY_COMPARE(held.size(), 1);
    QVERIFY(replica.patch(QStringLiteral("new1"), QStringLiteral("v2")));
    QVERIFY(replica.remove(QStringLiteral("new2")));
    QVERIFY(replica.patch(QStringLiteral("old1"), QStringLiteral("v2")));
    QVERIFY(replica.remove(QStringLiteral("old2")));
    QVERIFY(replica.write(QStringLiteral("old3"), QStringLiteral("v2")));
    QVERIFY(replica.write(QStringLiteral("old4"), QStringLiteral("v2")));
    if (isLost) {
        QVERIFY(proxy().refuse()); // breaks the connection
        FaultedReplica::wait(round);
        QVERIFY(proxy().clear());
        QVERIFY(proxy().accept());
    } else {
        QVERIFY(proxy().release());
        FaultedReplica::wait(round);
    }
    QVERIFY(replica.deliver());
    const QMap<QString, QString> expected{{QStringLiteral("notes new1"), QStringLiteral("v2")},
                                          {QStringLiteral("notes old1"), QStringLiteral("v2")},
                                          {QStringLiteral("notes old3"), QStringLiteral("v2")},
                                          {QStringLiteral("notes old4"), QStringLiteral("v2")}};
    QCOMPARE(m_server.titles(), expected);
    QCOMPARE(replica.titles(), expected);
    QCOMPARE(replica.deadCount(), 0);
    QVERIFY(replica->storage()->journal().conflicts({})->isEmpty());
    // Nothing happened twice.
    for (const QStringList &changes : m_server.history()) {
        QStringList unique = changes;
        unique.removeDuplicates();
        QCOMPARE(changes, unique);
    }
}

QTEST_GUILESS_MAIN(TestPushReplays)

#include "tst_pushreplays.moc"
