// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "round.h"

#include "session.h"

#include <algorithm>

namespace Tideline::Cli {

namespace {

using namespace std::chrono_literals;

// Where the engine has no time of its own.
constexpr auto pauseWithoutSchedule = 1s;
constexpr qsizetype mostReasons = 10;

QString reportText(const SyncReport &report)
{
    return QStringLiteral("Pushed %1 (superseded %2, retrying %3, dead %4); pulled %5, deleted %6; conflicts %7, "
                          "quarantined %8; %9 requests, %10 ms.")
        .arg(report.pushed)
        .arg(report.superseded)
        .arg(report.retrying)
        .arg(report.dead)
        .arg(report.pulled)
        .arg(report.deleted)
        .arg(report.conflicts)
        .arg(report.quarantined)
        .arg(report.requests)
        .arg(report.milliseconds);
}

void tellReasons(const QList<Failure> &errors)
{
    QStringList told;
    for (const Failure &error : errors) {
        if (told.contains(error.detail) || told.size() == mostReasons)
            continue;
        told.append(error.detail);
        complain(error.detail);
    }
}

} // namespace

void Round::run(Session &session, const Action &action)
{
    auto *round = new Round(session, action);
    round->start(session.options().isNow ? SyncEngine::Urgency::Now : SyncEngine::Urgency::Scheduled);
}

Round::Round(Session &session, const Action &action)
    : QObject(&session)
    , m_session(session)
    , m_action(action)
    , m_deadline(session.options().wait.value_or(0ms))
{
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, [this] { start(SyncEngine::Urgency::Scheduled); });
}

void Round::start(SyncEngine::Urgency urgency)
{
    m_action(urgency).then(this, [this](const SyncReport &report) { roundEnded(report); }).onCanceled(this, [this] {
        m_session.fail(Failure(Failure::Code::Cancelled,
                               QStringLiteral("The round was stopped, by a logout or by the engine. Run it again.")));
    });
}

void Round::roundEnded(const SyncReport &report)
{
    m_total.add(report);
    const Result<SyncStatus> status = m_session.engine().status();
    if (!status)
        return m_session.fail(status.failure());
    const std::chrono::milliseconds pause = timeToNextRound(report, *status);
    if (pause < 0ms)
        return answer(report, *status);
    m_pause.start(pause);
}

std::chrono::milliseconds Round::timeToNextRound(const SyncReport &report, const SyncStatus &status)
{
    const Result<QHash<QString, TableCounts>> counts = m_session.storage().queue().counts();
    const bool isQueueFree = counts && std::all_of(counts->cbegin(), counts->cend(), [](const TableCounts &table) {
                                 return table.pending == table.held; // what is held waits for a person
                             });
    const bool isDone = isQueueFree && report.errors.isEmpty() && !status.nextRetryAt.isValid();
    const std::chrono::milliseconds left(m_deadline.remainingTime());
    if (!m_session.options().wait || left <= 0ms || isDone)
        return -1ms;
    // What is due already and is still there could not go; it must not make the rounds spin.
    std::chrono::milliseconds pause(QDateTime::currentDateTimeUtc().msecsTo(status.nextRetryAt));
    if (!status.nextRetryAt.isValid() || pause <= 0ms)
        pause = pauseWithoutSchedule;
    return pause <= left ? pause : -1ms;
}

void Round::answer(const SyncReport &last, const SyncStatus &status)
{
    tellReasons(last.errors);
    m_session.answer(m_total.toVariantMap(), reportText(m_total), exitCodeOf(status, last.errors));
}

} // namespace Tideline::Cli
