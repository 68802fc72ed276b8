// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clientrun.h"

#include <QtTest/QTest>

#include <csignal>
#include <ctime>
#include <unistd.h>

namespace Tideline {

namespace {

NotesSetup setupOf(const QVariantMap &order)
{
    NotesSetup setup;
    setup.database = order.value(QStringLiteral("database")).toString();
    setup.log = order.value(QStringLiteral("log")).toString();
    setup.url = QUrl(order.value(QStringLiteral("url")).toString());
    setup.mode =
        static_cast<SupabaseOptions::Mode>(order.value(QStringLiteral("mode"), static_cast<int>(setup.mode)).toInt());
    setup.pageSize = order.value(QStringLiteral("pageSize"), setup.pageSize).toInt();
    setup.isReconciling = order.value(QStringLiteral("isReconciling"), setup.isReconciling).toBool();
    setup.later = std::chrono::seconds(order.value(QStringLiteral("later")).toLongLong());
    return setup;
}

void tell(const QString &line)
{
    // Past every buffer: what was told must not die with the process.
    const QByteArray text = line.toUtf8() + '\n';
    if (::write(STDOUT_FILENO, text.constData(), static_cast<size_t>(text.size())) != text.size())
        qFatal("nobody listens");
}

// The kernel's clock ends the process, wherever it is then.
void killAfter(qint64 microseconds)
{
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    timer_t timer = {};
    itimerspec time = {};
    time.it_value.tv_sec = microseconds / 1000000;
    time.it_value.tv_nsec = microseconds % 1000000 * 1000;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || timer_settime(timer, 0, &time, nullptr) != 0)
        qFatal("no timer");
}

} // namespace

ClientRun::ClientRun(const QVariantMap &order)
    : m_order(order)
    , m_client(setupOf(order))
{
}

int ClientRun::run()
{
    const QString scenario = m_order.value(QStringLiteral("scenario")).toString();
    bool isDone = false;
    if (scenario == QStringLiteral("open"))
        isDone = runOpen();
    else if (scenario == QStringLiteral("writes"))
        isDone = runWrites();
    else if (scenario == QStringLiteral("drain"))
        isDone = runDrain();
    else if (scenario == QStringLiteral("pull"))
        isDone = runPull();
    else if (scenario == QStringLiteral("repairs"))
        isDone = runRepairs();
    else if (scenario == QStringLiteral("logout"))
        isDone = runLogout();
    else if (scenario == QStringLiteral("stream"))
        isDone = runStream();
    m_client.reset(); // closing takes steps too
    tell(QStringLiteral("steps %1").arg(m_vfs.count()));
    return isDone ? 0 : 1;
}

bool ClientRun::open()
{
    const Result<void> opened = m_client->open();
    if (!opened)
        tell(QStringLiteral("failed ") + opened.failure().detail);
    return opened.ok();
}

bool ClientRun::acknowledge(const WriteResult &written)
{
    tell(written ? QStringLiteral("acknowledged ") + written.entry.id
                 : QStringLiteral("failed ") + written.failure.detail);
    return written.ok();
}

bool ClientRun::acknowledge(const Result<QList<SyncEntry>> &written)
{
    if (!written) {
        tell(QStringLiteral("failed ") + written.failure().detail);
        return false;
    }
    QStringList ids;
    for (const SyncEntry &entry : *written)
        ids.append(entry.id);
    tell(QStringLiteral("acknowledged ") + ids.join(QLatin1Char(' ')));
    return true;
}

void ClientRun::armKiller()
{
    if (const qint64 number = m_order.value(QStringLiteral("killAt")).toLongLong(); number > 0)
        m_vfs.arm(FaultyVfs::Fault::Kill, number);
    if (const qint64 time = m_order.value(QStringLiteral("killAfter")).toLongLong(); time > 0)
        killAfter(time);
}

bool ClientRun::runOpen()
{
    armKiller();
    return open();
}

