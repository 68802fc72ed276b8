// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "benchreport.h"
#include "serverstack.h"

#include <tideline/core/json.h>
#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtCore/QUuid>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtTest/QTest>

#include <atomic>

using namespace Tideline;

namespace {

constexpr int rounds = 5;
constexpr int rowCount = 10000;
constexpr int arraySize = 1000; // what a request of the kit takes at the default batchSize

const QString table = QStringLiteral("tasks");

const QString schema = QStringLiteral(R"sql(
create table tasks (
    id uuid primary key, due_on date, notes text, project_id uuid, state text, title text,
    updated_at timestamptz not null default clock_timestamp());
)sql");

class Row
{
public:
    QString id;
    QVariantMap values;
};

QList<Row> makeRows(int count)
{
    QList<Row> rows;
    for (int i = 0; i < count; ++i) {
        rows.append(
            {QUuid::createUuid().toString(QUuid::WithoutBraces),
             {{QStringLiteral("due_on"), QStringLiteral("2026-03-01")},
              {QStringLiteral("notes"), QStringLiteral("The ones on the balcony need more than those indoors.")},
              {QStringLiteral("project_id"), QStringLiteral("5f0c1f0e-3d0b-4d4c-9f4e-0b8c6d2f7a11")},
              {QStringLiteral("state"), QStringLiteral("open")},
              {QStringLiteral("title"), QStringLiteral("Water the plants %1").arg(i)}}});
    }
    return rows;
}

// Counts the bodies both ways.
class CountingNetwork : public QNetworkAccessManager
{
public:
    explicit CountingNetwork(std::shared_ptr<std::atomic<qint64>> bytes)
        : m_bytes(std::move(bytes))
    {
    }

protected:
    QNetworkReply *createRequest(Operation operation, const QNetworkRequest &request, QIODevice *data) override
    {
        if (data)
            *m_bytes += data->size();
        QNetworkReply *reply = QNetworkAccessManager::createRequest(operation, request, data);
        connect(reply, &QNetworkReply::finished, reply, [bytes = m_bytes, reply] {
            *bytes += reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
        });
        connect(reply, &QNetworkReply::downloadProgress, reply,
                [bytes = m_bytes, reply, last = qint64(0)](qint64 received) mutable {
                    if (!reply->header(QNetworkRequest::ContentLengthHeader).isValid())
                        *bytes += received - last;
                    last = received;
                });
        return reply;
    }

private:
    std::shared_ptr<std::atomic<qint64>> m_bytes;
};

class Measurement
{
public:
    double nanoseconds = 0;
    int requests = 0;
    qint64 bytes = 0;
};

} // namespace

// What a drain of new rows costs: the engine with a database on disk against one curl that posts the same rows, as
// arrays of the same size that were made before, to the same table over one connection. They take turns.
class bench_PushDrain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void drain_data();
    void drain();
    void pushWithoutDatabase();
    void cleanupTestCase();

private:
    SupabaseOptions remoteOptions(SupabaseOptions::Mode mode) const;
    void emptyTable();
    void checkTable();
    Measurement curlPosts(const QList<Row> &rows);
    Measurement engineDrains(const QList<Row> &rows, SupabaseOptions::Mode mode);
    Measurement storePushes(const QList<Row> &rows);
    double ratioToCurl(const std::function<Measurement(const QList<Row> &)> &work, Measurement *last);

    ServerStack m_stack;
};

void bench_PushDrain::emptyTable()
{
    const ServerStack::SqlResult emptied =
        m_stack.runSql(QStringLiteral("truncate tasks, tideline.applied; vacuum analyze tasks"));
    if (!emptied.ok)
        qFatal("%s", qPrintable(emptied.output));
}

void bench_PushDrain::checkTable()
{
    const ServerStack::SqlResult counted = m_stack.runSql(QStringLiteral("select count(*) from tasks"));
    if (counted.output != QString::number(rowCount))
        qFatal("%s rows arrived", qPrintable(counted.output));
}

SupabaseOptions bench_PushDrain::remoteOptions(SupabaseOptions::Mode mode) const
{
    SupabaseOptions options;
    options.url = m_stack.url();
    options.mode = mode;
    return options;
}

Measurement bench_PushDrain::curlPosts(const QList<Row> &rows)
{
    const QTemporaryDir directory;
    QStringList arguments;
    for (qsizetype first = 0; first < rows.size(); first += arraySize) {
        QVariantList array;
        for (const Row &row : rows.mid(first, arraySize)) {
            QVariantMap values = row.values;
            values.insert(QStringLiteral("id"), row.id);
            array.append(values);
        }
        QFile file(directory.filePath(QString::number(first)));
        if (!file.open(QIODevice::WriteOnly) || file.write(Json::toText(array)) < 0)
            qFatal("cannot write the arrays");
        if (first > 0)
            arguments << QStringLiteral("--next");
        arguments << QStringLiteral("--silent") << QStringLiteral("--fail") << QStringLiteral("--output")
                  << QStringLiteral("/dev/null") << QStringLiteral("--header")
                  << QStringLiteral("Content-Type: application/json") << QStringLiteral("--data-binary")
                  << QStringLiteral("@") + file.fileName() << m_stack.url().toString() + QLatin1Char('/') + table;
    }
    emptyTable();
    QElapsedTimer timer;
    timer.start();
    QProcess curl;
    curl.start(QStringLiteral("curl"), arguments);
    if (!curl.waitForFinished(120000) || curl.exitCode() != 0)
        qFatal("curl failed: %s", curl.readAllStandardError().constData());
    Measurement measured;
    measured.nanoseconds = static_cast<double>(timer.nsecsElapsed());
    checkTable();
    return measured;
}

