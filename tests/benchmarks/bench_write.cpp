// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/memoryremotestore.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>
#include <QtTest/QTest>

using namespace Tideline;

// What a durable write costs the application's thread, as a ratio: the engine (row, queue entry and base in one
// transaction) against two prepared INSERTs in one transaction of the same file, with the same pragmas.
class bench_Write : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void write_data();
    void write();
};

namespace {

constexpr int writes = 500;
const QString title = QStringLiteral("Water the plants");

qint64 rawWrites(const QString &path, const QString &synchronous)
{
    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), path);
    database.setDatabaseName(path);
    if (!database.open())
        return -1;
    QSqlQuery query(database);
    if (!query.exec(QStringLiteral("PRAGMA journal_mode=WAL"))
        || !query.exec(QStringLiteral("PRAGMA synchronous=") + synchronous)
        || !query.exec(QStringLiteral("CREATE TABLE tasks (id TEXT PRIMARY KEY, title TEXT, updated_at TEXT)"))
        || !query.exec(
            QStringLiteral("CREATE TABLE entry (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, payload TEXT)")))
        return -1;
    QSqlQuery row(database);
    QSqlQuery entry(database);
    if (!row.prepare(QStringLiteral("INSERT INTO tasks (id, title) VALUES (?, ?)"))
        || !entry.prepare(QStringLiteral("INSERT INTO entry (id, payload) VALUES (?, ?)")))
        return -1;
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < writes; ++i) {
        const QString id = QString::number(i);
        row.bindValue(0, id);
        row.bindValue(1, title);
        entry.bindValue(0, id);
        entry.bindValue(1, title);
        if (!query.exec(QStringLiteral("BEGIN IMMEDIATE")) || !row.exec() || !entry.exec()
            || !query.exec(QStringLiteral("COMMIT")))
            return -1;
    }
    return timer.nsecsElapsed();
}

qint64 engineWrites(SyncEngine &engine)
{
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < writes; ++i) {
        if (!engine.write(QStringLiteral("tasks"), QString::number(i), {{QStringLiteral("title"), title}}))
            return -1;
    }
    return timer.nsecsElapsed();
}

} // namespace

void bench_Write::write_data()
{
    QTest::addColumn<SqliteOptions::Synchronous>("synchronous");
    QTest::addColumn<QString>("pragma");
    QTest::newRow("synchronous full") << SqliteOptions::Synchronous::Full << QStringLiteral("FULL");
    QTest::newRow("synchronous normal") << SqliteOptions::Synchronous::Normal << QStringLiteral("NORMAL");
}

void bench_Write::write()
{
    QFETCH(SqliteOptions::Synchronous, synchronous);
    QFETCH(QString, pragma);
    const QTemporaryDir directory;
    QVERIFY(directory.isValid());
    SqliteOptions database;
    database.path = directory.filePath(QStringLiteral("engine.db"));
    database.synchronous = synchronous;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(database);
    setup.remote = [server = std::make_shared<MemoryServer>()] { return std::make_unique<MemoryRemoteStore>(server); };
    setup.tables = {TableConfig(QStringLiteral("tasks"))};
    SyncEngine engine(setup);
    QVERIFY(engine.open());
    const TableSchema tasks{QStringLiteral("tasks"),
                            {{QStringLiteral("id"), ColumnInfo::Type::Text, true, true},
                             {QStringLiteral("title")},
                             {QStringLiteral("updated_at")}}};
    QVERIFY(engine.storage()->local().createTable(tasks));

    const QString raw = directory.filePath(QStringLiteral("raw.db"));
    const qint64 limit = rawWrites(raw, pragma);
    QSqlDatabase::removeDatabase(raw);
    const qint64 ours = engineWrites(engine);
    QVERIFY(limit > 0 && ours > 0);
    const Result<qint64> unsynced = engine.unsyncedCount();
    QVERIFY(unsynced && *unsynced == writes);
    qInfo("write, %s: %.2f of raw SQLite", qPrintable(pragma), static_cast<double>(limit) / static_cast<double>(ours));
}

QTEST_GUILESS_MAIN(bench_Write)
#include "bench_write.moc"
