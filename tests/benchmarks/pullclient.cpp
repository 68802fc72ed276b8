// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullclient.h"

#include "await.h"
#include "pullserver.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QElapsedTimer>

#include <algorithm>

using namespace Tideline;

PullClient::PullClient(const QUrl &server, Mode mode, int tables)
{
    SqliteOptions file;
    file.path = path();
    SupabaseOptions remote;
    remote.url = server;
    remote.mode = mode;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = [remote, log = m_log] {
        return std::make_unique<SupabaseRemoteStore>(remote, std::make_unique<LoggingNetwork>(log));
    };
    setup.clock = [ahead = m_ahead] { return systemClock().addMSecs(*ahead); };
    const QStringList names = PullServer::tableNames(tables);
    for (const QString &name : names)
        setup.tables.append(TableConfig(name));
    m_engine = std::make_unique<SyncEngine>(setup);
    if (!m_engine->open() || !await(m_engine->createTables()))
        qFatal("cannot open the engine");
}

bool PullClient::usesKit() const
{
    return std::any_of(m_log->requests.cbegin(), m_log->requests.cend(), [](const NetworkLog::Request &request) {
        return request.url.path().endsWith(QLatin1String("/rpc/tideline_pull"));
    });
}

QFuture<SyncReport> PullClient::startPull()
{
    m_log->clear(); // no request is under way
    return m_engine->pullAll(SyncEngine::Urgency::Now);
}

double PullClient::pull(qsizetype expectedRows)
{
    QElapsedTimer timer;
    timer.start();
    const SyncReport report = wait(startPull());
    const double time = static_cast<double>(timer.nsecsElapsed());
    if (report.pulled != expectedRows || !report.errors.isEmpty()) {
        qFatal("%d rows were pulled: %s", static_cast<int>(report.pulled),
               report.errors.isEmpty() ? "no error" : qPrintable(report.errors.constFirst().detail));
    }
    return time;
}

// Not await(): a pull of a million rows may take longer.
SyncReport PullClient::wait(const QFuture<SyncReport> &pull)
{
    QEventLoop loop;
    QFutureWatcher<SyncReport> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(pull);
    if (!pull.isFinished())
        loop.exec();
    return pull.result();
}
