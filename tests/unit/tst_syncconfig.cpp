// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/stores/memorystorage.h>

using namespace Tideline;
using namespace std::chrono_literals;

// What each setting of an engine does; tst_syncengine tests the engine with the settings as they come.
class tst_SyncConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void hasTheDefaultsOfTheSeed();
    void engineTellsItsSetup();
    void drainingIsTold();
    void finishedEntriesAreKeptForTheirTime();
    void stopOnFirstErrorEndsTheRound_data();
    void stopOnFirstErrorEndsTheRound();
    void maxRetriesBoundsRefusals();
    void backoffIsBounded();

private:
    EngineFixture &f() { return *m_fixture; }
    void write(const QString &table, const QString &id)
    {
        const WriteResult written = f().engine->write(table, id, EngineFixture::titled(QStringLiteral("a")));
        QVERIFY2(written, qPrintable(written.failure.detail));
    }

    const QString m_notes = QStringLiteral("notes");
    const QString m_tasks = QStringLiteral("tasks");
    std::unique_ptr<EngineFixture> m_fixture;
};

void tst_SyncConfig::init()
{
    TableSchema tasks = EngineFixture::notesSchema();
    tasks.name = m_tasks;
    m_fixture = std::make_unique<EngineFixture>(MemoryStorage::factory({EngineFixture::notesSchema(), tasks}));
    f().setup.tables.append(TableConfig(m_tasks));
}

void tst_SyncConfig::cleanup()
{
    m_fixture.reset();
}

void tst_SyncConfig::hasTheDefaultsOfTheSeed()
{
    const SyncConfig config;
    QCOMPARE(config.batchSize, 50);
    QCOMPARE(config.queueRetention, 30 * 24h);
    QCOMPARE(config.stopOnFirstError, true);
    QCOMPARE(config.maxRetries, 3);
    QCOMPARE(config.sensitiveFields, QStringList());
    QCOMPARE(config.useExponentialBackoff, true);
    QCOMPARE(config.conflictStrategy, ConflictStrategy::LastWriteWins);
    QVERIFY(!config.onConflict);
    QCOMPARE(config.maxPayloadBytes, 1024 * 1024);
    QCOMPARE(config.maxBackoff, 60s);
    QVERIFY(!config.isTransientError);
}

void tst_SyncConfig::engineTellsItsSetup()
{
    f().setup.userId = QStringLiteral("alice");
    f().setup.config.batchSize = 7;
    f().open();
    QCOMPARE(f().engine->userId(), QStringLiteral("alice"));
    QCOMPARE(f().engine->config().batchSize, 7);
    QCOMPARE(f().engine->tables(), f().setup.tables);
    QCOMPARE(f().engine->property("tables").toStringList(), QStringList({m_notes, m_tasks}));
}

void tst_SyncConfig::drainingIsTold()
{
    f().open();
    QList<bool> told;
    connect(f().engine.get(), &SyncEngine::isDrainingChanged, this,
            [&] { told.append(f().engine->property("isDraining").toBool()); });
    write(m_notes, QStringLiteral("1"));
    QVERIFY(!f().engine->isDraining());
    f().drain();
    QTRY_COMPARE(told, QList<bool>({true, false}));
}

void tst_SyncConfig::finishedEntriesAreKeptForTheirTime()
{
    f().setup.config.queueRetention = 48h;
    f().open();
    write(m_notes, QStringLiteral("1"));
    f().drain();
    QCOMPARE(f().entries({EntryState::Done}).size(), 1);
    f().clock.advance(47h);
    f().drain();
    QCOMPARE(f().entries({EntryState::Done}).size(), 1);
    f().clock.advance(2h);
    f().drain();
    QCOMPARE(f().entries({EntryState::Done}).size(), 0);
}

void tst_SyncConfig::stopOnFirstErrorEndsTheRound_data()
{
    QTest::addColumn<bool>("stops");
    QTest::addColumn<int>("pushed");
    QTest::newRow("yes") << true << 0;
    QTest::newRow("no: the other table is tried") << false << 1;
}

void tst_SyncConfig::stopOnFirstErrorEndsTheRound()
{
    QFETCH(bool, stops);
    QFETCH(int, pushed);
    f().setup.config.stopOnFirstError = stops;
    f().open();
    write(m_notes, QStringLiteral("1"));
    write(m_tasks, QStringLiteral("1"));
    f().server->setFault([this](const SyncEntry *entry) -> std::optional<Failure> {
        if (entry && entry->table == m_notes)
            return Failure(Failure::Code::Network, QStringLiteral("The connection ended."));
        return {};
    });
    QCOMPARE(f().drain().pushed, pushed);
    QCOMPARE(f().server->rowCount(m_tasks), pushed);
    QCOMPARE(f().pending().size(), 2 - pushed);
}

void tst_SyncConfig::maxRetriesBoundsRefusals()
{
    f().setup.config.maxRetries = 2;
    f().open();
    write(m_notes, QStringLiteral("1"));
    Failure parentMissing(Failure::Code::Remote, QStringLiteral("The parent is missing."));
    parentMissing.httpStatus = 409;
    parentMissing.serverCode = QStringLiteral("23503");
    f().server->setFault([parentMissing](const SyncEntry *) { return parentMissing; });
    for (int attempt = 1; attempt <= 2; ++attempt) {
        f().drain();
        QCOMPARE(f().pending().size(), 1);
        QCOMPARE(f().pending().constFirst().retryCount, attempt);
    }
    f().drain();
    QCOMPARE(f().dead().size(), 1);
}

void tst_SyncConfig::backoffIsBounded()
{
    f().setup.config.maxBackoff = 10s;
    f().open();
    write(m_notes, QStringLiteral("1"));
    const Failure offline(Failure::Code::Network, QStringLiteral("The connection ended."));
    f().server->setFault([offline](const SyncEntry *) { return offline; });
    for (int attempt = 0; attempt < 20; ++attempt)
        f().drain();
    const Result<SyncStatus> status = f().engine->status();
    QVERIFY(status);
    QVERIFY(status->nextRetryAt > f().clock.now());
    QVERIFY(status->nextRetryAt <= f().clock.now().addSecs(10));
}

QTEST_GUILESS_MAIN(tst_SyncConfig)
#include "tst_syncconfig.moc"
