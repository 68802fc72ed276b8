// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "progress.h"

#include "output.h"

#include <tideline/engine/syncengine.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace Tideline::Cli {

namespace {

constexpr int barWidth = 30;
constexpr qint64 quietMilliseconds = 50;

void printRaw(const QString &text)
{
    QFile file;
    if (file.open(stderr, QIODevice::WriteOnly | QIODevice::Unbuffered))
        file.write(text.toUtf8());
}

} // namespace

void Progress::showOn(SyncEngine &engine, bool isVerbose, QObject *parent)
{
    const bool isTerminal = isatty(STDERR_FILENO) == 1;
    if (isTerminal || isVerbose)
        new Progress(engine, isTerminal, parent);
}

Progress::Progress(SyncEngine &engine, bool isTerminal, QObject *parent)
    : QObject(parent)
    , m_isTerminal(isTerminal)
{
    connect(&engine, &SyncEngine::pullProgressed, this, [this](const QString &table, qint64 rows, qint64 total) {
        show(QStringLiteral("pulling %1").arg(table), rows, total);
    });
    connect(&engine, &SyncEngine::drainProgressed, this,
            [this](qint64 pushed, qint64 remaining) { show(QStringLiteral("pushing"), pushed, pushed + remaining); });
    connect(&engine, &SyncEngine::pullCompleted, this, &Progress::clearBar);
    connect(&engine, &SyncEngine::drainCompleted, this, &Progress::clearBar);
}

Progress::~Progress()
{
    clearBar();
}

void Progress::show(const QString &what, qint64 done, qint64 total)
{
    const QString counts = total > 0 ? QStringLiteral("%1/%2").arg(done).arg(total) : QString::number(done);
    if (!m_isTerminal)
        return complain(QStringLiteral("%1: %2").arg(what, counts));
    if (m_lastShown.isValid() && m_lastShown.elapsed() < quietMilliseconds && done < total)
        return;
    m_lastShown.start();
    m_isBarShown = true;
    QString bar;
    if (total > 0) {
        const auto filled = static_cast<int>(std::min(done, total) * barWidth / total);
        bar = QStringLiteral(" [%1%2]").arg(QString(filled, QLatin1Char('#')),
                                            QString(barWidth - filled, QLatin1Char('-')));
    }
    printRaw(QStringLiteral("\r\033[K%1%2 %3").arg(printable(what), bar, counts));
}

void Progress::clearBar()
{
    if (m_isBarShown)
        printRaw(QStringLiteral("\r\033[K"));
    m_isBarShown = false;
}

} // namespace Tideline::Cli
