// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/stores/memorystorage.h>

using namespace Tideline;
using namespace std::chrono_literals;

// What each event tells, as an application receives it.
class tst_EngineEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void everyEventBearsItsTime();
    void pullTellsItsTable();
    void conflictTellsAllVersions();
    void poisonPillBearsItsEntry();
    void retryBearsItsEntry();
    void errorSaysWhatWasDone();

private:
    EngineFixture &f() { return *m_fixture; }
    SyncEntry patch(const QString &title)
    {
        const WriteResult patched = f().engine->patch(m_notes, m_one, EngineFixture::titled(title));
        return patched.entry;
    }
    void serverRefuses(const Failure &failure)
    {
        f().server->setFault([failure](const SyncEntry *) { return failure; });
    }
    static QString titleOf(const QVariant &version)
    {
        return version.toMap().value(QStringLiteral("title")).toString();
    }

    const QString m_notes = QStringLiteral("notes");
    const QString m_one = QStringLiteral("1");
    std::unique_ptr<EngineFixture> m_fixture;
};

// One row that both sides know.
void tst_EngineEvents::init()
{
    m_fixture = std::make_unique<EngineFixture>(MemoryStorage::factory({EngineFixture::notesSchema()}));
    f().open();
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    QCOMPARE(f().pull().pulled, 1);
    f().clock.advance(1min);
}

void tst_EngineEvents::cleanup()
{
    m_fixture.reset();
}

void tst_EngineEvents::everyEventBearsItsTime()
{
    QSignalSpy events(f().engine.get(), &SyncEngine::eventOccurred);
    patch(QStringLiteral("mine"));
    f().drain();
    QTRY_COMPARE(events.count(), 1);
    const auto event = events.at(0).at(0).value<SyncEvent>();
    QCOMPARE(event.timestamp, f().clock.now());
    QCOMPARE(event.toVariantMap().value(QStringLiteral("event")).toString(), QStringLiteral("SyncDrainComplete"));
}

void tst_EngineEvents::pullTellsItsTable()
{
    QSignalSpy pulls(f().engine.get(), &SyncEngine::pullCompleted);
    f().pull();
    QTRY_COMPARE(pulls.count(), 1);
    QCOMPARE(pulls.at(0).at(0).value<SyncPullComplete>().table, m_notes);
}

void tst_EngineEvents::conflictTellsAllVersions()
{
    patch(QStringLiteral("mine"));
    f().clock.advance(1min);
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("theirs")));
    QSignalSpy conflicts(f().engine.get(), &SyncEngine::conflictOccurred);
    f().pull();
    QTRY_COMPARE(conflicts.count(), 1);
    const auto event = conflicts.at(0).at(0).value<SyncConflict>();
    QCOMPARE(event.table, m_notes);
    QCOMPARE(event.recordId, m_one);
    QCOMPARE(titleOf(event.baseVersion), QStringLiteral("start"));
    QCOMPARE(titleOf(event.localVersion), QStringLiteral("mine"));
    QCOMPARE(titleOf(event.remoteVersion), QStringLiteral("theirs"));
    QCOMPARE(titleOf(event.resolvedVersion), QStringLiteral("theirs"));
    QCOMPARE(event.strategyUsed, ConflictStrategy::LastWriteWins);
}

void tst_EngineEvents::poisonPillBearsItsEntry()
{
    Failure refused(Failure::Code::Remote, QStringLiteral("A check is violated."));
    refused.httpStatus = 400;
    refused.serverCode = QStringLiteral("23514");
    const QString id = patch(QStringLiteral("mine")).id;
    serverRefuses(refused);
    QSignalSpy pills(f().engine.get(), &SyncEngine::poisonPillFound);
    f().drain();
    QTRY_COMPARE(pills.count(), 1);
    const SyncEntry entry = pills.at(0).at(0).value<SyncPoisonPill>().entry;
    QCOMPARE(entry.id, id);
    QCOMPARE(titleOf(entry.payload), QStringLiteral("mine"));
}

void tst_EngineEvents::retryBearsItsEntry()
{
    const QString id = patch(QStringLiteral("mine")).id;
    serverRefuses(Failure(Failure::Code::Network, QStringLiteral("The connection ended.")));
    QSignalSpy retries(f().engine.get(), &SyncEngine::retryScheduled);
    f().drain();
    QTRY_COMPARE(retries.count(), 1);
    QCOMPARE(retries.at(0).at(0).value<SyncRetryScheduled>().entry.id, id);
}

void tst_EngineEvents::errorSaysWhatWasDone()
{
    Failure unknown(Failure::Code::Remote, QStringLiteral("There is no such table."));
    unknown.httpStatus = 404;
    unknown.serverCode = QStringLiteral("42P01");
    patch(QStringLiteral("mine"));
    serverRefuses(unknown);
    QSignalSpy errors(f().engine.get(), &SyncEngine::errorOccurred);
    f().drain();
    QTRY_COMPARE(errors.count(), 1);
    const auto event = errors.at(0).at(0).value<SyncError>();
    QCOMPARE(event.context, QStringLiteral("push"));
    QCOMPARE(event.table, m_notes);
}

QTEST_GUILESS_MAIN(tst_EngineEvents)
#include "tst_engineevents.moc"
