// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "benchreport.h"
#include "curldownload.h"
#include "pullclient.h"
#include "pullserver.h"
#include "rawpull.h"

#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

using namespace Tideline;

namespace {

constexpr int rounds = 7;
constexpr int rowCount = 100000;

// The replies that curl has kept, put into an empty table: nanoseconds.
double insertRaw(const QUrl &server, const QStringList &files)
{
    const PullClient empty(server, SupabaseOptions::Mode::Plain);
    RawPull raw(empty.path());
    QElapsedTimer timer;
    timer.start();
    int rows = 0;
    for (const QString &file : files)
        rows += raw.insertPage(file);
    const double time = static_cast<double>(timer.nsecsElapsed());
    if (rows != rowCount)
        qFatal("curl has %d rows", rows);
    return time;
}

} // namespace

// A first pull against the faster way that nobody can beat: curl that downloads the same pages and throws them away, or
// simdjson and SQLite that put them into the same table from files, whichever is slower. They take turns.
class bench_PullFirst : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void pull_data();
    void pull();

private:
    PullServer m_server;
};

void bench_PullFirst::initTestCase()
{
    m_server.start();
    m_server.fill(rowCount);
}

void bench_PullFirst::pull_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("plain requests") << SupabaseOptions::Mode::Plain;
    QTest::newRow("with the server kit") << SupabaseOptions::Mode::Auto;
}

void bench_PullFirst::pull()
{
    QFETCH(SupabaseOptions::Mode, mode);
    const QString name = QLatin1String(QTest::currentDataTag());
    QList<double> ours;
    QList<double> curls;
    QList<double> raws;
    NetworkLog log;
    for (int round = 0; round <= rounds; ++round) {
        PullClient client(m_server.url(), mode);
        const double time = client.pull(rowCount);
        if (mode != SupabaseOptions::Mode::Plain && !client.usesKit())
            QSKIP("The server kit serves no pulls.");
        log = client.log();
        CurlDownload curl(log.requests);
        const double curlTime = curl.run();
        const double rawTime = insertRaw(m_server.url(), curl.files());
        if (round == 0)
            continue; // only warms up
        ours.append(time);
        curls.append(curlTime);
        raws.append(rawTime);
    }
    const double curl = BenchReport::median(curls);
    const double raw = BenchReport::median(raws);
    const double own = BenchReport::median(ours);
    BenchReport::printAtLeast(QStringLiteral("first pull of %1 rows to its limit, %2:").arg(rowCount).arg(name),
                              std::max(curl, raw) / own, 0.7);
    qInfo("%-52s %5.2f", "    to curl, which only downloads:", curl / own);
    qInfo("%-52s %5.2f", "    to simdjson and sqlite3, from files:", raw / own);
    qInfo("%-52s %5.2f", "    requests per 1,000 rows:", 1000.0 * static_cast<double>(log.requests.size()) / rowCount);
}

QTEST_GUILESS_MAIN(bench_PullFirst)
#include "bench_pull_first.moc"
