// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "stopsignals.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace Tideline::Cli {

namespace {

// A signal handler is called without an argument: what it needs has to be reachable from everywhere.
volatile std::sig_atomic_t writeEnd = -1;

extern "C" void handleStopSignal(int)
{
    const int saved = errno;
    const char byte = 1;
    // A full pipe already says that a signal came.
    [[maybe_unused]] const ssize_t written = ::write(static_cast<int>(writeEnd), &byte, 1);
    errno = saved;
}

bool isCaught(int number)
{
    struct sigaction action = {};
    action.sa_handler = handleStopSignal;
    // The default comes back with the first one, so that a person can end what does not stop.
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    return sigaction(number, &action, nullptr) == 0;
}

} // namespace

Result<StopSignals *> StopSignals::install(QObject *parent)
{
    std::array<int, 2> ends = {-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return Failure(Failure::Code::Cancelled, QStringLiteral("No pipe can be made: too many files are open."));
    writeEnd = ends.at(1);
    auto *stopSignals = new StopSignals(ends.at(0), parent);
    if (!isCaught(SIGINT) || !isCaught(SIGTERM))
        return Failure(Failure::Code::Cancelled, QStringLiteral("Signals cannot be caught on this system."));
    return stopSignals;
}

StopSignals::StopSignals(int readEnd, QObject *parent)
    : QObject(parent)
    , m_notifier(readEnd, QSocketNotifier::Read)
    , m_readEnd(readEnd)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        m_notifier.setEnabled(false);
        Q_EMIT received();
    });
}

StopSignals::~StopSignals()
{
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    m_notifier.setEnabled(false);
    ::close(m_readEnd);
    ::close(static_cast<int>(writeEnd));
    writeEnd = -1;
}

} // namespace Tideline::Cli
