// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QFile>
#include <QtCore/QList>
#include <QtCore/QtDebug>

#include <algorithm>

// How the benchmarks say what they found: ratios, never times, which only hold for one machine and one moment.
namespace BenchReport {

inline double median(QList<double> values)
{
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
}

// bar: what the ratio is to reach.
inline void printAtLeast(const QString &what, double ratio, double bar)
{
    qInfo("%-52s %5.2f  (bar: at least %.2f)%s", qPrintable(what), ratio, bar, ratio >= bar ? "" : "  MISSED");
}

inline void printAtMost(const QString &what, double ratio, double bar)
{
    qInfo("%-52s %5.2f  (bar: at most %.2f)%s", qPrintable(what), ratio, bar, ratio <= bar ? "" : "  MISSED");
}

// The largest part of this process that was ever in memory; empty where the system does not tell.
inline QByteArray peakMemory()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return {};
    for (QByteArray line = status.readLine(); !line.isEmpty(); line = status.readLine()) {
        if (line.startsWith("VmHWM:"))
            return line.mid(6).simplified();
    }
    return {};
}

} // namespace BenchReport
