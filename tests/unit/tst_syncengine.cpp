// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/memorystorage.h>

#include <QtCore/QSemaphore>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>

using namespace Tideline;
using namespace std::chrono_literals;

class tst_SyncEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void writeStoresRowEntryAndBase();
    void refusedWritesChangeNothing_data();
    void refusedWritesChangeNothing();
    void drainSendsInOrder();
    void batchesGoOnUntilNothingIsDue();
    void offlineCostsNothing();
    void scheduledDrainWaitsForItsTime();
    void newerWriteIsNeverOvertaken();
    void lostReplyIsNoConflict();
    void lostReplyNeverOverwritesANewerValue();
    void writeDuringAPushSurvives();
    void refusedEntryBecomesADeadLetter();
    void laterFullWriteSupersedesDeadLetter();
    void laterPatchWaitsForTheDeadInsert();
    void retriedDeadLetterDoesNotOverwrite();
    void editedDeadLetterKeepsItsPlace();
    void discardAndRevertShowsTheServersRow();
    void patchOfAnAbsentRowIsNotDone();
    void foreignKeyRefusalWaitsThenDies();
    void unknownTableIsHeldNotKilled();
    void authenticationPausesOnce();
    void pullFillsAndFollows();
    void deletionsAreFound();
    void pendingEditMeetsServerEdit();
    void pushMeetsServerEdit();
    void manualConflictIsParkedAndResolved();
    void customResolverDecides();
    void settledConflictCanBeTurned();
    void deleteAgainstUpdate();
    void softDeleteMarksAndWriteClears();
    void foreignRowsAreNotStored();
    void badRowIsSetAside();
    void unknownColumnsAreToldOnce();
    void logoutRefusesToLoseWork();
    void logoutLeavesNothing();
    void logoutEnrolsAnewWhateverBecomesOfTheBytes();
    void compositeIdsAreCanonical();
    void databaseOfAnotherUserIsRefused();
    void tablesComeAndGo();
    void secondDrainJoinsTheFirst();
    void automaticEngineDrainsByItself();
    void sensitiveFieldsAreMaskedInEvents();
    void sensitiveFieldsCanBeMaskedEverywhere();
    void queueOnlyPush();
    void statusFollows();
    void propertiesAreThereWithTheFuture();
    void engineThatIsNotOpenSaysSo();
    void engineMayGoInTheMiddleOfARound();

private:
    EngineFixture &f() { return *m_fixture; }
    QVariantMap titled(const QString &title) const { return EngineFixture::titled(title); }
    // What the server answers to everything; empty: it works.
    void serverFails(const std::optional<Failure> &failure)
    {
        f().server->setFault([failure](const SyncEntry *) { return failure; });
    }
    void serverRefusesTitle(const QString &title, const Failure &failure)
    {
        f().server->setFault([title, failure](const SyncEntry *entry) -> std::optional<Failure> {
            if (entry && entry->payload.value(QStringLiteral("title")) == title)
                return failure;
            return std::nullopt;
        });
    }
    static Failure offline() { return {Failure::Code::Network, QStringLiteral("Connection refused")}; }
    static Failure constraint()
    {
        Failure failure(Failure::Code::Remote, QStringLiteral("violates check constraint"));
        failure.httpStatus = 400;
        failure.serverCode = QStringLiteral("23514");
        return failure;
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<EngineFixture> m_fixture;
};

void tst_SyncEngine::initTestCase_data()
{
    QTest::addColumn<bool>("isOnDisk");
    QTest::newRow("memory") << false;
    QTest::newRow("sqlite") << true;
}

void tst_SyncEngine::init()
{
    QFETCH_GLOBAL(bool, isOnDisk);
    StorageFactory storage;
    if (isOnDisk) {
        m_directory = std::make_unique<QTemporaryDir>();
        SqliteOptions options;
        options.path = m_directory->filePath(QStringLiteral("app.db"));
        options.synchronous = SqliteOptions::Synchronous::Normal;
        options.busyTimeout = 500ms;
        storage = SqliteStorage::factory(options);
    } else {
        storage = MemoryStorage::factory();
    }
    m_fixture = std::make_unique<EngineFixture>(storage);
    f().open();
    const Result<bool> made = f().engine->storage()->local().createTable(EngineFixture::notesSchema());
    QVERIFY(made && *made);
}

void tst_SyncEngine::cleanup()
{
    m_fixture.reset();
    m_directory.reset();
}

void tst_SyncEngine::writeStoresRowEntryAndBase()
{
    QSignalSpy changed(f().engine.get(), &SyncEngine::dataChanged);
    const WriteResult first =
        f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a")));
    QVERIFY2(first, qPrintable(first.failure.detail));
    QVERIFY(!first.entry.base);
    QCOMPARE(first.entry.createdAt.toMSecsSinceEpoch(), f().clock.now().toMSecsSinceEpoch());
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("a"));
    QCOMPARE(f().pending().size(), 1);
    QCOMPARE(changed.count(), 1);
    f().drain();

    const WriteResult second =
        f().engine->patch(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("b")));
    QVERIFY(second);
    QVERIFY(second.entry.sequence > first.entry.sequence);
    QVERIFY(second.entry.base);
    QCOMPARE(second.entry.base->value(QStringLiteral("title")).toString(), QStringLiteral("a"));
    QCOMPARE(second.entry.base->value(QStringLiteral("updated_at")),
             f().server->row(QStringLiteral("notes"), QStringLiteral("1"))->value(QStringLiteral("updated_at")));
    const WriteResult removed = f().engine->remove(QStringLiteral("notes"), QStringLiteral("1"));
    QVERIFY(removed);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("(none)"));
    QCOMPARE(*removed.entry.base, *second.entry.base);
}

