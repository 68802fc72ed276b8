// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteturnstile.h>

#include <QtTest/QTest>

#include <mutex>
#include <thread>
#include <vector>

using namespace Tideline;
using namespace std::chrono_literals;

class tst_SqliteTurnstile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void letsOneInAfterTheOther();
    void letsWaitersInInTheirOrder();
    void givesUpAfterAWhile();
};

void tst_SqliteTurnstile::letsOneInAfterTheOther()
{
    SqliteTurnstile turnstile;
    QVERIFY(turnstile.enter(0ms));
    const auto pass = turnstile.enter(0ms);
    QVERIFY(pass);
    QVERIFY(!turnstile.enter(0ms));
}

void tst_SqliteTurnstile::letsWaitersInInTheirOrder()
{
    constexpr int waiters = 4;
    SqliteTurnstile turnstile;
    std::mutex mutex;
    std::vector<int> order;
    const auto note = [&](int who) {
        const std::lock_guard lock(mutex);
        order.push_back(who);
    };

    auto pass = turnstile.enter(0ms);
    std::vector<std::thread> threads;
    for (int i = 0; i < waiters; ++i) {
        threads.emplace_back([&, i] {
            const auto mine = turnstile.enter(60s);
            note(mine ? i : -1);
        });
        QTRY_COMPARE(turnstile.waiting(), i + 1);
    }
    // Whoever has just been in comes last, however fast it asks again.
    pass.reset();
    pass = turnstile.enter(60s);
    note(waiters);
    pass.reset();
    for (std::thread &thread : threads)
        thread.join();
    const std::vector<int> expected{0, 1, 2, 3, 4};
    QVERIFY(order == expected);
}

void tst_SqliteTurnstile::givesUpAfterAWhile()
{
    SqliteTurnstile turnstile;
    auto pass = turnstile.enter(0ms);
    QVERIFY(!turnstile.enter(1ms));
    QCOMPARE(turnstile.waiting(), 0);
    pass.reset();
    QVERIFY(turnstile.enter(0ms));
}

QTEST_GUILESS_MAIN(tst_SqliteTurnstile)
#include "tst_sqliteturnstile.moc"