bool ClientRun::runWrites()
{
    if (!open())
        return false;
    armKiller();
    return acknowledge(m_client->write(QStringLiteral("a"), QStringLiteral("1")))
           && acknowledge(m_client->patch(QStringLiteral("a"), QStringLiteral("2")))
           && acknowledge(m_client->write(QStringLiteral("b"), QStringLiteral("1")))
           && acknowledge(m_client->remove(QStringLiteral("b")))
           && acknowledge(m_client->write(QStringLiteral("b"), QStringLiteral("2")))
           && acknowledge(m_client->writeBoth(QStringLiteral("a"), QStringLiteral("c"), QStringLiteral("3")));
}

bool ClientRun::runDrain()
{
    if (!open())
        return false;
    const bool isWritten = acknowledge(m_client->write(QStringLiteral("a"), QStringLiteral("1")))
                           && acknowledge(m_client->write(QStringLiteral("b"), QStringLiteral("1")))
                           && acknowledge(m_client->write(QStringLiteral("c"), QStringLiteral("refused")))
                           && acknowledge(m_client->write(QStringLiteral("d"), QStringLiteral("1")))
                           && acknowledge(m_client->patch(QStringLiteral("a"), QStringLiteral("2")))
                           && acknowledge(m_client->remove(QStringLiteral("d")));
    if (!isWritten)
        return false;
    armKiller();
    return m_client->drain().errors.size() == 1;
}

// To the end, whatever it takes; kills come on the way.
bool ClientRun::runPull()
{
    armKiller();
    if (!open())
        return false;
    const SyncReport report = m_client->pull();
    for (const Failure &error : report.errors)
        tell(QStringLiteral("failed ") + error.detail);
    tell(QStringLiteral("pulled %1").arg(report.pulled));
    return report.errors.isEmpty();
}

bool ClientRun::runRepairs()
{
    const QString refused = QStringLiteral("refused");
    if (!open())
        return false;
    for (const QString &id : {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}) {
        if (!acknowledge(m_client->write(id, refused)))
            return false;
    }
    m_client->drain();
    const QStringList dead = m_client->deadLetters();
    if (dead.size() != 3)
        return false;
    armKiller();
    const QVariantMap row{{QStringLiteral("title"), QStringLiteral("1")}, {QStringLiteral("body"), QStringLiteral("")}};
    return (*m_client)->edit(dead.at(0), row).ok() && (*m_client)->retry({dead.at(1)}).ok()
           && (*m_client)->discard({dead.at(2)}).ok();
}

bool ClientRun::runLogout()
{
    if (!open())
        return false;
    for (const QString &id : {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}) {
        if (!m_client->write(id, QStringLiteral("1")))
            return false;
    }
    armKiller();
    return (*m_client)->logout(SyncEngine::UnsyncedWork::Discard).ok();
}

// Writes all the time, and drains at the same time where it has a server. Titles are "<name>-<number>".
bool ClientRun::runStream()
{
    armKiller();
    if (!open())
        return false;
    QObject::connect(m_client->operator->(), &SyncEngine::isDrainingChanged, m_client->operator->(), [this] {
        tell((*m_client)->isDraining() ? QStringLiteral("draining") : QStringLiteral("resting"));
    });
    if (m_order.contains(QStringLiteral("url")))
        (*m_client)->start();
    const QString name = m_order.value(QStringLiteral("name")).toString();
    const qint64 writes = m_order.value(QStringLiteral("writes")).toLongLong();
    const qint64 records = m_order.value(QStringLiteral("records")).toLongLong();
    for (qint64 i = 0; i < writes; ++i) {
        const QString title = QStringLiteral("%1-%2").arg(name).arg(i);
        if (!acknowledge(m_client->write(QStringLiteral("r%1").arg(i % records), title)))
            return false;
        QCoreApplication::processEvents();
    }
    tell(QStringLiteral("written"));
    if (!m_order.contains(QStringLiteral("url")))
        return true;
    // Until all is sent, by whomever.
    return QTest::qWaitFor([this] { return (*m_client)->unsyncedCount().ok() && *(*m_client)->unsyncedCount() == 0; },
                           90000);
}

} // namespace Tideline