void tst_SyncEngine::refusedWritesChangeNothing_data()
{
    QTest::addColumn<QString>("table");
    QTest::addColumn<QString>("id");
    QTest::addColumn<QVariantMap>("data");
    QTest::addColumn<bool>("isPatch");
    QTest::addColumn<Failure::Code>("code");
    const QString notes = QStringLiteral("notes");
    const QString one = QStringLiteral("1");
    const QString title = QStringLiteral("title");
    QTest::newRow("unknown table") << QStringLiteral("nots") << one << titled(one) << false << Failure::Code::Invalid;
    QTest::newRow("empty id") << notes << QString() << titled(one) << false << Failure::Code::Invalid;
    QTest::newRow("unknown column") << notes << one << QVariantMap{{QStringLiteral("titel"), one}} << false
                                    << Failure::Code::Invalid;
    QTest::newRow("NUL") << notes << one << QVariantMap{{title, QStringLiteral("a") + QChar(0)}} << false
                         << Failure::Code::Invalid;
    QTest::newRow("half surrogate") << notes << one << QVariantMap{{title, QString(QChar(0xd800))}} << false
                                    << Failure::Code::Invalid;
    QTest::newRow("NUL in the id") << notes << QString(QChar(0)) << titled(one) << false << Failure::Code::Invalid;
    QTest::newRow("foreign owner") << notes << one << QVariantMap{{QStringLiteral("user_id"), QStringLiteral("bob")}}
                                   << false << Failure::Code::RlsViolation;
    QTest::newRow("too large") << notes << one << titled(QString(2000, QLatin1Char('x'))) << false
                               << Failure::Code::PayloadTooLarge;
    QTest::newRow("another key") << notes << one << QVariantMap{{QStringLiteral("id"), QStringLiteral("2")}} << false
                                 << Failure::Code::Invalid;
    QTest::newRow("patch of nothing") << notes << one << titled(one) << true << Failure::Code::Invalid;
}

void tst_SyncEngine::refusedWritesChangeNothing()
{
    QFETCH(QString, table);
    QFETCH(QString, id);
    QFETCH(QVariantMap, data);
    QFETCH(bool, isPatch);
    f().setup.userId = QStringLiteral("alice");
    f().setup.config.maxPayloadBytes = 1000;
    f().open();
    const WriteResult result = isPatch ? f().engine->patch(table, id, data) : f().engine->write(table, id, data);
    QVERIFY(!result);
    QTEST(result.failure.code, "code");
    QVERIFY(!result.failure.detail.isEmpty());
    QVERIFY(f().pending().isEmpty());
    const Result<qint64> rows = f().engine->storage()->local().rowCount(QStringLiteral("notes"));
    QVERIFY(rows);
    QCOMPARE(*rows, 0);
    QVERIFY(
        f().engine->write(QStringLiteral("notes"), QStringLiteral("9"), titled(QStringLiteral("next write works"))));
}

void tst_SyncEngine::drainSendsInOrder()
{
    QStringList seen;
    f().server->setFault([&seen](const SyncEntry *entry) -> std::optional<Failure> {
        if (entry)
            seen.append(entry->recordId + entry->payload.value(QStringLiteral("title")).toString());
        return std::nullopt;
    });
    const QString notes = QStringLiteral("notes");
    for (const QString &title : {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}) {
        QVERIFY(f().engine->write(notes, QStringLiteral("1"), titled(title)));
        QVERIFY(f().engine->write(notes, QStringLiteral("2"), titled(title)));
    }
    QSignalSpy complete(f().engine.get(), &SyncEngine::drainCompleted);
    QSignalSpy any(f().engine.get(), &SyncEngine::eventOccurred);
    const SyncReport report = f().drain();
    QCOMPARE(report.pushed, 2);
    QCOMPARE(report.superseded, 4); // they travelled in the first of their record
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(seen, QStringList({QStringLiteral("1c"), QStringLiteral("2c")}));
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("c"));
    QVERIFY(f().pending().isEmpty());
    QTRY_COMPARE(complete.count(), 1);
    QCOMPARE(complete.at(0).at(0).value<SyncDrainComplete>().pushed, 2);
    QCOMPARE(complete.at(0).at(0).value<SyncDrainComplete>().remaining, 0);
    QCOMPARE(any.count(), 1);
    QCOMPARE(any.at(0).at(0).value<SyncEvent>().name(), QStringLiteral("SyncDrainComplete"));
    // The row here is the server's now, with its version.
    const Result<std::optional<QVariantMap>> row = f().engine->row(notes, QStringLiteral("1"));
    QCOMPARE((*row)->value(QStringLiteral("updated_at")),
             f().server->row(notes, QStringLiteral("1"))->value(QStringLiteral("updated_at")));
}

void tst_SyncEngine::batchesGoOnUntilNothingIsDue()
{
    f().setup.config.batchSize = 7;
    f().open();
    for (int i = 0; i < 50; ++i)
        QVERIFY(f().engine->write(QStringLiteral("notes"), QString::number(i), titled(QString::number(i))));
    const SyncReport report = f().drain();
    QCOMPARE(report.pushed, 50);
    QCOMPARE(report.requests, 8);
    QCOMPARE(f().server->rowCount(QStringLiteral("notes")), 50);
}

void tst_SyncEngine::offlineCostsNothing()
{
    serverFails(offline());
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    for (int i = 0; i < 20; ++i) {
        const SyncReport report = f().drain();
        QCOMPARE(report.pushed, 0);
        QCOMPARE(report.dead, 0);
        QCOMPARE(report.errors.constFirst().code, Failure::Code::Network);
        f().clock.advance(10min);
    }
    QCOMPARE(f().pending().size(), 1);
    QCOMPARE(f().pending().constFirst().retryCount, 0);
    QTRY_COMPARE(f().engine->state(), SyncState::Offline);
    QVERIFY(!f().engine->isOnline());
    serverFails({});
    QCOMPARE(f().drain().pushed, 1);
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("a"));
    QTRY_VERIFY(f().engine->isOnline());
}

void tst_SyncEngine::scheduledDrainWaitsForItsTime()
{
    serverFails(offline());
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QSignalSpy scheduled(f().engine.get(), &SyncEngine::retryScheduled);
    EngineFixture::wait(f().engine->drain());
    QTRY_COMPARE(scheduled.count(), 1);
    const auto event = scheduled.at(0).at(0).value<SyncRetryScheduled>();
    QCOMPARE(f().clock.now().msecsTo(event.nextRetryAt), 1000);
    const int requests = f().server->requestCount();
    serverFails({});
    EngineFixture::wait(f().engine->drain());
    EngineFixture::wait(f().engine->syncAll());
    QCOMPARE(f().server->requestCount(), requests);
    QVERIFY(!f().engine->status()->lastSyncedAt.isValid()); // a round that waits has synced nothing
    f().clock.advance(1001ms);
    QCOMPARE(EngineFixture::wait(f().engine->drain()).pushed, 1);
}