Measurement bench_PushDrain::engineDrains(const QList<Row> &rows, SupabaseOptions::Mode mode)
{
    const QTemporaryDir directory;
    SqliteOptions file;
    file.path = directory.filePath(QStringLiteral("app.db"));
    const auto bytes = std::make_shared<std::atomic<qint64>>(0);
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = [remote = remoteOptions(mode), bytes] {
        return std::make_unique<SupabaseRemoteStore>(remote, std::make_unique<CountingNetwork>(bytes));
    };
    setup.tables = {TableConfig(table)};
    if (mode == SupabaseOptions::Mode::Plain)
        setup.config.batchSize = arraySize;
    SyncEngine engine(setup);
    if (!engine.open() || !await(engine.createTables()))
        qFatal("cannot open the engine");
    QList<RecordChange> changes;
    for (const Row &row : rows)
        changes.append({SyncOperation::Upsert, table, row.id, row.values});
    if (!engine.writeAll(changes))
        qFatal("cannot write");
    emptyTable();
    *bytes = 0;
    QElapsedTimer timer;
    timer.start();
    const SyncReport report = await(engine.drain(SyncEngine::Urgency::Now));
    Measurement measured;
    measured.nanoseconds = static_cast<double>(timer.nsecsElapsed());
    measured.requests = report.requests;
    measured.bytes = *bytes;
    if (report.pushed != rows.size())
        qFatal("only %d entries were pushed", static_cast<int>(report.pushed));
    checkTable();
    return measured;
}

// What remains without SQLite and the engine's bookkeeping.
Measurement bench_PushDrain::storePushes(const QList<Row> &rows)
{
    QList<QList<PushItem>> batches;
    for (const Row &row : rows) {
        if (batches.isEmpty() || batches.constLast().size() == arraySize)
            batches.append(QList<PushItem>());
        PushItem item;
        item.table = TableConfig(table);
        item.entry.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
        item.entry.table = table;
        item.entry.recordId = row.id;
        item.entry.payload = row.values;
        batches.last().append(item);
    }
    SupabaseRemoteStore store(remoteOptions(SupabaseOptions::Mode::Kit));
    emptyTable();
    QElapsedTimer timer;
    timer.start();
    for (const QList<PushItem> &batch : batches)
        await(store.push(batch, true));
    Measurement measured;
    measured.nanoseconds = static_cast<double>(timer.nsecsElapsed());
    checkTable();
    return measured;
}

// How many times the work is done while curl does it once; first a round that only warms up.
double bench_PushDrain::ratioToCurl(const std::function<Measurement(const QList<Row> &)> &work, Measurement *last)
{
    QList<double> ours;
    QList<double> theirs;
    for (int round = 0; round <= rounds; ++round) {
        const double curlTime = curlPosts(makeRows(rowCount)).nanoseconds;
        *last = work(makeRows(rowCount));
        if (round > 0) {
            theirs.append(curlTime);
            ours.append(last->nanoseconds);
        }
    }
    return BenchReport::median(theirs) / BenchReport::median(ours);
}

void bench_PushDrain::initTestCase()
{
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    QVERIFY(kit.open(QIODevice::ReadOnly));
    ServerStack::Options options;
    options.schema =
        schema + QString::fromUtf8(kit.readAll()) + QStringLiteral("select tideline.track_table('tasks');");
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
}

void bench_PushDrain::drain_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("with the server kit") << SupabaseOptions::Mode::Auto;
    QTest::newRow("plain requests") << SupabaseOptions::Mode::Plain;
}

void bench_PushDrain::drain()
{
    QFETCH(SupabaseOptions::Mode, mode);
    const QString name = QLatin1String(QTest::currentDataTag());
    Measurement last;
    const double ratio = ratioToCurl([&](const QList<Row> &rows) { return engineDrains(rows, mode); }, &last);
    const double requests = 1000.0 * last.requests / rowCount;
    if (mode == SupabaseOptions::Mode::Auto) {
        BenchReport::printAtLeast(QStringLiteral("drain to curl, %1:").arg(name), ratio, 0.8);
        BenchReport::printAtMost(QStringLiteral("requests per 1,000 entries, %1:").arg(name), requests, 2);
    } else {
        qInfo("%-52s %5.2f", qPrintable(QStringLiteral("drain to curl, %1:").arg(name)), ratio);
        qInfo("%-52s %5.2f", qPrintable(QStringLiteral("requests per 1,000 entries, %1:").arg(name)), requests);
    }
    qInfo("%-52s %5.0f", qPrintable(QStringLiteral("bytes of bodies per entry, %1:").arg(name)),
          static_cast<double>(last.bytes) / rowCount);
}

void bench_PushDrain::pushWithoutDatabase()
{
    Measurement last;
    qInfo("%-52s %5.2f", "the same pushes to curl, without a local database:",
          ratioToCurl([this](const QList<Row> &rows) { return storePushes(rows); }, &last));
}

void bench_PushDrain::cleanupTestCase()
{
    qInfo("%-52s %s", "peak memory of the process:", BenchReport::peakMemory().constData());
}

QTEST_GUILESS_MAIN(bench_PushDrain)
#include "bench_push_drain.moc"
