// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "benchreport.h"
#include "curldownload.h"
#include "pullclient.h"
#include "pullserver.h"

#include <QtCore/QUrlQuery>
#include <QtTest/QTest>

using namespace Tideline;

namespace {

constexpr int rounds = 7;
constexpr int rowCount = 100000;
constexpr int changedRows = 500;
constexpr int tables = 20;

// The rows that have changed since, in one request.
NetworkLog::Request changesSince(const QUrl &server, const QString &since)
{
    NetworkLog::Request request;
    request.method = "GET";
    request.url = server;
    request.url.setPath(server.path() + QStringLiteral("/tasks"));
    request.url.setQuery(QStringLiteral("select=*&order=updated_at.asc,id.asc&updated_at=gte.")
                         + QString::fromLatin1(QUrl::toPercentEncoding(since)));
    return request;
}

} // namespace

// What it takes to stay up to date: few changes in a large table, and none at all.
class bench_PullDelta : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void changedRows_data();
    void changedRows();
    void nothingChanged_data();
    void nothingChanged();

private:
    PullServer m_server;
};

void bench_PullDelta::initTestCase()
{
    m_server.start(tables);
    m_server.fill(rowCount);
}

void bench_PullDelta::changedRows_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("plain requests") << SupabaseOptions::Mode::Plain;
    QTest::newRow("with the server kit") << SupabaseOptions::Mode::Auto;
}

void bench_PullDelta::changedRows()
{
    QFETCH(SupabaseOptions::Mode, mode);
    const QString name = QLatin1String(QTest::currentDataTag());
    QList<double> ours;
    QList<double> curls;
    PullClient client(m_server.url(), mode);
    client.pull(rowCount);
    if (mode != SupabaseOptions::Mode::Plain && !client.usesKit())
        QSKIP("The server kit serves no pulls.");
    for (int round = 0; round <= rounds; ++round) {
        const QString since = m_server.touch(::changedRows);
        const double time = client.pull(::changedRows);
        CurlDownload curl({changesSince(m_server.url(), since)});
        const double curlTime = curl.run();
        if (round == 0)
            continue; // only warms up
        ours.append(time);
        curls.append(curlTime);
    }
    qInfo("%-52s %5.2f",
          qPrintable(QStringLiteral("%1 changes of %2 rows to curl, %3:").arg(::changedRows).arg(rowCount).arg(name)),
          BenchReport::median(curls) / BenchReport::median(ours));
    qInfo("%-52s %5d", "    requests:", static_cast<int>(client.log().requests.size()));
}

void bench_PullDelta::nothingChanged_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::addColumn<int>("tableCount");
    QTest::newRow("1 table, plain requests") << SupabaseOptions::Mode::Plain << 1;
    QTest::newRow("1 table, with the server kit") << SupabaseOptions::Mode::Auto << 1;
    QTest::addRow("%d tables, plain requests", tables) << SupabaseOptions::Mode::Plain << tables;
    QTest::addRow("%d tables, with the server kit", tables) << SupabaseOptions::Mode::Auto << tables;
}

void bench_PullDelta::nothingChanged()
{
    QFETCH(SupabaseOptions::Mode, mode);
    QFETCH(int, tableCount);
    const QString name = QLatin1String(QTest::currentDataTag());
    PullClient client(m_server.url(), mode, tableCount);
    client.pull(rowCount + 10 * (tableCount - 1));
    const bool usesKit = client.usesKit();
    if (mode != SupabaseOptions::Mode::Plain && !usesKit)
        QSKIP("The server kit serves no pulls.");
    client.pull(0); // may have a late look at what was read
    client.pull(0);
    const double requests = static_cast<double>(client.log().requests.size());
    const QString what = QStringLiteral("requests when nothing has changed, %1:").arg(name);
    if (usesKit)
        BenchReport::printAtMost(what, requests, 1);
    else
        qInfo("%-52s %5.2f", qPrintable(what), requests);
    qInfo("%-52s %5d", "    bytes of bodies:", static_cast<int>(client.log().bytes));
}

QTEST_GUILESS_MAIN(bench_PullDelta)
#include "bench_pull_delta.moc"