void tst_SyncEngine::newerWriteIsNeverOvertaken()
{
    const QString one = QStringLiteral("1");
    serverFails(offline());
    QVERIFY(f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("v1"))));
    f().drain();
    serverFails({});
    QVERIFY(f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("v2"))));
    f().drain();
    QCOMPARE(f().serverTitle(one), QStringLiteral("v2"));
    f().drain();
    QCOMPARE(f().serverTitle(one), QStringLiteral("v2"));
    QVERIFY(f().pending().isEmpty());
}

void tst_SyncEngine::lostReplyIsNoConflict()
{
    const QString one = QStringLiteral("1");
    QVERIFY(f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("a"))));
    f().server->loseNextReply();
    f().drain();
    QCOMPARE(f().pending().size(), 1);
    QVERIFY(f().pending().constFirst().sentAt.isValid());
    // The pull shows the own push: an echo.
    QCOMPARE(f().pull().conflicts, 0);
    QVERIFY(f().pending().isEmpty());
    QVERIFY(f().conflicts().isEmpty());
    QCOMPARE(f().localTitle(one), QStringLiteral("a"));
}

void tst_SyncEngine::lostReplyNeverOverwritesANewerValue()
{
    const QString one = QStringLiteral("1");
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    f().clock.advance(1s);
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine"))));
    f().server->loseNextReply();
    f().drain();
    QCOMPARE(f().serverTitle(one), QStringLiteral("mine"));
    f().clock.advance(1min);
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("theirs, later")));
    const SyncReport report = f().drain();
    QCOMPARE(report.conflicts, 1);
    QCOMPARE(f().serverTitle(one), QStringLiteral("theirs, later"));
    QCOMPARE(f().localTitle(one), QStringLiteral("theirs, later"));
    QVERIFY(f().pending().isEmpty());
}

void tst_SyncEngine::writeDuringAPushSurvives()
{
    const QString one = QStringLiteral("1");
    QSemaphore arrived;
    QSemaphore released;
    f().server->setFault([&](const SyncEntry *entry) -> std::optional<Failure> {
        if (entry && entry->payload.value(QStringLiteral("title")) == QStringLiteral("first")) {
            arrived.release();
            released.acquire();
        }
        return std::nullopt;
    });
    QVERIFY(f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("first"))));
    const QFuture<SyncReport> drained = f().engine->drain(SyncEngine::Urgency::Now);
    arrived.acquire();
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("second"))));
    released.release();
    QCOMPARE(EngineFixture::wait(drained).pushed, 2);
    QCOMPARE(f().serverTitle(one), QStringLiteral("second"));
    QCOMPARE(f().localTitle(one), QStringLiteral("second"));
    QVERIFY(f().conflicts().isEmpty());
}

void tst_SyncEngine::refusedEntryBecomesADeadLetter()
{
    serverRefusesTitle(QStringLiteral("bad"), constraint());
    QSignalSpy poison(f().engine.get(), &SyncEngine::poisonPillFound);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("bad"))));
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("2"), titled(QStringLiteral("good"))));
    const SyncReport report = f().drain();
    QCOMPARE(report.pushed, 1);
    QCOMPARE(report.dead, 1);
    QTRY_COMPARE(poison.count(), 1);
    QCOMPARE(poison.at(0).at(0).value<SyncPoisonPill>().error, constraint());
    QCOMPARE(f().dead().size(), 1);
    const SyncEntry dead = f().dead().constFirst();
    QCOMPARE(dead.payload, titled(QStringLiteral("bad")));
    QCOMPARE(dead.error, constraint());
    const Result<QList<SyncAttempt>> attempts = f().engine->storage()->queue().attempts(dead.id);
    QCOMPARE(attempts->size(), 1);
    QCOMPARE(*f().engine->recordState(QStringLiteral("notes"), QStringLiteral("1")), RecordState::Failed);
    QCOMPARE(*f().engine->recordState(QStringLiteral("notes"), QStringLiteral("2")), RecordState::Synced);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("bad"));
    QTRY_COMPARE(f().engine->state(), SyncState::Stuck);
    QCOMPARE(f().engine->deadLetterCount(), 1);
    serverFails({});
    QCOMPARE(*f().engine->retryAll(), 1);
    QCOMPARE(f().drain().pushed, 1);
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("bad"));
    QTRY_COMPARE(f().engine->state(), SyncState::Idle);
}

void tst_SyncEngine::laterFullWriteSupersedesDeadLetter()
{
    serverRefusesTitle(QStringLiteral("bad"), constraint());
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("bad"))));
    f().drain();
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("good"))));
    const SyncReport report = f().drain();
    QCOMPARE(report.pushed, 1);
    QCOMPARE(report.superseded, 1);
    QVERIFY(f().dead().isEmpty());
    QCOMPARE(f().entries({EntryState::Superseded}).size(), 1);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("good"));
}

void tst_SyncEngine::laterPatchWaitsForTheDeadInsert()
{
    const QString one = QStringLiteral("1");
    serverRefusesTitle(QStringLiteral("bad"), constraint());
    const WriteResult insert = f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("bad")));
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, {{QStringLiteral("body"), QStringLiteral("more")}}));
    f().drain();
    QCOMPARE(f().dead().size(), 1);
    QCOMPARE(f().pending().size(), 1);
    QCOMPARE(f().pending().constFirst().heldBy, insert.entry.id);
    QVERIFY(f().pending().constFirst().error.detail.contains(insert.entry.id));
    QVERIFY(f().engine->edit(insert.entry.id, titled(QStringLiteral("good"))));
    f().drain();
    QVERIFY(f().pending().isEmpty());
    const auto row = f().server->row(QStringLiteral("notes"), one);
    QCOMPARE(row->value(QStringLiteral("title")).toString(), QStringLiteral("good"));
    QCOMPARE(row->value(QStringLiteral("body")).toString(), QStringLiteral("more"));
}

