// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/memoryremotestore.h>

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace Tideline;

// What a durable write costs the application's thread: row, queue entry and base in one transaction on the disk.
class bench_Write : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void write_data();
    void write();

private:
    QTemporaryDir m_directory;
};

void bench_Write::initTestCase()
{
    QVERIFY(m_directory.isValid());
}

void bench_Write::write_data()
{
    QTest::addColumn<SqliteOptions::Synchronous>("synchronous");
    QTest::newRow("synchronous full") << SqliteOptions::Synchronous::Full;
    QTest::newRow("synchronous normal") << SqliteOptions::Synchronous::Normal;
}

void bench_Write::write()
{
    QFETCH(SqliteOptions::Synchronous, synchronous);
    SqliteOptions database;
    database.path = m_directory.filePath(QString::fromUtf8(QTest::currentDataTag()));
    database.synchronous = synchronous;

    SyncSetup setup;
    setup.storage = SqliteStorage::factory(database);
    setup.remote = [server = std::make_shared<MemoryServer>()] { return std::make_unique<MemoryRemoteStore>(server); };
    setup.tables = {TableConfig(QStringLiteral("tasks"))};
    {
        Result<std::unique_ptr<Storage>> storage = setup.storage();
        QVERIFY2(storage, qPrintable(storage.failure().detail));
        const TableSchema tasks{QStringLiteral("tasks"),
                                {{QStringLiteral("id"), ColumnInfo::Type::Text, true, true},
                                 {QStringLiteral("title")},
                                 {QStringLiteral("updated_at")}}};
        QVERIFY((*storage)->local().createTable(tasks));
    }
    SyncEngine engine(setup);
    QVERIFY(engine.open());

    int id = 0;
    QBENCHMARK
    {
        const QVariantMap task{{QStringLiteral("title"), QStringLiteral("Water the plants")}};
        const WriteResult written = engine.write(QStringLiteral("tasks"), QString::number(++id), task);
        QVERIFY2(written, qPrintable(written.failure.detail));
    }
    const Result<qint64> unsynced = engine.unsyncedCount();
    QVERIFY(unsynced);
    QCOMPARE(*unsynced, id);
}

QTEST_GUILESS_MAIN(bench_Write)
#include "bench_write.moc"
