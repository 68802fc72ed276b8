// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/stores/memorystorage.h>

using namespace Tideline;

// The network's return ends the waiting for the server, and nothing else.
class tst_Reachability : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void resumesAtOnce();
    void keepsWhatTheServerAskedFor();

private:
    EngineFixture &f() { return *m_fixture; }
    void meet(const std::optional<Failure> &failure)
    {
        f().server->setFault([failure](const SyncEntry *) { return failure; });
    }

    std::unique_ptr<EngineFixture> m_fixture;
    Reachability *m_network = nullptr; // the engine's
};

void tst_Reachability::init()
{
    m_fixture = std::make_unique<EngineFixture>(MemoryStorage::factory());
    f().setup.config.backoffBase = std::chrono::hours(1); // its own timers do not help
    f().setup.config.maxBackoff = std::chrono::hours(1);
    f().setup.config.pollInterval = std::chrono::hours(1);
    f().setup.reachability = [this] {
        auto network = std::make_unique<Reachability>();
        m_network = network.get();
        return network;
    };
    f().open();
    QVERIFY(f().engine->storage()->local().createTable(EngineFixture::notesSchema()));
}

void tst_Reachability::cleanup()
{
    m_fixture.reset();
}

void tst_Reachability::resumesAtOnce()
{
    meet(Failure(Failure::Code::Network, QStringLiteral("offline")));
    f().engine->start();
    QVERIFY(m_network);
    QVERIFY(f().engine->write(f().table.name, QStringLiteral("1"), EngineFixture::titled(QStringLiteral("a"))));
    QTRY_COMPARE(f().engine->state(), SyncState::Offline);
    QTRY_VERIFY(f().engine->nextRetryAt().isValid());
    meet({});
    Q_EMIT m_network->returned();
    QTRY_COMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("a"));
    QTRY_COMPARE(f().engine->state(), SyncState::Idle);
}

void tst_Reachability::keepsWhatTheServerAskedFor()
{
    Failure busy(Failure::Code::Remote, QStringLiteral("busy"));
    busy.httpStatus = 503;
    meet(busy);
    f().engine->start();
    QVERIFY(f().engine->write(f().table.name, QStringLiteral("1"), EngineFixture::titled(QStringLiteral("a"))));
    QTRY_COMPARE(f().engine->state(), SyncState::Waiting);
    const int requests = f().server->requestCount();
    const QDateTime next = f().engine->nextRetryAt();
    meet({});
    Q_EMIT m_network->returned();
    f().drain(); // the worker takes one thing after the other: by now it has looked
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("a"));
    QVERIFY(next.isValid());
    QCOMPARE(f().server->requestCount(), requests + 1);
}

QTEST_GUILESS_MAIN(tst_Reachability)
#include "tst_reachability.moc"