void tst_SyncEngine::retriedDeadLetterDoesNotOverwrite()
{
    const QString one = QStringLiteral("1");
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    serverRefusesTitle(QStringLiteral("bad"), constraint());
    const WriteResult bad = f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("bad")));
    f().drain();
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("newer"))));
    f().drain();
    QCOMPARE(f().serverTitle(one), QStringLiteral("newer"));
    QCOMPARE(f().localTitle(one), QStringLiteral("newer"));
    serverFails({});
    QVERIFY(f().engine->retry({bad.entry.id}));
    f().drain();
    QCOMPARE(f().serverTitle(one), QStringLiteral("newer"));
    QCOMPARE(f().localTitle(one), QStringLiteral("newer"));
    QVERIFY(f().dead().isEmpty());
}

void tst_SyncEngine::editedDeadLetterKeepsItsPlace()
{
    serverRefusesTitle(QStringLiteral("bad"), constraint());
    const WriteResult bad =
        f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("bad")));
    f().drain();
    const Result<SyncEntry> edited = f().engine->edit(bad.entry.id, titled(QStringLiteral("mended")));
    QVERIFY(edited);
    QCOMPARE(edited->id, bad.entry.id);
    QCOMPARE(edited->sequence, bad.entry.sequence);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("mended"));
    QCOMPARE(f().drain().pushed, 1);
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("mended"));
    const Result<SyncEntry> again = f().engine->edit(bad.entry.id, titled(QStringLiteral("too late")));
    QCOMPARE(again.failure().code, Failure::Code::Invalid);
}

void tst_SyncEngine::discardAndRevertShowsTheServersRow()
{
    const QString one = QStringLiteral("1");
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("server")));
    f().pull();
    serverRefusesTitle(QStringLiteral("bad"), constraint());
    const WriteResult bad = f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("bad")));
    const WriteResult added =
        f().engine->write(QStringLiteral("notes"), QStringLiteral("2"), titled(QStringLiteral("bad")));
    f().drain();
    QCOMPARE(f().dead().size(), 2);
    serverFails(offline());
    QFuture<Result<int>> reverted = f().engine->discardAndRevert({bad.entry.id, added.entry.id});
    QTRY_VERIFY(reverted.isFinished());
    QCOMPARE(reverted.result().failure().code, Failure::Code::Network);
    QCOMPARE(f().dead().size(), 2);
    serverFails({});
    reverted = f().engine->discardAndRevert({bad.entry.id, added.entry.id});
    QTRY_VERIFY(reverted.isFinished());
    QCOMPARE(*reverted.result(), 2);
    QCOMPARE(f().localTitle(one), QStringLiteral("server"));
    QCOMPARE(f().localTitle(QStringLiteral("2")), QStringLiteral("(none)"));
    QCOMPARE(f().entries({EntryState::Discarded}).size(), 2);
    QVERIFY(!f().engine->discard({bad.entry.id}));
}

void tst_SyncEngine::patchOfAnAbsentRowIsNotDone()
{
    QVERIFY(f().engine->push(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a")),
                             SyncOperation::Patch));
    const SyncReport report = f().drain();
    QCOMPARE(report.pushed, 0);
    QCOMPARE(report.dead, 1);
    QCOMPARE(f().dead().constFirst().payload, titled(QStringLiteral("a")));
}

void tst_SyncEngine::foreignKeyRefusalWaitsThenDies()
{
    Failure parentMissing(Failure::Code::Remote, QStringLiteral("violates foreign key constraint"));
    parentMissing.httpStatus = 409;
    parentMissing.serverCode = QStringLiteral("23503");
    serverRefusesTitle(QStringLiteral("child"), parentMissing);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("child"))));
    for (int i = 1; i <= 3; ++i) {
        QCOMPARE(f().drain().retrying, 1);
        QCOMPARE(f().pending().constFirst().retryCount, i);
    }
    QCOMPARE(f().drain().dead, 1);
}

void tst_SyncEngine::unknownTableIsHeldNotKilled()
{
    Failure unknown(Failure::Code::Remote, QStringLiteral("no such table"));
    unknown.httpStatus = 404;
    serverFails(unknown);
    QSignalSpy errors(f().engine.get(), &SyncEngine::errorOccurred);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("2"), titled(QStringLiteral("a"))));
    for (int i = 0; i < 5; ++i)
        f().drain();
    QCOMPARE(f().pending().size(), 2);
    QCOMPARE(f().pending().constFirst().retryCount, 0);
    QTRY_COMPARE(errors.count(), 1);
    serverFails({});
    QCOMPARE(f().drain().pushed, 2);
}

void tst_SyncEngine::authenticationPausesOnce()
{
    Failure expired(Failure::Code::AuthExpired, QStringLiteral("JWT expired"));
    expired.httpStatus = 401;
    serverFails(expired);
    QSignalSpy required(f().engine.get(), &SyncEngine::authRequired);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    for (int i = 0; i < 5; ++i)
        f().sync();
    QTRY_COMPARE(required.count(), 1);
    QTRY_COMPARE(f().engine->state(), SyncState::AuthRequired);
    QCOMPARE(f().pending().constFirst().retryCount, 0);
    QVERIFY(f().engine->storage()->queue().attempts(f().pending().constFirst().id)->isEmpty());
    serverFails({});
    QCOMPARE(f().sync().pushed, 1);
    QTRY_COMPARE(f().engine->state(), SyncState::Idle);
}

void tst_SyncEngine::pullFillsAndFollows()
{
    f().setup.config.pageSize = 10;
    f().open();
    for (int i = 0; i < 25; ++i)
        f().server->put(f().table, EngineFixture::titled(QString::number(i), QStringLiteral("a")));
    QSignalSpy complete(f().engine.get(), &SyncEngine::pullCompleted);
    QSignalSpy progress(f().engine.get(), &SyncEngine::pullProgressed);
    QSignalSpy done(f().engine.get(), &SyncEngine::initialSyncDoneChanged);
    QVERIFY(!f().engine->isInitialSyncDone());
    SyncReport report = f().pull();
    QCOMPARE(report.pulled, 25);
    QCOMPARE(report.requests, 3);
    QTRY_COMPARE(complete.count(), 1);
    QCOMPARE(complete.at(0).at(0).value<SyncPullComplete>().rowCount, 25);
    QCOMPARE(progress.count(), 3);
    QCOMPARE(progress.at(2).at(1).toLongLong(), 25);
    QCOMPARE(progress.at(0).at(2).toLongLong(), 25);
    QTRY_COMPARE(done.count(), 1);
    QVERIFY(f().engine->isInitialSyncDone());
    QTRY_VERIFY(f().engine->lastSyncedAt().isValid());

    f().server->put(f().table, EngineFixture::titled(QStringLiteral("3"), QStringLiteral("changed")));
    report = f().pull();
    QCOMPARE(report.pulled, 1);
    QCOMPARE(f().localTitle(QStringLiteral("3")), QStringLiteral("changed"));
    report = f().pull();
    QCOMPARE(report.pulled + report.deleted, 0);
    QCOMPARE(report.requests, 1);
}

