// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "benchreport.h"
#include "pullclient.h"
#include "pullserver.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QProcess>
#include <QtTest/QTest>

#include <cstdio>

using namespace Tideline;
using namespace std::chrono_literals;

// The peak memory of a program that pulls a table for the first time, and compares all its ids where requests are
// plain, for tables of growing size: each is one of this program's own processes, told so by its arguments.
class bench_PullMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void peak();

private:
    // In KiB; 0: this mode is not there.
    double peakOf(int rows, const QString &mode) const;

    PullServer m_server;
};

namespace {

const QString plain = QStringLiteral("plain requests");
const QString kit = QStringLiteral("with the server kit");

int pullInThisProcess(const QStringList &arguments)
{
    const bool isPlain = arguments.at(1) == plain;
    PullClient client(QUrl(arguments.at(2)), isPlain ? SupabaseOptions::Mode::Plain : SupabaseOptions::Mode::Auto);
    client.pull(arguments.at(3).toInt());
    client.passTime(20min); // more than there is between two comparisons
    client.pull(0);
    if (isPlain && client.log().requests.size() < 2)
        qFatal("the ids were not compared");
    if (isPlain || client.usesKit())
        std::fputs(BenchReport::peakMemory().constData(), stdout);
    return 0;
}

} // namespace

void bench_PullMemory::initTestCase()
{
    m_server.start();
}

double bench_PullMemory::peakOf(int rows, const QString &mode) const
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QCoreApplication::applicationFilePath(), {mode, m_server.url().toString(), QString::number(rows)});
    if (!process.waitForFinished(1200000) || process.exitCode() != 0)
        qFatal("a pull failed");
    return process.readAllStandardOutput().split(' ').constFirst().toDouble();
}

void bench_PullMemory::peak()
{
    QHash<QString, double> reference;
    for (const int rows : {10000, 100000, 1000000}) {
        m_server.fill(rows);
        for (const QString &mode : {plain, kit}) {
            const double peak = peakOf(rows, mode);
            if (peak <= 0)
                continue;
            qInfo("%-52s %5.1f", qPrintable(QStringLiteral("peak memory (MiB) at %1 rows, %2:").arg(rows).arg(mode)),
                  peak / 1024);
            if (rows == 100000)
                reference.insert(mode, peak);
            else if (rows > 100000)
                BenchReport::printAtMost(QStringLiteral("    to that at 100000 rows:"), peak / reference.value(mode),
                                         1.1);
        }
    }
}

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 4)
        return pullInThisProcess(arguments);
    bench_PullMemory benchmark;
    return QTest::qExec(&benchmark, argc, argv);
}

#include "bench_pull_memory.moc"
