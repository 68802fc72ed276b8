// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clientprocess.h"
#include "databasecheck.h"
#include "notesclient.h"
#include "scratch.h"

#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <csignal>

using namespace Tideline;

// A client is killed: at every step that SQLite takes, and at random moments.
class tst_KilledClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void atEveryStep_data();
    void atEveryStep();
    void atAnyMoment();

private:
    NotesSetup setupOf(const QString &name) const;
    static QVariantMap orderFor(const NotesSetup &setup, const QString &scenario);
    void verifyNothingIsLost(const NotesSetup &setup, const ClientLife &life);

    QTemporaryDir m_directory{scratchTemplate()};
    std::unique_ptr<ClientProcess> m_process;
    int m_kills = 0;
};

void tst_KilledClient::initTestCase()
{
    QVERIFY(m_directory.isValid());
    m_process = std::make_unique<ClientProcess>();
    // Made once, because it takes longer than what is tested.
    const NotesSetup unused = setupOf(QStringLiteral("new"));
    NotesSetup used = setupOf(QStringLiteral("used"));
    DatabaseCheck::makeNotes(unused.database);
    QVERIFY(QFile::copy(unused.database, used.database));
    QVERIFY(NotesClient(used).open());
}

void tst_KilledClient::cleanupTestCase()
{
    m_process.reset();
    qInfo("%d clients were killed", m_kills);
    QVERIFY2(m_kills >= TIDELINE_FAULT_KILLS, "too few to tell anything");
}

NotesSetup tst_KilledClient::setupOf(const QString &name) const
{
    NotesSetup setup;
    setup.database = m_directory.filePath(name + QStringLiteral(".db"));
    setup.log = m_directory.filePath(name + QStringLiteral(".log"));
    return setup;
}

QVariantMap tst_KilledClient::orderFor(const NotesSetup &setup, const QString &scenario)
{
    return {{QStringLiteral("scenario"), scenario},
            {QStringLiteral("database"), setup.database},
            {QStringLiteral("log"), setup.log}};
}

void tst_KilledClient::verifyNothingIsLost(const NotesSetup &setup, const ClientLife &life)
{
    const DatabaseCheck found(setup.database);
    QCOMPARE(found.problem(), QString());
    QCOMPARE(found.lost(life.acknowledged), QString());
    QCOMPARE(found.disorder(LogServer::effects(setup.log)), QString());

    // The next life brings the rest to the server.
    NotesSetup next = setup;
    next.later = std::chrono::hours(1);
    {
        NotesClient client(next);
        const Result<void> opened = client.open();
        QVERIFY2(opened, qPrintable(opened.failure().detail));
        const WriteResult written = client.write(QStringLiteral("z"), QStringLiteral("1"));
        QVERIFY2(written, qPrintable(written.failure.detail));
        for (const Failure &error : client.drain().errors)
            QVERIFY2(error.httpStatus == 400, qPrintable(error.detail));
    }
    const DatabaseCheck settled(setup.database);
    const QList<ServerEffect> history = LogServer::effects(setup.log);
    QCOMPARE(settled.problem(), QString());
    QCOMPARE(settled.lost(life.acknowledged), QString());
    QCOMPARE(settled.disorder(history), QString());
    QCOMPARE(settled.count(EntryState::Pending) + settled.count(EntryState::InFlight), 0);
    QMap<QString, QVariantMap> expected = settled.rows();
    for (const StoredEntry &entry : settled.entries()) {
        if (entry.state == EntryState::Dead || entry.state == EntryState::Discarded)
            expected.remove(entry.recordId); // differs, and says so
    }
    QMap<QString, QVariantMap> served;
    for (const ServerEffect &effect : history) {
        if (effect.operation == SyncOperation::Delete) {
            served.remove(effect.recordId);
            continue;
        }
        for (auto it = effect.values.cbegin(); it != effect.values.cend(); ++it)
            served[effect.recordId].insert(it.key(), it.value());
    }
    QCOMPARE(served.keys(), expected.keys());
    for (auto it = served.cbegin(); it != served.cend(); ++it)
        QCOMPARE(it->value(QStringLiteral("title")), expected.value(it.key()).value(QStringLiteral("title")));
}

void tst_KilledClient::atEveryStep_data()
{
    QTest::addColumn<QString>("start");
    QTest::newRow("open") << QStringLiteral("new");
    QTest::newRow("writes") << QStringLiteral("used");
    QTest::newRow("drain") << QStringLiteral("used");
    QTest::newRow("repairs") << QStringLiteral("used");
    QTest::newRow("logout") << QStringLiteral("used");
}

void tst_KilledClient::atEveryStep()
{
    QFETCH(QString, start);
    const QString scenario = QString::fromLatin1(QTest::currentDataTag());
    const QString original = setupOf(start).database;
    int kills = 0;
    // Two threads do not take the same number of steps every time: the longest life that ended by itself counts, of at
    // least three.
    int survivals = 0;
    qint64 last = 0;
    for (qint64 number = 1; survivals < 3 || number <= last; number += TIDELINE_FAULT_STRIDE) {
        const NotesSetup setup = setupOf(scenario + QString::number(number));
        QVERIFY(QFile::copy(original, setup.database));
        QVariantMap order = orderFor(setup, scenario);
        order.insert(QStringLiteral("killAt"), number);
        const ClientLife life = m_process->run(order);
        QCOMPARE(life.failures, QStringList());
        if (life.signal == 0) {
            QCOMPARE(life.exitCode, 0);
            ++survivals;
            last = std::max(last, life.steps);
        } else {
            QCOMPARE(life.signal, SIGKILL);
            ++kills;
        }
        verifyNothingIsLost(setup, life);
        if (QTest::currentTestFailed()) {
            qInfo("killed at step %lld", static_cast<long long>(number));
            return;
        }
        for (const char *suffix : {"", "-wal", "-shm"})
            QFile::remove(setup.database + QString::fromLatin1(suffix));
    }
    qInfo("%d kills, %lld steps", kills, static_cast<long long>(last));
    m_kills += kills;
}

void tst_KilledClient::atAnyMoment()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    const NotesSetup setup = setupOf(QStringLiteral("stream"));
    QVERIFY(QFile::copy(setupOf(QStringLiteral("used")).database, setup.database));
    QStringList acknowledged;
    // The same database all the time: what one life leaves is what the next one finds.
    for (int number = 0; number < TIDELINE_FAULT_RANDOM_KILLS; ++number) {
        QVariantMap order = orderFor(setup, QStringLiteral("stream"));
        order.insert(QStringLiteral("name"), QStringLiteral("life%1").arg(number));
        order.insert(QStringLiteral("writes"), 1000000);
        order.insert(QStringLiteral("records"), 10);
        order.insert(QStringLiteral("killAfter"), random.bounded(1, 30000));
        const ClientLife life = m_process->run(order);
        QCOMPARE(life.failures, QStringList());
        QCOMPARE(life.signal, SIGKILL);
        ++m_kills;
        acknowledged += life.acknowledged;
        const DatabaseCheck found(setup.database);
        QCOMPARE(found.problem(), QString());
        QCOMPARE(found.lost(acknowledged), QString());
    }
    qInfo("%lld writes were acknowledged", static_cast<long long>(acknowledged.size()));
    QVERIFY(!acknowledged.isEmpty());
    ClientLife life;
    life.acknowledged = acknowledged;
    verifyNothingIsLost(setup, life);
}

QTEST_GUILESS_MAIN(tst_KilledClient)
#include "tst_killedclient.moc"
