// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "benchreport.h"
#include "pullclient.h"
#include "pullserver.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>
#include <QtCore/QUuid>
#include <QtTest/QTest>

#include <algorithm>

using namespace Tideline;

namespace {

constexpr int rowCount = 100000;
constexpr double bar = 16; // milliseconds: a frame
constexpr std::chrono::milliseconds beat{1};
constexpr std::chrono::milliseconds writeInterval{10};

double milliseconds(const QElapsedTimer &timer)
{
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

double percentile(QList<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values.isEmpty() ? 0 : values.at(static_cast<qsizetype>(share * static_cast<double>(values.size() - 1)));
}

// Ticks in the event loop of its thread and notes how late it was.
class Heartbeat
{
public:
    Heartbeat()
    {
        m_sinceLast.start();
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.callOnTimeout([this] {
            m_gaps.append(milliseconds(m_sinceLast) - static_cast<double>(beat.count()));
            m_sinceLast.start();
        });
        m_timer.start(beat);
    }
    double longest() const { return percentile(m_gaps, 1); }
    double percentile99() const { return percentile(m_gaps, 0.99); }

private:
    QTimer m_timer;
    QElapsedTimer m_sinceLast;
    QList<double> m_gaps;
};

// Writes again and again on this thread, a new row at a time.
class Writer
{
public:
    explicit Writer(SyncEngine &engine)
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.callOnTimeout([this, &engine] {
            QElapsedTimer timer;
            timer.start();
            const WriteResult written =
                engine.write(QStringLiteral("tasks"), QUuid::createUuid().toString(QUuid::WithoutBraces),
                             {{QStringLiteral("title"), QStringLiteral("Buy soil")}});
            m_times.append(milliseconds(timer));
            if (!written.ok())
                qFatal("%s", qPrintable(written.failure.detail));
        });
        m_timer.start(writeInterval);
    }
    void stop() { m_timer.stop(); }
    double share(double part) const { return percentile(m_times, part); }
    int count() const { return static_cast<int>(m_times.size()); }

private:
    QTimer m_timer;
    QList<double> m_times;
};

} // namespace

// What the application's thread notices of a first pull. In milliseconds, because a frame has so many; beside them the
// same without a pull, which is what the machine and its disk do by themselves.
class bench_PullStall : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void stall_data();
    void stall();
    void writes_data();
    void writes();

private:
    PullServer m_server;
};

void bench_PullStall::initTestCase()
{
    m_server.start();
    m_server.fill(rowCount);
}

void bench_PullStall::stall_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("plain requests") << SupabaseOptions::Mode::Plain;
    QTest::newRow("with the server kit") << SupabaseOptions::Mode::Auto;
}

void bench_PullStall::stall()
{
    QFETCH(SupabaseOptions::Mode, mode);
    const QString name = QLatin1String(QTest::currentDataTag());
    PullClient client(m_server.url(), mode);
    QElapsedTimer timer;
    timer.start();
    const Heartbeat heartbeat;
    const SyncReport report = PullClient::wait(client.startPull());
    const double longest = heartbeat.longest();
    const double late = heartbeat.percentile99();
    QCOMPARE(report.pulled, rowCount);
    if (mode != SupabaseOptions::Mode::Plain && !client.usesKit())
        QSKIP("The server kit serves no pulls.");
    const Heartbeat idle;
    QTest::qWait(static_cast<int>(timer.elapsed()));
    BenchReport::printAtMost(QStringLiteral("longest stall of the event loop (ms), %1:").arg(name), longest, bar);
    qInfo("%-52s %5.2f", "    99 of 100 ticks were late by at most (ms):", late);
    qInfo("%-52s %5.2f", "    longest without a pull (ms):", idle.longest());
}

void bench_PullStall::writes_data()
{
    stall_data();
}

void bench_PullStall::writes()
{
    QFETCH(SupabaseOptions::Mode, mode);
    const QString name = QLatin1String(QTest::currentDataTag());
    PullClient client(m_server.url(), mode);
    QElapsedTimer timer;
    timer.start();
    Writer during(client.engine());
    const SyncReport report = PullClient::wait(client.startPull());
    during.stop();
    QCOMPARE(report.pulled, rowCount);
    if (mode != SupabaseOptions::Mode::Plain && !client.usesKit())
        QSKIP("The server kit serves no pulls.");
    const Writer idle(client.engine());
    QTest::qWait(static_cast<int>(timer.elapsed()));
    BenchReport::printAtMost(QStringLiteral("write() during the pull, p99 (ms), %1:").arg(name), during.share(0.99),
                             bar);
    qInfo("%-52s %5.2f %5.2f", "    p50, maximum (ms):", during.share(0.5), during.share(1));
    qInfo("%-52s %5.2f %5.2f %5.2f", "    p50, p99, maximum without a pull (ms):", idle.share(0.5), idle.share(0.99),
          idle.share(1));
    qInfo("%-52s %5d", "    writes:", during.count());
}

QTEST_GUILESS_MAIN(bench_PullStall)
#include "bench_pull_stall.moc"
