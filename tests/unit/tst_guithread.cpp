// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "enginefixture.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QTemporaryDir>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <atomic>

using namespace Tideline;

namespace {

constexpr int rowCount = 20000;
constexpr int largePage = 5000;
constexpr int mostRowsATransaction = 1000;

// How often the storages of either thread have begun a transaction.
class Transactions
{
public:
    std::atomic<int> onApplication = 0;
    std::atomic<int> onWorker = 0;
};

class CountedStorage final : public Storage
{
public:
    CountedStorage(std::unique_ptr<Storage> storage, std::atomic<int> &count)
        : m_storage(std::move(storage))
        , m_count(count)
    {
    }

    Result<std::unique_ptr<StoreTransaction>> begin() override
    {
        if (QThread::currentThread() != m_thread)
            qFatal("a storage was used on another thread than its own");
        Result<std::unique_ptr<StoreTransaction>> transaction = m_storage->begin();
        ++m_count;
        return transaction;
    }
    LocalStore &local() override { return m_storage->local(); }
    QueueStore &queue() override { return m_storage->queue(); }
    TimestampStore &timestamps() override { return m_storage->timestamps(); }
    JournalStore &journal() override { return m_storage->journal(); }
    SessionStore &session() override { return m_storage->session(); }
    void setDurability(Durability durability) override { m_storage->setDurability(durability); }
    Result<qint64> dataVersion() override { return m_storage->dataVersion(); }
    Result<void> eraseFreedBytes() override { return m_storage->eraseFreedBytes(); }

private:
    std::unique_ptr<Storage> m_storage;
    std::atomic<int> &m_count;
    QThread *m_thread = QThread::currentThread();
};

} // namespace

// What the application's thread notices of a large pull: not how long things take, which a busy machine decides, but
// what happens in between.
class tst_GuiThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_fixture.reset(); }

    void theLoopGoesOnWhileAPullApplies();
    void writesDoNotQueueBehindAPull();

private:
    StorageFactory countedFactory();
    // Not by QTest::qWaitFor(), which sleeps between its looks: the loop would stand still for longer than for a pull.
    SyncReport pull() { return await(m_fixture->engine->pullAll(SyncEngine::Urgency::Now)); }

    std::unique_ptr<QTemporaryDir> m_directory;
    Transactions m_transactions;
    std::unique_ptr<EngineFixture> m_fixture;
};

StorageFactory tst_GuiThread::countedFactory()
{
    SqliteOptions options;
    options.path = m_directory->filePath(QStringLiteral("app.db"));
    const StorageFactory open = SqliteStorage::factory(options);
    return [this, open, application = QThread::currentThread()]() -> Result<std::unique_ptr<Storage>> {
        Result<std::unique_ptr<Storage>> storage = open();
        if (!storage)
            return storage;
        const bool isApplication = QThread::currentThread() == application;
        return std::unique_ptr<Storage>(new CountedStorage(
            *std::move(storage), isApplication ? m_transactions.onApplication : m_transactions.onWorker));
    };
}

void tst_GuiThread::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_fixture = std::make_unique<EngineFixture>(countedFactory());
    // Larger than what one transaction takes.
    m_fixture->setup.config.pageSize = largePage;
    m_fixture->open();
    QVERIFY(m_fixture->engine->storage()->local().createTable(EngineFixture::notesSchema()));
    for (int i = 0; i < rowCount; ++i) {
        m_fixture->server->put(m_fixture->table,
                               EngineFixture::titled(QString::number(i), QStringLiteral("note %1").arg(i)));
    }
    m_transactions.onApplication = 0;
    m_transactions.onWorker = 0;
}

void tst_GuiThread::theLoopGoesOnWhileAPullApplies()
{
    int ticks = 0;
    QTimer heart;
    heart.callOnTimeout([&] { ++ticks; });
    heart.start(0);
    const SyncReport report = pull();
    QCOMPARE(report.pulled, rowCount);
    QVERIFY(report.errors.isEmpty());
    // If pages were applied on this thread it would be a handful: one a page.
    QVERIFY2(ticks > 10 * rowCount / largePage, qPrintable(QString::number(ticks)));
    QCOMPARE(m_transactions.onApplication.load(), 0);
    QVERIFY(m_transactions.onWorker.load() >= rowCount / mostRowsATransaction);
}

void tst_GuiThread::writesDoNotQueueBehindAPull()
{
    int writes = 0;
    int letPass = 0; // transactions of the worker that were let in while a write waited
    QTimer writer;
    writer.callOnTimeout([&] {
        const int before = m_transactions.onWorker;
        const WriteResult written = m_fixture->engine->write(
            m_fixture->table.name, QStringLiteral("own %1").arg(writes), EngineFixture::titled(QStringLiteral("mine")));
        letPass += m_transactions.onWorker - before;
        ++writes;
        if (!written.ok())
            qFatal("%s", qPrintable(written.failure.detail));
    });
    writer.start(1);
    const SyncReport report = pull();
    writer.stop();
    QCOMPARE(report.pulled, rowCount);
    QVERIFY(report.errors.isEmpty());
    QVERIFY2(writes > 10, qPrintable(QString::number(writes)));
    // Those that are there go first. The scheduler may let the worker run between the count and the queue, now and
    // then.
    QVERIFY2(letPass <= 2 * writes, qPrintable(QStringLiteral("%1 writes let %2 pass").arg(writes).arg(letPass)));

    QCOMPARE(*m_fixture->engine->unsyncedCount(), writes);
    QCOMPARE(*m_fixture->engine->storage()->local().rowCount(m_fixture->table.name), rowCount + writes);
}

QTEST_GUILESS_MAIN(tst_GuiThread)
#include "tst_guithread.moc"
