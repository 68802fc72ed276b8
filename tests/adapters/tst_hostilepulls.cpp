// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "scriptedserver.h"

#include <tideline/core/decimal.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QSemaphore>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <functional>

using namespace Tideline;
using namespace std::chrono_literals;

#ifdef __SANITIZE_ADDRESS__
// It keeps what was freed, to see whether it is used: here not so much of it that nothing could be told of the memory.
extern "C" const char *__asan_default_options();
extern "C" const char *__asan_default_options()
{
    return "quarantine_size_mb=4:thread_local_quarantine_size_kb=64";
}
#endif

namespace {

constexpr qint64 mebibyte = 1024 * 1024;
const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

// The most memory that this process has had, since resetPeak() where the system allows that.
qint64 peakBytes()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmHWM:"))
            return line.mid(6).trimmed().split(' ').constFirst().toLongLong() * 1024;
    }
    return 0;
}

void resetPeak()
{
    QFile references(QStringLiteral("/proc/self/clear_refs"));
    if (references.open(QIODevice::WriteOnly))
        references.write("5");
}

QByteArray sized(const QByteArray &body, const QByteArray &headers = {})
{
    return head + headers + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

// A server that goes on while the test's own thread is busy; it sends for ever.
class ServerThread
{
public:
    explicit ServerThread(std::unique_ptr<ScriptedServer> scripted)
        : server(scripted.release())
        , url(server->url())
    {
        for (int i = 0; i < 8; ++i)
            server->answer(head + "\r\n[", ScriptedServer::Afterwards::SendForEver);
        server->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, server, &QObject::deleteLater);
        m_thread.start();
    }
    ~ServerThread()
    {
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(ServerThread)

    ScriptedServer *const server;
    const QUrl url;

private:
    QThread m_thread;
};

} // namespace

Q_DECLARE_METATYPE(std::function<Failure(SupabaseRemoteStore &)>)
Q_DECLARE_METATYPE(std::function<void(SupabaseRemoteStore &)>)

// Servers that send what no server should, to whoever pulls: nothing grows, nothing lasts, and the next request works.
class TestHostilePulls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void boundsEndlessBodies_data();
    void boundsEndlessBodies();
    void readsNoMoreThanIsTaken_data();
    void readsNoMoreThanIsTaken();
    void unpacksNothing_data();
    void unpacksNothing();
    void refusesWhatIsNoReply_data();
    void refusesWhatIsNoReply();
    void keepsOddRows();
    void keepsOddChanges();
    void endsWhatRepeats();
    void endsRepeatedIdentities();
    void distrustsTotals_data();
    void distrustsTotals();

private:
    using Call = std::function<Failure(SupabaseRemoteStore &)>;

    static void addCalls(const std::function<void(const char *name, const Call &call, const QByteArray &good)> &add);
    SupabaseOptions options() const;

    std::unique_ptr<ScriptedServer> m_server;
};

void TestHostilePulls::init()
{
    m_server = std::make_unique<ScriptedServer>();
}

SupabaseOptions TestHostilePulls::options() const
{
    SupabaseOptions options;
    options.url = m_server->url();
    options.requestTimeout = 10s;
    options.maxResponseBytes = 4 * mebibyte;
    return options;
}

void TestHostilePulls::addCalls(const std::function<void(const char *, const Call &, const QByteArray &)> &add)
{
    add(
        "pull",
        [](SupabaseRemoteStore &store) {
            PullRequest request;
            request.table = TableConfig(QStringLiteral("things"));
            return await(store.pull(request)).failure();
        },
        "[]");
    add(
        "identities",
        [](SupabaseRemoteStore &store) {
            return await(store.identities(TableConfig(QStringLiteral("things")), {})).failure();
        },
        "[]");
    add(
        "fetch",
        [](SupabaseRemoteStore &store) {
            return await(store.fetch(TableConfig(QStringLiteral("things")), {QStringLiteral("1"), QStringLiteral("2")}))
                .failure();
        },
        "[]");
    add(
        "changes",
        [](SupabaseRemoteStore &store) {
            const Result<ChangesPage> page =
                await(store.changes({TableCursor{TableConfig(QStringLiteral("things")), {}, false}}, 1000));
            if (!page)
                return page.failure();
            return page->tables.isEmpty() ? Failure() : page->tables.constFirst().failure;
        },
        R"({"version":1,"tables":[]})");
}