void tst_SyncEngine::deletionsAreFound()
{
    f().server->put(f().table, EngineFixture::titled(QStringLiteral("1"), QStringLiteral("a")));
    f().server->put(f().table, EngineFixture::titled(QStringLiteral("2"), QStringLiteral("a")));
    f().pull();
    f().server->erase(f().table, QStringLiteral("1"));
    const SyncReport report = f().pull();
    QCOMPARE(report.deleted, 1);
    QCOMPARE(report.pulled, 0);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("(none)"));
    QCOMPARE(f().localTitle(QStringLiteral("2")), QStringLiteral("a"));
}

void tst_SyncEngine::pendingEditMeetsServerEdit()
{
    const QString one = QStringLiteral("1");
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    f().clock.advance(1min);
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine"))));
    f().clock.advance(1min);
    f().server->put(f().table, {{QStringLiteral("id"), one},
                                {QStringLiteral("title"), QStringLiteral("theirs")},
                                {QStringLiteral("body"), QStringLiteral("also theirs")}});
    QSignalSpy conflict(f().engine.get(), &SyncEngine::conflictOccurred);
    SyncReport report = f().pull();
    QCOMPARE(report.conflicts, 1);
    QTRY_COMPARE(conflict.count(), 1);
    QCOMPARE(f().localTitle(one), QStringLiteral("theirs"));
    QVERIFY(f().pending().isEmpty());
    QCOMPARE(f().conflicts().size(), 1);
    const ConflictRecord record = f().conflicts().constFirst();
    QCOMPARE(EngineFixture::title(record.base), QStringLiteral("start"));
    QCOMPARE(EngineFixture::title(record.local), QStringLiteral("mine"));
    QCOMPARE(EngineFixture::title(record.remote), QStringLiteral("theirs"));
    QCOMPARE(EngineFixture::title(record.resolved), QStringLiteral("theirs"));
    // Nothing comes twice.
    QCOMPARE(f().sync().conflicts, 0);
    QCOMPARE(f().conflicts().size(), 1);
}

void tst_SyncEngine::pushMeetsServerEdit()
{
    const QString one = QStringLiteral("1");
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    f().clock.advance(1min);
    f().server->put(f().table, {{QStringLiteral("id"), one},
                                {QStringLiteral("title"), QStringLiteral("theirs")},
                                {QStringLiteral("body"), QStringLiteral("also theirs")}});
    f().clock.advance(1min);
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine, later"))));
    const SyncReport report = f().sync();
    QCOMPARE(report.conflicts, 1);
    QCOMPARE(report.pushed, 1);
    for (const auto &row :
         {f().server->row(QStringLiteral("notes"), one), *f().engine->row(QStringLiteral("notes"), one)}) {
        QCOMPARE(row->value(QStringLiteral("title")).toString(), QStringLiteral("mine, later"));
        QCOMPARE(row->value(QStringLiteral("body")).toString(), QStringLiteral("also theirs"));
    }
}

void tst_SyncEngine::manualConflictIsParkedAndResolved()
{
    const QString one = QStringLiteral("1");
    f().setup.config.conflictStrategy = ConflictStrategy::Manual;
    f().open();
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine"))));
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("theirs")));
    QCOMPARE(f().sync().conflicts, 1);
    QCOMPARE(f().localTitle(one), QStringLiteral("mine"));
    QCOMPARE(f().serverTitle(one), QStringLiteral("theirs"));
    QCOMPARE(*f().engine->recordState(QStringLiteral("notes"), one), RecordState::Conflict);
    QTRY_COMPARE(f().engine->state(), SyncState::Stuck);
    QCOMPARE(f().engine->conflictCount(), 1);
    // It waits, whole: neither a later edit nor a newer server version makes a second conflict.
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine again"))));
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("theirs again")));
    QCOMPARE(f().sync().conflicts, 0);
    QCOMPARE(f().serverTitle(one), QStringLiteral("theirs again"));
    QCOMPARE(f().conflicts().size(), 1);
    const ConflictRecord open = f().conflicts().constFirst();
    QVERIFY(open.isOpen);
    QCOMPARE(EngineFixture::title(open.remote), QStringLiteral("theirs again"));
    QCOMPARE(EngineFixture::title(open.local), QStringLiteral("mine again"));
    const Result<ConflictRecord> resolved = f().engine->resolve(open.id, titled(QStringLiteral("both")));
    QVERIFY2(resolved, qPrintable(resolved.failure().detail));
    QVERIFY(!resolved->isOpen);
    QCOMPARE(f().sync().pushed, 1);
    QCOMPARE(f().serverTitle(one), QStringLiteral("both"));
    QCOMPARE(f().localTitle(one), QStringLiteral("both"));
    QTRY_COMPARE(f().engine->state(), SyncState::Idle);
    QCOMPARE(f().engine->resolve(QStringLiteral("nonsense"), std::nullopt).failure().code, Failure::Code::Invalid);
}

void tst_SyncEngine::customResolverDecides()
{
    const QString one = QStringLiteral("1");
    f().setup.config.conflictStrategy = ConflictStrategy::Custom;
    QList<ConflictRecord> asked;
    auto promise = std::make_shared<QPromise<std::optional<QVariantMap>>>();
    f().setup.config.onConflict = [&](const ConflictRecord &conflict) {
        asked.append(conflict);
        promise->start();
        return promise->future();
    };
    f().open();
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine"))));
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("theirs")));
    f().sync();
    QTRY_COMPARE(asked.size(), 1);
    QCOMPARE(EngineFixture::title(asked.constFirst().base), QStringLiteral("start"));
    QCOMPARE(EngineFixture::title(asked.constFirst().local), QStringLiteral("mine"));
    QCOMPARE(EngineFixture::title(asked.constFirst().remote), QStringLiteral("theirs"));
    QCOMPARE(f().localTitle(one), QStringLiteral("mine"));
    // It may answer later.
    promise->addResult(std::optional<QVariantMap>(titled(QStringLiteral("mine and theirs"))));
    promise->finish();
    QTRY_COMPARE(f().localTitle(one), QStringLiteral("mine and theirs"));
    f().sync();
    QCOMPARE(f().serverTitle(one), QStringLiteral("mine and theirs"));
    QCOMPARE(asked.size(), 1);
}

