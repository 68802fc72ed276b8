// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullreplica.h"

#include "await.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QFutureWatcher>
#include <QtCore/QUuid>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>
#include <QtSql/QSqlRecord>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

namespace Tideline {

namespace {

QString openConnection(const QString &path)
{
    const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces);
    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    database.setDatabaseName(path);
    database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
    if (!database.open())
        qFatal("%s", qPrintable(database.lastError().text()));
    return name;
}

QString run(const QString &connection, const QString &statement)
{
    QSqlQuery query(QSqlDatabase::database(connection));
    if (!query.exec(statement))
        qFatal("%s: %s", qPrintable(statement), qPrintable(query.lastError().text()));
    QStringList lines;
    while (query.next()) {
        QStringList values;
        for (int i = 0; i < query.record().count(); ++i)
            values.append(query.isNull(i) ? QStringLiteral("NULL") : query.value(i).toString());
        lines.append(values.join(QLatin1Char('|')));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

PullReplica::PullReplica(FaultProxy &proxy, const Options &options)
    : m_proxy(proxy)
    , m_options(options)
    , m_clock(options.start)
{
    if (m_options.path.isEmpty())
        m_options.path = m_directory.filePath(QStringLiteral("app.db"));
    m_ownConnection = openConnection(m_options.path);
    const QStringList statements = m_options.localSchema.split(QLatin1Char(';'), Qt::SkipEmptyParts);
    for (const QString &statement : statements) {
        if (!statement.trimmed().isEmpty())
            run(m_ownConnection, statement);
    }
    open();
    if (m_options.localSchema.isEmpty()) {
        const Result<QStringList> made = await(m_engine->createTables());
        if (!made)
            qFatal("%s", qPrintable(made.failure().detail));
    }
    m_proxy.forget();
}

PullReplica::~PullReplica()
{
    m_engine.reset();
    QSqlDatabase::removeDatabase(m_ownConnection);
    if (!m_engineConnection.isEmpty())
        QSqlDatabase::removeDatabase(m_engineConnection);
}

void PullReplica::open()
{
    SyncSetup setup;
    if (m_options.enforcesForeignKeys) {
        if (m_engineConnection.isEmpty()) {
            m_engineConnection = openConnection(m_options.path);
            run(m_engineConnection, QStringLiteral("PRAGMA foreign_keys = ON"));
        }
        setup.storage = SqliteStorage::factory(QSqlDatabase::database(m_engineConnection));
    } else {
        SqliteOptions file;
        file.path = m_options.path;
        file.synchronous = SqliteOptions::Synchronous::Normal;
        setup.storage = SqliteStorage::factory(file);
    }
    SupabaseOptions server = m_options.server;
    server.url = m_proxy.url();
    setup.remote = SupabaseRemoteStore::factory(server);
    setup.config = m_options.config;
    setup.tables = m_options.tables;
    setup.userId = m_options.userId;
    setup.clock = m_clock.clock();
    setup.random = [] { return 0.5; };
    m_engine = std::make_unique<SyncEngine>(setup);
    m_told = std::make_shared<Told>();
    SyncEngine *engine = m_engine.get();
    QObject::connect(engine, &SyncEngine::pullCompleted, engine,
                     [told = m_told](const SyncPullComplete &event) { told->pulls.append(event); });
    QObject::connect(engine, &SyncEngine::errorOccurred, engine,
                     [told = m_told](const SyncError &event) { told->errors.append(event); });
    QObject::connect(engine, &SyncEngine::conflictOccurred, engine,
                     [told = m_told](const SyncConflict &event) { told->conflicts.append(event); });
    QObject::connect(engine, &SyncEngine::dataChanged, engine,
                     [told = m_told](const QString &table) { told->changedTables.append(table); });
    QObject::connect(engine, &SyncEngine::pullProgressed, engine,
                     [told = m_told](const QString &, qint64 rows, qint64 total) {
                         told->progress.append({rows, total});
                     });
    if (const Result<void> opened = m_engine->open(); !opened)
        qFatal("%s", qPrintable(opened.failure().detail));
}

void PullReplica::reopen(const QList<TableConfig> &tables)
{
    m_engine.reset();
    m_options.tables = tables;
    open();
}

SyncReport PullReplica::wait(const QFuture<SyncReport> &future)
{
    // Told through the event queue, and so after every event that the round reported before.
    QFutureWatcher<SyncReport> watcher;
    const QSignalSpy finished(&watcher, &QFutureWatcherBase::finished);
    watcher.setFuture(future);
    if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 60000))
        qFatal("the round did not end");
    return future.result();
}

void PullReplica::settle()
{
    for (int i = 0; i < 10; ++i) {
        const SyncReport report = sync();
        if (report.pushed + report.pulled + report.deleted + report.conflicts == 0 && openEntries().isEmpty())
            return;
    }
}

QString PullReplica::sql(const QString &text)
{
    return run(m_ownConnection, text);
}

QVariantMap PullReplica::row(const QString &table, const QString &id) const
{
    const Result<std::optional<QVariantMap>> row = m_engine->row(table, id);
    if (!row)
        qFatal("%s", qPrintable(row.failure().detail));
    return row->value_or(QVariantMap());
}

QList<ConflictRecord> PullReplica::conflicts() const
{
    const Result<QList<ConflictRecord>> found = m_engine->storage()->journal().conflicts({});
    if (!found)
        qFatal("%s", qPrintable(found.failure().detail));
    return *found;
}

QList<SyncEntry> PullReplica::openEntries() const
{
    EntryFilter filter;
    filter.states = {EntryState::Pending, EntryState::InFlight, EntryState::Dead};
    const Result<QList<SyncEntry>> found = m_engine->storage()->queue().entries(filter);
    if (!found)
        qFatal("%s", qPrintable(found.failure().detail));
    return *found;
}

void PullReplica::countChanges(const QString &table)
{
    sql(QStringLiteral("CREATE TABLE IF NOT EXISTS applied (what TEXT)"));
    for (const char *what : {"INSERT", "UPDATE", "DELETE"}) {
        sql(QStringLiteral("CREATE TRIGGER applied_%1_%2 AFTER %2 ON %1 BEGIN INSERT INTO applied VALUES ('%2'); END")
                .arg(table, QLatin1String(what)));
    }
}

} // namespace Tideline