void TestHostilePulls::boundsEndlessBodies_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<QByteArray>("good");
    QTest::addColumn<QByteArray>("start");
    addCalls([](const char *name, const Call &call, const QByteArray &good) {
        QTest::addRow("%s", name) << call << good << head + "\r\n[";
        QTest::addRow("%s with a length", name) << call << good << head + "Content-Length: 1000000000000\r\n\r\n[";
        if (qstrcmp(name, "pull") == 0) // Qt's thread is slow to let go of a head that does not end
            QTest::addRow("%s in the head", name) << call << good << head + "X-Long: ";
    });
}

void TestHostilePulls::boundsEndlessBodies()
{
    QFETCH(Call, call);
    QFETCH(QByteArray, good);
    QFETCH(QByteArray, start);
    SupabaseOptions options = this->options();
    if (start.contains("X-Long"))
        options.requestTimeout = 500ms; // Qt reads a head for as long as it comes
    SupabaseRemoteStore store(options);
    for (int i = 0; i < 8; ++i)
        m_server->answer(start, ScriptedServer::Afterwards::SendForEver);
    QElapsedTimer timer;
    timer.start();
    resetPeak();
    const qint64 before = peakBytes();
    const Failure failure = call(store);
    QVERIFY2(failure.code == Failure::Code::Network || failure.code == Failure::Code::Timeout,
             qPrintable(Failure::codeName(failure.code)));
    QVERIFY2(timer.elapsed() < 15000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY2(peakBytes() - before < 48 * mebibyte, qPrintable(QString::number((peakBytes() - before) / mebibyte)));
    if (!start.contains("X-Long")) {
        QVERIFY2(failure.detail.contains(QLatin1String("things")), qPrintable(failure.detail));
        QVERIFY2(failure.detail.contains(QLatin1String("maxResponseBytes")), qPrintable(failure.detail));
    }
    m_server->forget();
    m_server->answerJson(200, good);
    QVERIFY2(!call(store).isFailure(), "a later request");
}

void TestHostilePulls::readsNoMoreThanIsTaken_data()
{
    using Start = std::function<void(SupabaseRemoteStore &)>;
    const TableConfig things(QStringLiteral("things"));
    QTest::addColumn<Start>("start");
    QTest::newRow("without a body") << Start([things](SupabaseRemoteStore &store) {
        PullRequest request;
        request.table = things;
        (void)store.pull(request);
    });
    QTest::newRow("with a body") << Start([things](SupabaseRemoteStore &store) {
        (void)store.changes({TableCursor{things, {}, false}}, 1000);
    });
}

// A device that has no time for the reply must not be filled with it by Qt's thread.
void TestHostilePulls::readsNoMoreThanIsTaken()
{
    QFETCH(std::function<void(SupabaseRemoteStore &)>, start);
    constexpr qint64 flood = 64 * mebibyte; // far more than the system keeps for a connection
    QAtomicInteger<qint64> sent = 0;
    QSemaphore overrun;
    const ServerThread thread(std::move(m_server));
    connect(
        thread.server, &ScriptedServer::flooded, thread.server,
        [&](qint64 bytes) {
            const qint64 before = sent.fetchAndAddRelaxed(bytes);
            if (before < flood && before + bytes >= flood)
                overrun.release();
        },
        Qt::DirectConnection);
    SupabaseOptions options;
    options.url = thread.url;
    options.maxResponseBytes = 1024 * mebibyte;
    SupabaseRemoteStore store(options);
    start(store);
    QTRY_VERIFY(sent.loadRelaxed() > 0);
    sent.storeRelaxed(0);
    // Nothing is taken meanwhile: this is the thread of the store.
    QVERIFY(!overrun.tryAcquire(1, 2000));
}

void TestHostilePulls::unpacksNothing_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<QByteArray>("good");
    addCalls([](const char *name, const Call &call, const QByteArray &good) { QTest::newRow(name) << call << good; });
}