void tst_SyncEngine::settledConflictCanBeTurned()
{
    const QString one = QStringLiteral("1");
    f().setup.config.conflictStrategy = ConflictStrategy::ServerWins;
    f().open();
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("start")));
    f().pull();
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine"))));
    f().server->put(f().table, EngineFixture::titled(one, QStringLiteral("theirs")));
    f().sync();
    QCOMPARE(f().localTitle(one), QStringLiteral("theirs"));
    const ConflictRecord record = f().conflicts().constFirst();
    QVERIFY(f().engine->resolve(record.id, record.local));
    f().sync();
    QCOMPARE(f().serverTitle(one), QStringLiteral("mine"));
    QCOMPARE(f().localTitle(one), QStringLiteral("mine"));
}

void tst_SyncEngine::deleteAgainstUpdate()
{
    const QString one = QStringLiteral("1");
    const QString two = QStringLiteral("2");
    for (const QString &id : {one, two})
        f().server->put(f().table, {{QStringLiteral("id"), id},
                                    {QStringLiteral("title"), QStringLiteral("start")},
                                    {QStringLiteral("body"), QStringLiteral("body")}});
    f().pull();
    f().clock.advance(1min);
    // Removed there, edited here: the edit wins and the row is made again, whole.
    QVERIFY(f().engine->patch(QStringLiteral("notes"), one, titled(QStringLiteral("mine"))));
    f().server->erase(f().table, one);
    // Removed here, edited there later: the edit wins.
    QVERIFY(f().engine->remove(QStringLiteral("notes"), two));
    f().clock.advance(1min);
    f().server->put(f().table, EngineFixture::titled(two, QStringLiteral("theirs")));
    const SyncReport report = f().sync();
    QCOMPARE(report.conflicts, 2);
    QCOMPARE(f().serverTitle(one), QStringLiteral("mine"));
    QCOMPARE(f().server->row(QStringLiteral("notes"), one)->value(QStringLiteral("body")).toString(),
             QStringLiteral("body"));
    QCOMPARE(f().localTitle(one), QStringLiteral("mine"));
    QCOMPARE(f().serverTitle(two), QStringLiteral("theirs"));
    QCOMPARE(f().localTitle(two), QStringLiteral("theirs"));
    QVERIFY(f().pending().isEmpty());
    QCOMPARE(f().sync().conflicts, 0);
}

void tst_SyncEngine::softDeleteMarksAndWriteClears()
{
    const QString one = QStringLiteral("1");
    f().setup.tables[0].deletedAt = QStringLiteral("deleted_at");
    f().open();
    QVERIFY(f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("a"))));
    QVERIFY(f().engine->remove(QStringLiteral("notes"), one));
    const auto marked = f().engine->row(QStringLiteral("notes"), one);
    QVERIFY(*marked && !(*marked)->value(QStringLiteral("deleted_at")).isNull());
    const WriteResult again = f().engine->write(QStringLiteral("notes"), one, titled(QStringLiteral("b")));
    QVERIFY(again.entry.payload.contains(QStringLiteral("deleted_at")));
    const auto cleared = f().engine->row(QStringLiteral("notes"), one);
    QVERIFY((*cleared)->value(QStringLiteral("deleted_at")).isNull());
}

void tst_SyncEngine::foreignRowsAreNotStored()
{
    f().setup.userId = QStringLiteral("alice");
    f().open();
    f().server->put(f().table,
                    {{QStringLiteral("id"), QStringLiteral("1")}, {QStringLiteral("user_id"), QStringLiteral("bob")}});
    f().server->put(
        f().table, {{QStringLiteral("id"), QStringLiteral("2")}, {QStringLiteral("user_id"), QStringLiteral("alice")}});
    QSignalSpy errors(f().engine.get(), &SyncEngine::errorOccurred);
    QCOMPARE(f().pull().pulled, 1);
    QTRY_COMPARE(errors.count(), 1);
    QCOMPARE(errors.at(0).at(0).value<SyncError>().error.code, Failure::Code::RlsViolation);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("(none)"));
}

void tst_SyncEngine::badRowIsSetAside()
{
    f().server->put(f().table, EngineFixture::titled(QStringLiteral("1"), QStringLiteral("a")));
    f().server->put(f().table, {{QStringLiteral("title"), QStringLiteral("no key")}});
    f().server->put(f().table, EngineFixture::titled(QStringLiteral("2"), QStringLiteral("b")));
    QSignalSpy errors(f().engine.get(), &SyncEngine::errorOccurred);
    const SyncReport report = f().pull();
    QCOMPARE(report.pulled, 2);
    QCOMPARE(report.quarantined, 1);
    QTRY_COMPARE(errors.count(), 1);
    QCOMPARE(*f().engine->storage()->journal().quarantinedCount(), 1);
    QCOMPARE(f().pull().pulled, 0);
}

void tst_SyncEngine::unknownColumnsAreToldOnce()
{
    QSignalSpy errors(f().engine.get(), &SyncEngine::errorOccurred);
    for (int i = 0; i < 3; ++i) {
        f().server->put(
            f().table, {{QStringLiteral("id"), QString::number(i)}, {QStringLiteral("colour"), QStringLiteral("red")}});
        QCOMPARE(f().pull().pulled, 1);
    }
    QTRY_COMPARE(errors.count(), 1);
    QVERIFY(errors.at(0).at(0).value<SyncError>().error.detail.contains(QStringLiteral("colour")));
}

void tst_SyncEngine::logoutRefusesToLoseWork()
{
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QCOMPARE(*f().engine->unsyncedCount(), 1);
    const Result<void> refused = f().engine->logout();
    QCOMPARE(refused.failure().code, Failure::Code::Conflict);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("a"));
    QCOMPARE(f().pending().size(), 1);
    f().drain();
    QVERIFY(f().engine->logout());
}

