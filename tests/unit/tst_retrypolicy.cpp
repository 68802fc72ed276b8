// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/retrypolicy.h>

#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(Tideline::Remedy)

class tst_RetryPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tableOfReplies_data();
    void tableOfReplies();
    void applicationMayDecide();
    void applicationCannotKillTheQueue();
    void delaysGrowToTheirLimit();
    void delayIsConstantWhenTold();
    void serverMayAskForMore();
};

namespace {

Failure answer(int status, const char *serverCode = "")
{
    Failure failure(Failure::Code::Remote, QStringLiteral("refused"));
    failure.httpStatus = status;
    failure.serverCode = QString::fromLatin1(serverCode);
    return failure;
}

} // namespace

void tst_RetryPolicy::tableOfReplies_data()
{
    QTest::addColumn<Failure>("failure");
    QTest::addColumn<Remedy>("remedy");
    QTest::addColumn<bool>("serverWide");

    const auto plain = [](Failure::Code code) { return Failure(code, QStringLiteral("x")); };
    QTest::newRow("network") << plain(Failure::Code::Network) << Remedy::Retry << true;
    QTest::newRow("timeout") << plain(Failure::Code::Timeout) << Remedy::Retry << true;
    QTest::newRow("signed out") << plain(Failure::Code::AuthExpired) << Remedy::Reauthenticate << false;
    QTest::newRow("forbidden") << plain(Failure::Code::Forbidden) << Remedy::DeadLetter << false;
    QTest::newRow("row-level security") << plain(Failure::Code::RlsViolation) << Remedy::DeadLetter << false;
    QTest::newRow("too large") << plain(Failure::Code::PayloadTooLarge) << Remedy::DeadLetter << false;
    for (const int status : {400, 405, 406, 410, 413, 422})
        QTest::addRow("%d", status) << answer(status) << Remedy::DeadLetter << false;
    for (const char *code : {"22P02", "22003", "23502", "23514", "23505", "23P01", "42501"}) {
        for (const int status : {0, 400, 409, 500})
            QTest::addRow("%d %s", status, code) << answer(status, code) << Remedy::DeadLetter << false;
    }
    for (const int status : {0, 400, 409, 500})
        QTest::addRow("%d 23503", status) << answer(status, "23503") << Remedy::RetryCounted << false;
    QTest::newRow("409") << answer(409) << Remedy::RetryCounted << false;
    QTest::newRow("404") << answer(404) << Remedy::HoldTable << false;
    for (const char *code : {"42P01", "PGRST205"}) {
        for (const int status : {0, 400, 404})
            QTest::addRow("%d %s", status, code) << answer(status, code) << Remedy::HoldTable << false;
    }
    QTest::newRow("unknown column") << answer(400, "PGRST204") << Remedy::HoldTable << false;
    QTest::newRow("raised") << answer(400, "P0001") << Remedy::DeadLetter << false;
    for (const int status : {402, 408, 425, 429, 500, 501, 502, 503, 504, 520, 599})
        QTest::addRow("%d", status) << answer(status) << Remedy::Retry << true;
    for (const char *code : {"40001", "40P01", "57014", "55P03"}) {
        for (const int status : {0, 400, 500})
            QTest::addRow("%d %s", status, code) << answer(status, code) << Remedy::Retry << false;
    }
    // The database as a whole: whatever status comes with it.
    for (const char *code : {"08006", "53100", "53300", "57P01", "57P03", "25006", "58030"}) {
        for (const int status : {405, 500, 503})
            QTest::addRow("%d %s", status, code) << answer(status, code) << Remedy::Retry << true;
    }
    QTest::newRow("500 of PostgREST") << answer(500, "PGRST300") << Remedy::Retry << true;
    for (const char *code : {"XX000", "21000", "P0002", "53400"})
        QTest::addRow("500 %s", code) << answer(500, code) << Remedy::RetryCounted << false;
}

void tst_RetryPolicy::tableOfReplies()
{
    QFETCH(Failure, failure);
    QTEST(remedyFor(failure, SyncConfig()), "remedy");
    QTEST(isServerWide(failure), "serverWide");
}

void tst_RetryPolicy::applicationMayDecide()
{
    SyncConfig config;
    config.isTransientError = [](const Failure &failure) -> std::optional<bool> {
        if (failure.serverCode == QLatin1String("P0001"))
            return true;
        if (failure.serverCode == QLatin1String("23503"))
            return false;
        return std::nullopt;
    };
    QCOMPARE(remedyFor(answer(400, "P0001"), config), Remedy::Retry);
    QCOMPARE(remedyFor(answer(409, "23503"), config), Remedy::DeadLetter);
    QCOMPARE(remedyFor(answer(400, "22P02"), config), Remedy::DeadLetter);
}

void tst_RetryPolicy::applicationCannotKillTheQueue()
{
    SyncConfig config;
    config.isTransientError = [](const Failure &) { return std::optional<bool>(false); };
    QCOMPARE(remedyFor(Failure(Failure::Code::Network, QString()), config), Remedy::Retry);
    QCOMPARE(remedyFor(answer(503), config), Remedy::Retry);
    QCOMPARE(remedyFor(Failure(Failure::Code::AuthExpired, QString()), config), Remedy::Reauthenticate);
}

void tst_RetryPolicy::delaysGrowToTheirLimit()
{
    const SyncConfig config;
    const Failure failure(Failure::Code::Network, QString());
    QCOMPARE(retryDelay(config, 1, failure, 0.0), 1000ms);
    QCOMPARE(retryDelay(config, 1, failure, 0.5), 1500ms);
    QCOMPARE(retryDelay(config, 3, failure, 0.0), 4000ms);
    QCOMPARE(retryDelay(config, 6, failure, 0.0), 30000ms);
    QCOMPARE(retryDelay(config, 1000000, failure, 0.0), 30000ms);
}

void tst_RetryPolicy::delayIsConstantWhenTold()
{
    SyncConfig config;
    config.useExponentialBackoff = false;
    QCOMPARE(retryDelay(config, 5, Failure(), 0.0), 1000ms);
}

void tst_RetryPolicy::serverMayAskForMore()
{
    const SyncConfig config;
    Failure failure = answer(429);
    failure.retryAfter = 90s;
    QCOMPARE(retryDelay(config, 1, failure, 0.0), 90s);
    failure.retryAfter = std::chrono::hours(24);
    QCOMPARE(retryDelay(config, 1, failure, 0.0), std::chrono::hours(1));
    failure.retryAfter = 1ms;
    QCOMPARE(retryDelay(config, 1, failure, 0.0), 1000ms);
    failure.retryAfter = -90s;
    QCOMPARE(retryDelay(config, 1, failure, 0.0), 1000ms);
    failure.retryAfter = std::chrono::milliseconds::max();
    QCOMPARE(retryDelay(config, 1, failure, 0.0), std::chrono::hours(1));
}

QTEST_GUILESS_MAIN(tst_RetryPolicy)

#include "tst_retrypolicy.moc"
