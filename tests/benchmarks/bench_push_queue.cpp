// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "benchreport.h"

#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/storage.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtCore/QUuid>
#include <QtTest/QTest>

#include <sqlite3.h>

#include <vector>

using namespace Tideline;

// What the queue's operations cost where very many entries are there, as a ratio to the cost with ten. Fifty entries
// may go in each queue; what the others do is the row's name. The queues take turns, and each turn is taken back.
class bench_PushQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void operations_data();
    void operations();
    void cleanupTestCase();
};

namespace {

constexpr int rounds = 15;
constexpr int batch = 50;
constexpr double bar = 2.0;

const QList<int> sizes{10, 10'000, 1'000'000};
const QDateTime now = QDateTime::fromMSecsSinceEpoch(1'700'000'000'000, Qt::UTC);
const QString table = QStringLiteral("tasks");
const QStringList excluded{QStringLiteral("excluded")};

enum Operation { Enqueue, Due, MarkSent, Finish, OpenEntries, Counts, NextRetryAt, OperationCount };
constexpr const char *names[OperationCount] = {"enqueue",     "due(50)", "markSent",   "finish",
                                               "openEntries", "counts",  "nextRetryAt"};

QString newId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

void fail(const char *what)
{
    qFatal("%s failed", what);
}

// Entries straight into the table; values: those of the columns of tideline_entry that are named there.
void fill(const QString &path, int first, int count, const QByteArray &values)
{
    const QByteArray sql =
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;"
        "WITH RECURSIVE n(i) AS (SELECT "
        + QByteArray::number(first) + " UNION ALL SELECT i + 1 FROM n WHERE i < "
        + QByteArray::number(first + count - 1)
        + ") INSERT INTO tideline_entry (id, operation, payload, created_at, record_id, table_name, state,"
          " next_retry_at, held_by, finished_at)"
          // As the engine's: ordered by time.
          " SELECT printf('%016x', i) || lower(hex(randomblob(10))), 'upsert', '{\"title\":\"Water the plants\"}', "
          "1700000000000,"
          " lower(hex(randomblob(16))), "
        + values + " FROM n;";
    sqlite3 *database = nullptr;
    if (sqlite3_open(QFile::encodeName(path).constData(), &database) != SQLITE_OK
        || sqlite3_exec(database, sql.constData(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(sqlite3_errmsg(database));
    if (sqlite3_close(database) != SQLITE_OK)
        fail("closing the database");
}

// A queue of one size, and what its operations took, round by round.
class Queue
{
public:
    Queue(const QString &path, int size, const QByteArray &others)
    {
        SqliteOptions options;
        options.path = path;
        if (!SqliteStorage::open(options))
            fail("making the database");
        fill(path, 1, size, others);
        fill(path, size + 1, batch, "'tasks', 'pending', NULL, NULL, NULL");
        auto opened = SqliteStorage::open(options);
        if (!opened)
            fail("opening the database");
        m_storage = std::move(*opened);
    }

    // Nothing of it stays: the transaction is not committed.
    void takeTurn(bool counts)
    {
        const auto transaction = m_storage->begin();
        if (!transaction)
            fail("begin");
        QueueStore &queue = m_storage->queue();
        QList<SyncEntry> due;
        measure(counts, Due, 1, [&] {
            auto found = queue.due(now, batch, false, excluded);
            if (!found || found->size() != batch)
                fail("due");
            due = std::move(*found);
        });
        QList<SyncEntry> added;
        for (int i = 0; i < batch; ++i) {
            SyncEntry entry;
            entry.id = QLatin1Char('f') + QString::number(++m_added, 16).rightJustified(15, QLatin1Char('0'))
                       + newId().left(20);
            entry.table = table;
            entry.recordId = newId();
            entry.payload = {{QStringLiteral("title"), QStringLiteral("Water the plants")}};
            entry.createdAt = now;
            added.append(entry);
        }
        int next = 0;
        measure(counts, Enqueue, batch, [&] { check(queue.enqueue(**transaction, added.at(next++)).ok(), "enqueue"); });
        next = 0;
        measure(counts, OpenEntries, batch, [&] {
            const SyncEntry &entry = due.at(next++);
            check(queue.openEntries(entry.table, entry.recordId).ok(), "openEntries");
        });
        next = 0;
        measure(counts, MarkSent, batch,
                [&] { check(queue.markSent(**transaction, due.at(next++).id, now, {}).ok(), "markSent"); });
        next = 0;
        measure(counts, Finish, batch,
                [&] { check(queue.finish(**transaction, due.at(next++).id, EntryState::Done, now).ok(), "finish"); });
        measure(counts, Counts, batch, [&] { check(queue.counts().ok(), "counts"); });
        measure(counts, NextRetryAt, batch, [&] { check(queue.nextRetryAt().ok(), "nextRetryAt"); });
    }

    double cost(int operation) const { return BenchReport::median(m_times[operation]); }

private:
    static void check(bool isOk, const char *what)
    {
        if (!isOk)
            fail(what);
    }

    template <typename Call>
    void measure(bool counts, Operation operation, int calls, const Call &call)
    {
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < calls; ++i)
            call();
        if (counts)
            m_times[operation].append(static_cast<double>(timer.nsecsElapsed()) / calls);
    }

    std::unique_ptr<Storage> m_storage;
    QList<double> m_times[OperationCount];
    qint64 m_added = 0;
};

} // namespace

void bench_PushQueue::operations_data()
{
    QTest::addColumn<QByteArray>("others");
    QTest::newRow("all may go") << QByteArray("'tasks', 'pending', NULL, NULL, NULL");
    QTest::newRow("the others wait for a time") << QByteArray("'tasks', 'pending', 1700000001000 + i, NULL, NULL");
    QTest::newRow("their time has come") << QByteArray("'tasks', 'pending', 1699999000000 - i, NULL, NULL");
    QTest::newRow("they are held") << QByteArray("'tasks', 'pending', NULL, 'conflict', NULL");
    QTest::newRow("their table is left out") << QByteArray("'excluded', 'pending', NULL, NULL, NULL");
    QTest::newRow("they are done") << QByteArray("'tasks', 'done', NULL, NULL, 1700000000000 - i");
}

void bench_PushQueue::operations()
{
    QFETCH(QByteArray, others);
    const QTemporaryDir directory;
    QVERIFY(directory.isValid());
    std::vector<Queue> queues;
    for (const int size : sizes)
        queues.emplace_back(directory.filePath(QString::number(size)), size, others);
    for (int round = 0; round <= rounds; ++round) {
        for (Queue &queue : queues)
            queue.takeTurn(round > 0); // the first one only warms up
    }
    for (std::size_t i = 1; i < queues.size(); ++i) {
        for (int operation = 0; operation < OperationCount; ++operation) {
            BenchReport::printAtMost(QStringLiteral("%1 of %2 to 10 entries, %3:")
                                         .arg(QLatin1String(names[operation]))
                                         .arg(sizes.at(static_cast<qsizetype>(i)))
                                         .arg(QLatin1String(QTest::currentDataTag())),
                                     queues[i].cost(operation) / queues.front().cost(operation), bar);
        }
    }
}

void bench_PushQueue::cleanupTestCase()
{
    qInfo("peak memory: %s", BenchReport::peakMemory().constData());
}

QTEST_GUILESS_MAIN(bench_PushQueue)
#include "bench_push_queue.moc"