void tst_SyncEngine::logoutLeavesNothing()
{
    f().setup.userId = QStringLiteral("alice");
    f().open();
    for (int i = 0; i < 20; ++i)
        f().server->put(f().table, EngineFixture::titled(QString::number(i), QStringLiteral("secret of alice")));
    f().pull();
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("x"), titled(QStringLiteral("draft of alice"))));
    QVERIFY(f().engine->removeTable(QStringLiteral("notes"))); // a table that was removed is not forgotten
    QSignalSpy loggedOut(f().engine.get(), &SyncEngine::loggedOut);
    const Result<void> done = f().engine->logout(SyncEngine::UnsyncedWork::Discard);
    QVERIFY2(done, qPrintable(done.failure().detail));
    QCOMPARE(loggedOut.count(), 1);
    QVERIFY(f().pending().isEmpty());
    QCOMPARE(*f().engine->storage()->local().rowCount(QStringLiteral("notes")), 0);
    QVERIFY(f().engine->storage()->timestamps().cursors()->isEmpty());
    QVERIFY(f().engine->storage()->journal().events({})->isEmpty());
    if (m_directory) {
        for (const QFileInfo &file : QDir(m_directory->path()).entryInfoList(QDir::Files)) {
            QFile content(file.filePath());
            QVERIFY(content.open(QIODevice::ReadOnly));
            QVERIFY2(!content.readAll().contains("of alice"), qPrintable(file.fileName()));
        }
    }
    f().setup.userId = QStringLiteral("bob");
    f().open();
    QCOMPARE(f().pull().pulled, 20);
}

// Somebody who reads keeps the files from being swept; the next user's tables must be known all the same.
void tst_SyncEngine::logoutEnrolsAnewWhateverBecomesOfTheBytes()
{
    const QString name = QStringLiteral("reader");
    if (m_directory) {
        QSqlDatabase reader = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        reader.setDatabaseName(m_directory->filePath(QStringLiteral("app.db")));
        QVERIFY(reader.open());
        QVERIFY(reader.transaction());
        QSqlQuery query(reader);
        QVERIFY(query.exec(QStringLiteral("SELECT count(*) FROM notes")) && query.next());
        QCOMPARE(f().engine->logout().failure().code, Failure::Code::LocalStore);
        query.finish();
        reader.rollback();
    } else {
        QVERIFY(f().engine->logout());
    }
    QSqlDatabase::removeDatabase(name);
    QCOMPARE(*f().engine->storage()->session().enrolledTables(), QStringList(QStringLiteral("notes")));
}

void tst_SyncEngine::compositeIdsAreCanonical()
{
    TableConfig members(QStringLiteral("members"));
    members.key = {QStringLiteral("team"), QStringLiteral("person")};
    TableSchema schema;
    schema.name = members.name;
    for (const QString &column :
         {QStringLiteral("team"), QStringLiteral("person"), QStringLiteral("title"), members.updatedAt})
        schema.columns.append(ColumnInfo{column, ColumnInfo::Type::Text, members.key.contains(column), false});
    QVERIFY(f().engine->storage()->local().createTable(schema));
    QVERIFY(f().engine->addTable(members));
    const QString spaced = QStringLiteral("[ \"a\" , 7 ]");
    const WriteResult written = f().engine->write(members.name, spaced, titled(QStringLiteral("x")));
    QVERIFY2(written, qPrintable(written.failure.detail));
    QCOMPARE(written.entry.recordId, QStringLiteral("[\"a\",\"7\"]"));
    QCOMPARE(*f().engine->recordState(members.name, spaced), RecordState::Pending);
    QVERIFY(*f().engine->row(members.name, spaced));
    QVERIFY(!f().engine->write(members.name, QStringLiteral("[1]"), titled(QStringLiteral("x"))));
}

void tst_SyncEngine::databaseOfAnotherUserIsRefused()
{
    f().setup.userId = QStringLiteral("alice");
    f().open();
    f().setup.userId = QStringLiteral("bob");
    SyncEngine engine(f().setup);
    QCOMPARE(engine.open().failure().code, Failure::Code::Invalid);
}

void tst_SyncEngine::tablesComeAndGo()
{
    QSignalSpy changed(f().engine.get(), &SyncEngine::tablesChanged);
    f().drain();
    TableConfig tags(QStringLiteral("tags"));
    TableSchema schema = EngineFixture::notesSchema();
    schema.name = tags.name;
    QVERIFY(f().engine->storage()->local().createTable(schema));
    QVERIFY(!f().engine->write(QStringLiteral("tags"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QVERIFY(f().engine->addTable(tags));
    QCOMPARE(f().engine->tableNames(), QStringList({QStringLiteral("notes"), QStringLiteral("tags")}));
    QVERIFY(f().engine->write(QStringLiteral("tags"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QCOMPARE(f().drain().pushed, 1);
    QVERIFY(f().engine->write(QStringLiteral("tags"), QStringLiteral("1"), titled(QStringLiteral("b"))));
    QVERIFY(f().engine->removeTable(QStringLiteral("tags")));
    QVERIFY(!f().engine->removeTable(QStringLiteral("tags")));
    QCOMPARE(changed.count(), 2);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("c"))));
    QCOMPARE(f().drain().pushed, 1); // the removed table's entry stays and blocks nothing
    QCOMPARE(f().pending().size(), 1);
    QVERIFY(!f().engine->addTable(TableConfig()));
}

void tst_SyncEngine::secondDrainJoinsTheFirst()
{
    QSemaphore arrived;
    QSemaphore released;
    f().server->setFault([&](const SyncEntry *entry) -> std::optional<Failure> {
        if (entry && entry->recordId == QLatin1String("0")) {
            arrived.release();
            released.acquire();
        }
        return std::nullopt;
    });
    for (int i = 0; i < 100; ++i)
        QVERIFY(f().engine->write(QStringLiteral("notes"), QString::number(i), titled(QStringLiteral("a"))));
    const auto first = f().engine->drain(SyncEngine::Urgency::Now);
    arrived.acquire();
    const auto second = f().engine->drain(SyncEngine::Urgency::Now);
    released.release();
    QCOMPARE(EngineFixture::wait(first).pushed, 100);
    QCOMPARE(EngineFixture::wait(second).pushed, 100);
    QCOMPARE(f().server->requestCount(), 2);
}

void tst_SyncEngine::automaticEngineDrainsByItself()
{
    f().setup.config.pollInterval = 100ms;
    f().open();
    f().engine->start();
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QTRY_COMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("a"));
    f().server->put(f().table, EngineFixture::titled(QStringLiteral("2"), QStringLiteral("theirs")));
    QTRY_COMPARE(f().localTitle(QStringLiteral("2")), QStringLiteral("theirs"));
    f().engine->stop();
}

void tst_SyncEngine::sensitiveFieldsAreMaskedInEvents()
{
    f().setup.config.sensitiveFields = {QStringLiteral("title")};
    f().open();
    serverRefusesTitle(QStringLiteral("secret"), constraint());
    QSignalSpy events(f().engine.get(), &SyncEngine::eventOccurred);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("secret"))));
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("secret"));
    f().drain();
    QTRY_COMPARE(events.count(), 2);
    const QVariantMap pill = events.at(0).at(0).value<SyncEvent>().toVariantMap();
    QCOMPARE(pill.value(QStringLiteral("entry")).toMap().value(QStringLiteral("payload")).toMap(),
             titled(QStringLiteral("***")));
    const auto logged = f().engine->storage()->journal().events({});
    QCOMPARE(logged->size(), 2);
    QCOMPARE(logged->constFirst().detail, pill);
    QCOMPARE(f().dead().constFirst().payload, titled(QStringLiteral("secret"))); // what is stored is whole
}