void TestHostilePulls::unpacksNothing()
{
    QFETCH(Call, call);
    QFETCH(QByteArray, good);
    // After the length that qCompress() puts in front it is what "deflate" means.
    const QByteArray bomb = qCompress(QByteArray(128 * mebibyte, ' '), 9).mid(4);
    QVERIFY(bomb.size() < mebibyte);
    SupabaseRemoteStore store(options());
    resetPeak();
    const qint64 before = peakBytes();
    m_server->answer(sized(bomb, "Content-Encoding: deflate\r\n"));
    const Failure failure = call(store);
    QVERIFY2(failure.detail.contains(QLatin1String("cannot be read")), qPrintable(failure.detail));
    QVERIFY2(peakBytes() - before < 48 * mebibyte, qPrintable(QString::number((peakBytes() - before) / mebibyte)));
    m_server->answerJson(200, good);
    QVERIFY2(!call(store).isFailure(), "a later request");
}

void TestHostilePulls::refusesWhatIsNoReply_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<QByteArray>("good");
    QTest::addColumn<QByteArray>("body");
    addCalls([](const char *name, const Call &call, const QByteArray &good) {
        const auto row = [&](const char *what, const QByteArray &body) {
            QTest::addRow("%s: %s", name, what) << call << good << body;
        };
        row("depth", QByteArray(100000, '[') + QByteArray(100000, ']'));
        row("depth without an end", QByteArray(100000, '['));
        row("depth of objects", QByteArray("{\"a\":").repeated(100000));
        row("invalid UTF-8", "[{\"id\":\"\xff\xfe\"}]");
        row("lone surrogate", R"([{"id":"\ud800"}])");
        row("cut", R"([{"id":"1"},{"id")");
        row("two values", "[] []");
        row("text", R"("rows")");
        row("number", "7");
        row("null", "null");
        row("flag", "true");
        row("nothing", "");
        row("NaN", R"([{"id":NaN}])");
        row(qstrcmp(name, "changes") == 0 ? "list" : "object", qstrcmp(name, "changes") == 0 ? "[]" : R"({"id":"1"})");
    });
}

void TestHostilePulls::refusesWhatIsNoReply()
{
    QFETCH(Call, call);
    QFETCH(QByteArray, good);
    QFETCH(QByteArray, body);
    SupabaseRemoteStore store(options());
    m_server->answerJson(200, body);
    const Failure failure = call(store);
    QVERIFY2(failure.code == Failure::Code::Network || failure.code == Failure::Code::Deserialization,
             qPrintable(Failure::codeName(failure.code)));
    QVERIFY2(failure.detail.contains(QLatin1String("able things")) || failure.detail.contains(QLatin1String("a pull")),
             qPrintable(failure.detail));
    QCOMPARE(m_server->requests().size(), 1);
    m_server->answerJson(200, good);
    QVERIFY2(!call(store).isFailure(), "a later request");
}

void TestHostilePulls::keepsOddRows()
{
    const QByteArray rows =
        R"([{"id":null,"n":1},{"n":2},7,null,"x",[],{"id":{"a":[1]},"n":1e400},{"id":"3","n":-1e-400,)"
        R"("updated_at":{"when":[]}},{"id":true,"updated_at":17}])";
    SupabaseRemoteStore store(options());
    PullRequest request;
    request.table = TableConfig(QStringLiteral("things"));
    m_server->answerJson(200, rows);
    const Result<PullPage> page = await(store.pull(request));
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    QCOMPARE(page->rows.size(), 9);
    for (int i = 0; i < 6; ++i)
        QVERIFY(page->rows.at(i).recordId.isEmpty());
    QCOMPARE(page->rows.at(6).recordId, QStringLiteral(R"({"a":[1]})"));
    QCOMPARE(page->rows.at(6).values.value(QStringLiteral("n")).value<Decimal>().digits(), QStringLiteral("1e400"));
    QCOMPARE(page->rows.at(7).recordId, QStringLiteral("3"));
    QCOMPARE(page->rows.at(8).recordId, QStringLiteral("true"));

    m_server->answerJson(200, rows);
    const Result<IdentityPage> identities = await(store.identities(request.table, {}));
    QVERIFY(identities.ok());
    QCOMPARE(identities->recordIds.size(), 3);
    QCOMPARE(identities->versions.size(), 3);
    m_server->answerJson(200, rows);
    QVERIFY(await(store.fetch(request.table, {QStringLiteral("3")})).ok());
}

