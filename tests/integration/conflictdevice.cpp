// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "conflictdevice.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QFutureWatcher>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

namespace Tideline {

namespace {

const QStringList parents{QStringLiteral("hard"), QStringLiteral("soft")};

QString text(const QVariantMap &row, const char *column)
{
    return row.value(QLatin1String(column)).toString();
}

} // namespace

QList<TableConfig> ConflictDevice::tables()
{
    TableConfig soft(QStringLiteral("soft"));
    soft.deletedAt = QStringLiteral("deleted_at");
    return {TableConfig(QStringLiteral("hard")), soft, TableConfig(QStringLiteral("hard_children")),
            TableConfig(QStringLiteral("soft_children"))};
}

ConflictDevice::ConflictDevice(const QUrl &url, SupabaseOptions::Mode mode, const SyncConfig &config)
{
    for (const QString &table : parents) {
        const bool isMade =
            execute(QStringLiteral("CREATE TABLE %1 (id TEXT PRIMARY KEY, title TEXT, body TEXT, updated_at TEXT, "
                                   "deleted_at TEXT, local_note TEXT)")
                        .arg(table))
            && execute(
                QStringLiteral("CREATE TABLE %1_children (id TEXT PRIMARY KEY, parent_id TEXT REFERENCES %1 (id) "
                               "ON DELETE CASCADE, updated_at TEXT)")
                    .arg(table))
            // For connections that leave foreign keys off, which is SQLite's default.
            && execute(
                QStringLiteral("CREATE TRIGGER cascade_%1 AFTER DELETE ON %1 BEGIN DELETE FROM %1_children WHERE "
                               "parent_id = old.id; END")
                    .arg(table));
        if (!isMade)
            qFatal("no local tables");
    }
    SqliteOptions file;
    file.path = m_directory.filePath(QStringLiteral("app.db"));
    file.synchronous = SqliteOptions::Synchronous::Normal;
    SupabaseOptions server;
    server.url = url;
    server.mode = mode;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = SupabaseRemoteStore::factory(server);
    setup.config = config;
    setup.tables = tables();
    setup.clock = m_clock.clock();
    m_engine = std::make_unique<SyncEngine>(setup);
    QObject::connect(m_engine.get(), &SyncEngine::conflictOccurred, m_engine.get(), [this] { ++m_conflictEvents; });
    QObject::connect(m_engine.get(), &SyncEngine::errorOccurred, m_engine.get(),
                     [this](const SyncError &error) { m_errors.append(error); });
    if (!m_engine->open())
        qFatal("the engine does not open");
}

bool ConflictDevice::execute(const QString &sql)
{
    const QString name = QStringLiteral("application");
    bool isDone = false;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(m_directory.filePath(QStringLiteral("app.db")));
        QSqlQuery query(database);
        isDone = database.open() && query.exec(sql);
    }
    QSqlDatabase::removeDatabase(name);
    return isDone;
}

SyncReport ConflictDevice::wait(const QFuture<SyncReport> &future)
{
    // Told through the event queue, and so after every event that the round reported before.
    QFutureWatcher<SyncReport> watcher;
    const QSignalSpy finished(&watcher, &QFutureWatcherBase::finished);
    watcher.setFuture(future);
    if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 60000))
        qFatal("the round did not end");
    return future.result();
}

QMap<QString, QString> ConflictDevice::rows() const
{
    QMap<QString, QString> all;
    for (const TableConfig &table : tables()) {
        const Result<QList<QVariantMap>> rows = m_engine->rows(table.name);
        if (!rows)
            qFatal("the local rows cannot be read");
        for (const QVariantMap &row : *rows) {
            all.insert(table.name + QLatin1Char(' ') + text(row, "id"),
                       parents.contains(table.name) ? QStringLiteral("%1/%2 %3 %4")
                                                          .arg(text(row, "title"), text(row, "body"),
                                                               text(row, "updated_at"), text(row, "deleted_at"))
                                                    : text(row, "parent_id"));
        }
    }
    return all;
}

QString ConflictDevice::outcome(const QString &table, const QString &id) const
{
    const Result<std::optional<QVariantMap>> row = m_engine->row(table, id);
    if (!row)
        return row.failure().detail;
    if (!*row || !(*row)->value(QStringLiteral("deleted_at")).isNull())
        return QStringLiteral("-");
    return text(**row, "title") + QLatin1Char('/') + text(**row, "body");
}

QString ConflictDevice::localNote(const QString &table, const QString &id) const
{
    const Result<std::optional<QVariantMap>> row = m_engine->row(table, id);
    return row && *row ? text(**row, "local_note") : QStringLiteral("(none)");
}

QList<ConflictRecord> ConflictDevice::conflicts() const
{
    const Result<QList<ConflictRecord>> found = m_engine->storage()->journal().conflicts({});
    if (!found)
        qFatal("the conflicts cannot be read");
    return *found;
}

} // namespace Tideline