void tst_SyncEngine::sensitiveFieldsCanBeMaskedEverywhere()
{
    f().setup.config.sensitiveFields = {QStringLiteral("title")};
    f().setup.config.sensitiveFieldPolicy = SensitiveFieldPolicy::MaskEverywhere;
    f().open();
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("secret"))));
    f().drain();
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("***"));
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("***"));
}

void tst_SyncEngine::queueOnlyPush()
{
    QVERIFY(f().engine->push(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("(none)"));
    QCOMPARE(f().drain().pushed, 1);
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("a"));
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("a"));
    // Nobody here knew this row: it is read first and changed as it is now.
    f().server->put(f().table,
                    {{QStringLiteral("id"), QStringLiteral("2")}, {QStringLiteral("body"), QStringLiteral("kept")}});
    QVERIFY(f().engine->push(QStringLiteral("notes"), QStringLiteral("2"), titled(QStringLiteral("b")),
                             SyncOperation::Patch));
    QCOMPARE(f().drain().pushed, 1);
    const auto row = f().server->row(QStringLiteral("notes"), QStringLiteral("2"));
    QCOMPARE(row->value(QStringLiteral("title")).toString(), QStringLiteral("b"));
    QCOMPARE(row->value(QStringLiteral("body")).toString(), QStringLiteral("kept"));
    QVERIFY(f().engine->push(QStringLiteral("notes"), QStringLiteral("2"), {}, SyncOperation::Delete));
    QCOMPARE(f().drain().pushed, 1);
    QCOMPARE(f().serverTitle(QStringLiteral("2")), QStringLiteral("(none)"));
}

void tst_SyncEngine::statusFollows()
{
    QSignalSpy changed(f().engine.get(), &SyncEngine::statusChanged);
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    QTRY_COMPARE(f().engine->pendingCount(), 1);
    QVERIFY(changed.count() > 0);
    Result<SyncStatus> status = f().engine->status();
    QCOMPARE(status->tables.size(), 1);
    QCOMPARE(status->tables.constFirst().pending, 1);
    QCOMPARE(status->tables.constFirst().rows, 1);
    f().sync();
    QTRY_COMPARE(f().engine->pendingCount(), 0);
    status = f().engine->status();
    QCOMPARE(status->state, SyncState::Idle);
    QVERIFY(!status->tables.constFirst().cursor.isEmpty());
    QCOMPARE(status->lastSyncedAt.toMSecsSinceEpoch(), f().clock.now().toMSecsSinceEpoch());
}

// Also where rounds follow each other faster than the properties are read during one.
void tst_SyncEngine::propertiesAreThereWithTheFuture()
{
    for (int i = 0; i < 20; ++i) {
        QVERIFY(f().engine->write(f().table.name, QString::number(i), {{QStringLiteral("title"), i}}));
        bool isDone = false;
        f().engine->syncAll(SyncEngine::Urgency::Now).then(f().engine.get(), [&](const SyncReport &report) {
            QCOMPARE(report.pushed, 1);
            QCOMPARE(f().engine->pendingCount(), 0);
            QCOMPARE(f().engine->state(), SyncState::Idle);
            QVERIFY(f().engine->isInitialSyncDone());
            isDone = true;
        });
        QTRY_VERIFY(isDone);
    }
}

void tst_SyncEngine::engineThatIsNotOpenSaysSo()
{
    SyncEngine engine(f().setup);
    QCOMPARE(engine.write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))).failure.code,
             Failure::Code::LocalStore);
    QCOMPARE(EngineFixture::wait(engine.drain()).errors.constFirst().code, Failure::Code::LocalStore);
    QVERIFY(!engine.logout());
    QVERIFY(!engine.status());
}

// Whatever is in flight is dropped, every future ends, and the next engine need not wait for the lease.
void tst_SyncEngine::engineMayGoInTheMiddleOfARound()
{
    QSemaphore arrived;
    f().server->setFault([&](const SyncEntry *) -> std::optional<Failure> {
        arrived.release();
        return std::nullopt;
    });
    QVERIFY(f().engine->write(QStringLiteral("notes"), QStringLiteral("1"), titled(QStringLiteral("a"))));
    const QFuture<SyncReport> drained = f().engine->drain(SyncEngine::Urgency::Now);
    const QFuture<SyncReport> pulled = f().engine->pullAll(SyncEngine::Urgency::Now);
    arrived.acquire();
    f().open();
    QVERIFY(drained.isFinished());
    QVERIFY(pulled.isFinished());
    QCOMPARE(f().drain().conflicts, 0);
    QVERIFY(f().pending().isEmpty());
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("a"));
}

QTEST_GUILESS_MAIN(tst_SyncEngine)

#include "tst_syncengine.moc"