void TestHostilePulls::keepsOddChanges()
{
    SupabaseRemoteStore store(options());
    m_server->answerJson(200, R"({"version":1,"tables":[{"table":"things","cursor":"{\"log\":1}","removed":[],)"
                              R"("rows":[{"id":null},7,null,{"id":"1","n":1e400}]}]})");
    const Result<ChangesPage> page =
        await(store.changes({TableCursor{TableConfig(QStringLiteral("things")), {}, false}}, 1000));
    QVERIFY2(page.ok(), qPrintable(page.failure().detail));
    const TableChanges &changes = page->tables.constFirst();
    QVERIFY(!changes.failure.isFailure());
    QCOMPARE(changes.rows.size(), 4);
    for (int i = 0; i < 3; ++i)
        QVERIFY(changes.rows.at(i).recordId.isEmpty());
    QCOMPARE(changes.rows.at(3).recordId, QStringLiteral("1"));
}

void TestHostilePulls::endsWhatRepeats()
{
    const QByteArray page = R"([{"id":"1","updated_at":"2024-01-01T00:00:00+00:00"},)"
                            R"({"id":"2","updated_at":"2024-01-01T00:00:01+00:00"}])";
    const QByteArray earlier = R"([{"id":"3","updated_at":"2023-01-01T00:00:00+00:00"},)"
                               R"({"id":"4","updated_at":"2025-01-01T00:00:01+00:00"}])";
    for (const QByteArray &second : {page, earlier}) {
        SupabaseRemoteStore store(options());
        PullRequest request;
        request.table = TableConfig(QStringLiteral("things"));
        request.pageSize = 2;
        m_server->answerJson(200, page);
        const Result<PullPage> first = await(store.pull(request));
        QVERIFY(first.ok() && first->hasMore);
        request.cursor = first->cursor;
        request.isFirstPage = false;
        m_server->answerJson(200, second);
        const Failure failure = await(store.pull(request)).failure();
        QCOMPARE(failure.code, Failure::Code::Deserialization);
        QVERIFY2(failure.detail.contains(QLatin1String("things")), qPrintable(failure.detail));
        m_server->answerJson(200, "[]");
        QVERIFY(await(store.pull(request)).ok());
    }
}

void TestHostilePulls::endsRepeatedIdentities()
{
    SupabaseRemoteStore store(options());
    const TableConfig table(QStringLiteral("things"));
    const QByteArray page = R"([{"id":"1","updated_at":null},{"id":"2","updated_at":null}])";
    m_server->answerJson(200, page, {"Content-Range: 0-1/4"});
    const Result<IdentityPage> first = await(store.identities(table, {}));
    QVERIFY(first.ok() && !first->next.isEmpty());
    m_server->answerJson(200, page);
    QCOMPARE(await(store.identities(table, first->next)).failure().code, Failure::Code::Deserialization);
}

void TestHostilePulls::distrustsTotals_data()
{
    QTest::addColumn<QByteArray>("total");
    for (const char *total : {"-1", "99999999999999999999", "x", "", "*", "1e3"})
        QTest::newRow(total) << QByteArray(total);
}

void TestHostilePulls::distrustsTotals()
{
    QFETCH(QByteArray, total);
    SupabaseRemoteStore store(options());
    PullRequest request;
    request.table = TableConfig(QStringLiteral("things"));
    m_server->answerJson(200, R"([{"id":"1","updated_at":"2024-01-01T00:00:00+00:00"}])",
                         {"Content-Range: 0-0/" + total});
    const Result<PullPage> page = await(store.pull(request));
    QVERIFY(page.ok());
    QVERIFY(!page->rowCount);
    QVERIFY(!page->hasMore);
}

QTEST_GUILESS_MAIN(TestHostilePulls)
#include "tst_hostilepulls.moc"
