// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "benchreport.h"
#include "rawdatabase.h"

#include <tideline/core/json.h>
#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/memoryremotestore.h>

#include <QtCore/QDateTime>
#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtCore/QUuid>
#include <QtTest/QTest>

using namespace Tideline;

// What a durable write costs the application's thread: the engine's calls against SQLite's own on a database with the
// same tables, indexes, triggers and pragmas, with the same rows and entries. Both take turns, round by round, so that
// what else the machine does hits both.
class bench_PushWrite : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void singleWrites_data();
    void singleWrites();
    void batchedWrites_data();
    void batchedWrites();
    void cleanupTestCase();
};

namespace {

constexpr int rounds = 9;
constexpr int singleWritesARound = 500;
constexpr int batchSize = 1000;
constexpr int batchesARound = 3;

const QString table = QStringLiteral("tasks");
const QList<QByteArray> columns{"due_on", "notes", "project_id", "state", "title"};

class Workload
{
public:
    RecordChange ours;
    RawDatabase::Write raw;
};

QString newId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

// Ordered by time, as the engine's ids of entries are.
QString newEntryId()
{
    const QString time = QString::number(QDateTime::currentMSecsSinceEpoch(), 16).rightJustified(12, QLatin1Char('0'));
    return newId().replace(0, 8, time.left(8)).replace(9, 4, time.mid(8));
}

Workload newWorkload()
{
    static const QVariantMap values{
        {QStringLiteral("due_on"), QStringLiteral("2026-03-01")},
        {QStringLiteral("notes"), QStringLiteral("The ones on the balcony need more than those indoors.")},
        {QStringLiteral("project_id"), QStringLiteral("5f0c1f0e-3d0b-4d4c-9f4e-0b8c6d2f7a11")},
        {QStringLiteral("state"), QStringLiteral("open")},
        {QStringLiteral("title"), QStringLiteral("Water the plants")}};
    Workload workload;
    workload.ours = {SyncOperation::Upsert, table, newId(), values};
    workload.raw.recordId = workload.ours.recordId.toUtf8();
    workload.raw.entryId = newEntryId().toUtf8();
    workload.raw.payload = Json::toText(values);
    for (const QVariant &value : values)
        workload.raw.values.append(value.toString().toUtf8());
    return workload;
}

class Contest
{
public:
    Contest(SqliteOptions::Synchronous synchronous)
    {
        SqliteOptions options;
        options.path = m_directory.filePath(QStringLiteral("engine.db"));
        options.synchronous = synchronous;
        SyncSetup setup;
        setup.storage = SqliteStorage::factory(options);
        setup.remote = [server = std::make_shared<MemoryServer>()] {
            return std::make_unique<MemoryRemoteStore>(server);
        };
        setup.tables = {TableConfig(table)};
        engine = std::make_unique<SyncEngine>(setup);
        if (!engine->open() || !engine->storage()->local().createTable(schema()))
            qFatal("cannot open the engine");

        options.path = m_directory.filePath(QStringLiteral("raw.db"));
        {
            const auto storage = SqliteStorage::open(options);
            if (!storage || !(*storage)->local().createTable(schema()))
                qFatal("cannot make the database to compare with");
        }
        raw = std::make_unique<RawDatabase>(
            options.path, synchronous == SqliteOptions::Synchronous::Full ? "FULL" : "NORMAL", columns);
    }

    // How many of our writes are done in the time of one raw one; first a round that only warms up.
    double ratio(int transactions, int size)
    {
        QList<double> ours;
        QList<double> theirs;
        for (int round = 0; round <= rounds; ++round) {
            QList<QList<RecordChange>> ourWork;
            QList<QList<RawDatabase::Write>> rawWork;
            for (int i = 0; i < transactions; ++i) {
                ourWork.append(QList<RecordChange>());
                rawWork.append(QList<RawDatabase::Write>());
                for (int j = 0; j < size; ++j) {
                    const Workload workload = newWorkload();
                    ourWork.last().append(workload.ours);
                    rawWork.last().append(workload.raw);
                }
            }
            const double rawTime = timeOf([&] {
                return std::all_of(rawWork.cbegin(), rawWork.cend(),
                                   [&](const QList<RawDatabase::Write> &writes) { return raw->write(writes); });
            });
            const double ourTime = timeOf([&] {
                return std::all_of(ourWork.cbegin(), ourWork.cend(),
                                   [&](const QList<RecordChange> &changes) { return write(changes); });
            });
            if (round > 0) {
                theirs.append(rawTime);
                ours.append(ourTime);
            }
        }
        return BenchReport::median(theirs) / BenchReport::median(ours);
    }

    std::unique_ptr<SyncEngine> engine;
    std::unique_ptr<RawDatabase> raw;

private:
    static TableSchema schema()
    {
        TableSchema schema{table, {{QStringLiteral("id"), ColumnInfo::Type::Text, true, true}}};
        for (const QByteArray &column : columns)
            schema.columns.append({QString::fromUtf8(column)});
        schema.columns.append({QStringLiteral("updated_at")});
        return schema;
    }

    bool write(const QList<RecordChange> &changes)
    {
        if (changes.size() > 1)
            return engine->writeAll(changes).ok();
        const RecordChange &change = changes.constFirst();
        return engine->write(change.table, change.recordId, change.data).ok();
    }

    static double timeOf(const std::function<bool()> &work)
    {
        QElapsedTimer timer;
        timer.start();
        if (!work())
            qFatal("a write failed");
        return static_cast<double>(timer.nsecsElapsed());
    }

    QTemporaryDir m_directory;
};

void addModes()
{
    QTest::addColumn<SqliteOptions::Synchronous>("synchronous");
    QTest::newRow("synchronous FULL") << SqliteOptions::Synchronous::Full;
    QTest::newRow("synchronous NORMAL") << SqliteOptions::Synchronous::Normal;
}

} // namespace

void bench_PushWrite::singleWrites_data()
{
    addModes();
}

void bench_PushWrite::singleWrites()
{
    QFETCH(SqliteOptions::Synchronous, synchronous);
    Contest contest(synchronous);
    const double ratio = contest.ratio(singleWritesARound, 1);
    const Result<qint64> unsynced = contest.engine->unsyncedCount();
    QVERIFY(unsynced && *unsynced == singleWritesARound * (rounds + 1));
    BenchReport::printAtLeast(
        QStringLiteral("single writes to raw SQLite, %1:").arg(QLatin1String(QTest::currentDataTag())), ratio, 0.8);
}

void bench_PushWrite::batchedWrites_data()
{
    addModes();
}

void bench_PushWrite::batchedWrites()
{
    QFETCH(SqliteOptions::Synchronous, synchronous);
    Contest contest(synchronous);
    BenchReport::printAtLeast(
        QStringLiteral("writes in batches of %1, %2:").arg(batchSize).arg(QLatin1String(QTest::currentDataTag())),
        contest.ratio(batchesARound, batchSize), 0.7);
}

void bench_PushWrite::cleanupTestCase()
{
    qInfo("peak memory: %s", BenchReport::peakMemory().constData());
}

QTEST_GUILESS_MAIN(bench_PushWrite)
#include "bench_push_write.moc"
