// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/memorystorage.h>

#include <QtCore/QSemaphore>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>

using namespace Tideline;
using namespace std::chrono_literals;

namespace {

TableConfig filtered(TableConfig table, const QVariant &owners)
{
    table.filter = {{QStringLiteral("body"), owners}};
    return table;
}

// A kit that announces more and never sends it.
class StutteringStore final : public RemoteStore
{
public:
    explicit StutteringStore(std::shared_ptr<MemoryServer> server)
        : m_store(std::move(server))
    {
    }
    QFuture<Result<ChangesPage>> changes(const QList<TableCursor> &tables, int) override
    {
        ChangesPage page;
        TableChanges none;
        none.table = tables.constFirst().table.name;
        none.cursor = tables.constFirst().cursor;
        none.hasMore = true;
        page.tables = {none};
        return QtFuture::makeReadyFuture(Result<ChangesPage>(page));
    }
    QFuture<PushReply> push(const QList<PushItem> &items, bool stop) override { return m_store.push(items, stop); }
    QFuture<Result<PullPage>> pull(const PullRequest &request) override { return m_store.pull(request); }
    QFuture<Result<IdentityPage>> identities(const TableConfig &table, const QString &next) override
    {
        return m_store.identities(table, next);
    }
    QFuture<Result<PullPage>> fetch(const TableConfig &table, const QStringList &ids) override
    {
        return m_store.fetch(table, ids);
    }
    QFuture<Result<TableSchema>> schema(const TableConfig &table) override { return m_store.schema(table); }
    QFuture<Result<bool>> refreshAuthentication() override { return m_store.refreshAuthentication(); }
    void reset() override { m_store.reset(); }

private:
    MemoryRemoteStore m_store;
};

// Holds the server's n-th request from now on the worker's thread until it is opened.
class Gate
{
public:
    Gate(MemoryServer &server, int request)
    {
        server.setFault([this, request](const SyncEntry *) -> std::optional<Failure> {
            if (++m_requests == request) {
                m_reached.release();
                m_opened.acquire();
            }
            return std::nullopt;
        });
    }
    void wait() { m_reached.acquire(); }
    void open() { m_opened.release(); }

private:
    int m_requests = 0;
    QSemaphore m_reached;
    QSemaphore m_opened;
};

} // namespace

// How a round pulls: tables together or one by one, filters, resets, comparisons, new columns, cancelling.
class tst_Pulling : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void manyTablesCostOneRequest();
    void pagesAreSharedByTables();
    void oneTablesFailureIsItsOwn();
    void unreachableServerPausesThePull();
    void announcedButNeverSent();
    void removalsAreApplied();
    void removalMeetsAPendingEdit();
    void onlyTheFilterIsPulled();
    void leavingTheFilterRemoves();
    void changedFilterAddsAndDrops();
    void pendingEditOutsideTheFilterStays();
    void replacedDatabaseIsComparedAnew();
    void interruptedResetIsComparedLater();
    void wayOfPullingMayChange();
    void hiddenRowsAreFoundByTheirNumber();
    void replacedRowsMakeRoom();
    void rowsThatDoNotFitAreNotGone();
    void whatWasSetAsideGoesOnce();
    void newColumnIsFilledIn();
    void unchangedTimestampSavesTheTable();
    void cancelledPullGoesOnLater();
    void cancelledFutureEndsThePull();
    void sharedPullIsNotCancelledByOne();

private:
    EngineFixture &f() { return *m_fixture; }
    void put(const QString &id, const QString &title, const QString &body = {})
    {
        f().server->put(f().table,
                        {{QStringLiteral("id"), id}, {QStringLiteral("title"), title}, {QStringLiteral("body"), body}});
    }
    void openWith(const TableConfig &table)
    {
        f().table = table;
        f().setup.tables = {table};
        f().open();
    }
    // As the application does it.
    bool execute(const QString &sql)
    {
        bool isDone = false;
        {
            QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("application"));
            database.setDatabaseName(m_directory->filePath(QStringLiteral("app.db")));
            isDone = database.open() && QSqlQuery(database).exec(sql);
        }
        QSqlDatabase::removeDatabase(QStringLiteral("application"));
        return isDone;
    }
    QStringList localIds()
    {
        QStringList ids;
        const auto rows = f().engine->rows(f().table.name);
        for (const QVariantMap &row : rows ? *rows : QList<QVariantMap>())
            ids.append(row.value(QStringLiteral("id")).toString());
        return ids;
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<EngineFixture> m_fixture;
    bool m_isOnDisk = false;
};

void tst_Pulling::initTestCase_data()
{
    QTest::addColumn<bool>("isOnDisk");
    QTest::addColumn<bool>("isServedTogether");
    QTest::newRow("memory, by itself") << false << false;
    QTest::newRow("memory, together") << false << true;
    QTest::newRow("sqlite, by itself") << true << false;
    QTest::newRow("sqlite, together") << true << true;
}

void tst_Pulling::init()
{
    QFETCH_GLOBAL(bool, isOnDisk);
    QFETCH_GLOBAL(bool, isServedTogether);
    m_isOnDisk = isOnDisk;
    StorageFactory storage = MemoryStorage::factory();
    if (isOnDisk) {
        m_directory = std::make_unique<QTemporaryDir>();
        SqliteOptions options;
        options.path = m_directory->filePath(QStringLiteral("app.db"));
        options.synchronous = SqliteOptions::Synchronous::Normal;
        options.busyTimeout = 500ms;
        storage = SqliteStorage::factory(options);
    }
    m_fixture = std::make_unique<EngineFixture>(storage);
    f().server->setServesChanges(isServedTogether);
    f().open();
    const Result<bool> made = f().engine->storage()->local().createTable(EngineFixture::notesSchema());
    QVERIFY(made && *made);
}

void tst_Pulling::cleanup()
{
    m_fixture.reset();
    m_directory.reset();
}

void tst_Pulling::manyTablesCostOneRequest()
{
    QFETCH_GLOBAL(bool, isServedTogether);
    for (int i = 0; i < 20; ++i) {
        TableSchema schema = EngineFixture::notesSchema();
        schema.name = QStringLiteral("notes%1").arg(i);
        QVERIFY(f().engine->storage()->local().createTable(schema));
        const TableConfig table(schema.name);
        QVERIFY(f().engine->addTable(table));
        f().server->put(table, EngineFixture::titled(QStringLiteral("1"), schema.name));
    }
    SyncReport report = f().pull();
    QCOMPARE(report.pulled, 20);
    QVERIFY(report.errors.isEmpty());
    const auto row = f().engine->row(QStringLiteral("notes7"), QStringLiteral("1"));
    QVERIFY(row && *row);

    QSignalSpy complete(f().engine.get(), &SyncEngine::pullCompleted);
    report = f().pull();
    QCOMPARE(report.pulled, 0);
    QCOMPARE(report.requests, isServedTogether ? 1 : 21);
    QTRY_COMPARE(complete.count(), 21);
}

void tst_Pulling::pagesAreSharedByTables()
{
    TableSchema schema = EngineFixture::notesSchema();
    schema.name = QStringLiteral("others");
    QVERIFY(f().engine->storage()->local().createTable(schema));
    const TableConfig others(schema.name);
    f().setup.tables.append(others);
    f().setup.config.pageSize = 10;
    f().open();
    for (int i = 0; i < 25; ++i) {
        put(QString::number(i), QStringLiteral("a"));
        f().server->put(others, EngineFixture::titled(QString::number(i), QStringLiteral("b")));
    }
    const SyncReport report = f().pull();
    QCOMPARE(report.pulled, 50);
    QVERIFY(report.errors.isEmpty());
    QVERIFY2(report.requests <= 6, qPrintable(QString::number(report.requests)));
    QCOMPARE(localIds().size(), 25);
    QCOMPARE(f().engine->rows(others.name)->size(), 25);
}

void tst_Pulling::oneTablesFailureIsItsOwn()
{
    QVERIFY(f().engine->addTable(TableConfig(QStringLiteral("missing"))));
    put(QStringLiteral("1"), QStringLiteral("a"));
    const SyncReport report = f().pull();
    QCOMPARE(report.pulled, 1);
    QCOMPARE(report.errors.size(), 1);
    QVERIFY(report.errors.constFirst().detail.contains(QStringLiteral("missing")));
}

void tst_Pulling::unreachableServerPausesThePull()
{
    put(QStringLiteral("1"), QStringLiteral("a"));
    f().server->setFault(
        [](const SyncEntry *) { return Failure(Failure::Code::Network, QStringLiteral("Connection refused")); });
    const SyncReport report = f().pull();
    QCOMPARE(report.errors.size(), 1);
    QCOMPARE(report.errors.constFirst().code, Failure::Code::Network);
    f().server->setFault(nullptr);
    QCOMPARE(EngineFixture::wait(f().engine->pullAll()).pulled, 0); // it waits for its time
    f().clock.advance(1h);
    QCOMPARE(EngineFixture::wait(f().engine->pullAll()).pulled, 1);
}

void tst_Pulling::announcedButNeverSent()
{
    f().setup.remote = [server = f().server] { return std::make_unique<StutteringStore>(server); };
    f().open();
    const SyncReport report = f().pull();
    QCOMPARE(report.errors.size(), 1);
    QCOMPARE(report.errors.constFirst().code, Failure::Code::Deserialization);
    QVERIFY(report.errors.constFirst().detail.contains(f().table.name));
}

void tst_Pulling::removalsAreApplied()
{
    put(QStringLiteral("1"), QStringLiteral("a"));
    put(QStringLiteral("2"), QStringLiteral("a"));
    f().pull();
    f().server->erase(f().table, QStringLiteral("1"));
    const SyncReport report = f().pull();
    QCOMPARE(report.deleted, 1);
    QCOMPARE(localIds(), QStringList(QStringLiteral("2")));
}

void tst_Pulling::removalMeetsAPendingEdit()
{
    put(QStringLiteral("1"), QStringLiteral("a"));
    f().pull();
    f().engine->patch(f().table.name, QStringLiteral("1"), EngineFixture::titled(QStringLiteral("mine")));
    f().server->erase(f().table, QStringLiteral("1"));
    QCOMPARE(f().pull().conflicts, 1);
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("mine")); // the edit that a person has in hands wins
    QCOMPARE(f().pull().conflicts, 0);
}

void tst_Pulling::onlyTheFilterIsPulled()
{
    openWith(filtered(f().table, QVariantList{QStringLiteral("x"), QStringLiteral("y")}));
    put(QStringLiteral("1"), QStringLiteral("a"), QStringLiteral("x"));
    put(QStringLiteral("2"), QStringLiteral("a"), QStringLiteral("y"));
    put(QStringLiteral("3"), QStringLiteral("a"), QStringLiteral("z"));
    QCOMPARE(f().pull().pulled, 2);
    QCOMPARE(localIds(), QStringList({QStringLiteral("1"), QStringLiteral("2")}));
    QCOMPARE(f().pull().requests, 1);
}

void tst_Pulling::leavingTheFilterRemoves()
{
    openWith(filtered(f().table, QStringLiteral("x")));
    put(QStringLiteral("1"), QStringLiteral("a"), QStringLiteral("x"));
    put(QStringLiteral("2"), QStringLiteral("a"), QStringLiteral("x"));
    f().pull();
    put(QStringLiteral("1"), QStringLiteral("a"), QStringLiteral("z"));
    const SyncReport report = f().pull();
    QCOMPARE(report.deleted, 1);
    QCOMPARE(report.pulled, 0);
    QCOMPARE(localIds(), QStringList(QStringLiteral("2")));
    // One leaves while another one joins: the number of rows tells nothing.
    put(QStringLiteral("2"), QStringLiteral("a"), QStringLiteral("z"));
    put(QStringLiteral("3"), QStringLiteral("a"), QStringLiteral("x"));
    f().pull();
    QCOMPARE(localIds(), QStringList(QStringLiteral("3")));
}

void tst_Pulling::changedFilterAddsAndDrops()
{
    openWith(filtered(f().table, QVariantList{QStringLiteral("x"), QStringLiteral("y")}));
    for (int i = 0; i < 30; ++i)
        put(QString::number(100 + i), QStringLiteral("a"), QStringLiteral("xyz").mid(i % 3, 1));
    QCOMPARE(f().pull().pulled, 20);
    openWith(filtered(f().table, QVariantList{QStringLiteral("y"), QStringLiteral("z")}));
    SyncReport report = f().pull();
    QCOMPARE(report.pulled, 10); // not those of y again
    QCOMPARE(report.deleted, 10);
    QCOMPARE(localIds().size(), 20);
    report = f().pull();
    QCOMPARE(report.pulled + report.deleted, 0);
    QCOMPARE(report.requests, 1);
    // None at all is the whole table.
    openWith(filtered(f().table, {}));
    f().table.filter.clear();
    openWith(f().table);
    QCOMPARE(f().pull().pulled, 10);
    QCOMPARE(localIds().size(), 30);
}

void tst_Pulling::pendingEditOutsideTheFilterStays()
{
    openWith(filtered(f().table, QStringLiteral("x")));
    put(QStringLiteral("1"), QStringLiteral("a"), QStringLiteral("x"));
    f().pull();
    f().engine->patch(f().table.name, QStringLiteral("1"), EngineFixture::titled(QStringLiteral("mine")));
    openWith(filtered(f().table, QStringLiteral("y")));
    const SyncReport report = f().pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(f().localTitle(QStringLiteral("1")), QStringLiteral("mine"));
    QCOMPARE(f().sync().pushed, 1);
    QCOMPARE(f().serverTitle(QStringLiteral("1")), QStringLiteral("mine"));
    f().pull();
    QCOMPARE(localIds(), QStringList());
}

void tst_Pulling::replacedDatabaseIsComparedAnew()
{
    put(QStringLiteral("1"), QStringLiteral("a"));
    put(QStringLiteral("2"), QStringLiteral("a"));
    f().pull();
    f().server->erase(f().table, QStringLiteral("1"));
    put(QStringLiteral("3"), QStringLiteral("a"));
    f().server->forgetHistory(); // nothing tells of the deletion any more
    f().engine->patch(f().table.name, QStringLiteral("2"), EngineFixture::titled(QStringLiteral("mine")));
    const SyncReport report = f().pull();
    QCOMPARE(report.pulled, 1);
    QCOMPARE(report.deleted, 1);
    QCOMPARE(report.conflicts, 0);
    QCOMPARE(localIds(), QStringList({QStringLiteral("2"), QStringLiteral("3")}));
    QCOMPARE(f().localTitle(QStringLiteral("2")), QStringLiteral("mine"));
    QCOMPARE(f().pull().requests, 1);
}

void tst_Pulling::interruptedResetIsComparedLater()
{
    for (int i = 0; i < 5; ++i)
        put(QString::number(i), QStringLiteral("a"));
    f().pull();
    f().server->erase(f().table, QStringLiteral("1"));
    f().server->forgetHistory();
    int requests = 0;
    f().server->setFault([&requests](const SyncEntry *) -> std::optional<Failure> {
        if (++requests < 2)
            return std::nullopt;
        return Failure(Failure::Code::Network, QStringLiteral("Connection refused"));
    });
    QVERIFY(!f().pull().errors.isEmpty());
    QCOMPARE(localIds().size(), 5);
    f().server->setFault(nullptr);
    f().open();
    QCOMPARE(f().pull().deleted, 1);
    QCOMPARE(localIds().size(), 4);
}

void tst_Pulling::wayOfPullingMayChange()
{
    QFETCH_GLOBAL(bool, isServedTogether);
    put(QStringLiteral("1"), QStringLiteral("a"));
    f().pull();
    f().server->setServesChanges(!isServedTogether);
    put(QStringLiteral("2"), QStringLiteral("a"));
    QCOMPARE(f().pull().pulled, 1);
    QCOMPARE(localIds().size(), 2);
}

// What a membership elsewhere hides is no change of the row: the number of rows shows it.
void tst_Pulling::hiddenRowsAreFoundByTheirNumber()
{
    put(QStringLiteral("1"), QStringLiteral("a"));
    put(QStringLiteral("2"), QStringLiteral("a"));
    f().pull();
    f().server->erase(f().table, QStringLiteral("1"));
    const auto cursor = f().engine->storage()->timestamps().cursor(f().table.name);
    QVERIFY(cursor);
    SyncCursor past = *cursor; // as if the deletion had been pulled: the server tells nothing of it
    past.value = past.value.section(QLatin1Char('.'), 0, 0) + QStringLiteral(".3");
    const auto transaction = f().engine->storage()->begin();
    QVERIFY(transaction && f().engine->storage()->timestamps().setCursor(**transaction, past));
    QVERIFY((*transaction)->commit());
    f().clock.advance(16min);
    QCOMPARE(f().pull().deleted, 1);
    QCOMPARE(localIds(), QStringList(QStringLiteral("2")));
}

// As many as are in each other's way: each new row waits for an old one to go.
void tst_Pulling::replacedRowsMakeRoom()
{
    if (!m_isOnDisk)
        QSKIP("a database in memory has no unique indexes");
    constexpr int count = 300;
    QVERIFY(execute(QStringLiteral("CREATE UNIQUE INDEX titles ON notes (title)")));
    for (int i = 0; i < count; ++i)
        put(QStringLiteral("old %1").arg(i), QString::number(i));
    f().pull();
    QStringList expected;
    for (int i = 0; i < count; ++i) {
        f().server->erase(f().table, QStringLiteral("old %1").arg(i));
        put(QStringLiteral("new %1").arg(i), QString::number(i));
        expected.append(QStringLiteral("new %1").arg(i));
    }
    f().server->forgetHistory();
    QCOMPARE(f().pull().deleted, count);
    expected.sort();
    QCOMPARE(localIds(), expected);
    const auto quarantined = f().engine->storage()->journal().quarantinedRecords(f().table.name);
    QVERIFY(quarantined);
    QCOMPARE(*quarantined, QStringList());
}

void tst_Pulling::rowsThatDoNotFitAreNotGone()
{
    if (!m_isOnDisk)
        QSKIP("a database in memory has no unique indexes");
    QVERIFY(execute(QStringLiteral("CREATE UNIQUE INDEX titles ON notes (title)")));
    put(QStringLiteral("1"), QStringLiteral("a"));
    put(QStringLiteral("2"), QStringLiteral("b"));
    put(QStringLiteral("3"), QStringLiteral("c"));
    f().pull();
    put(QStringLiteral("2"), QStringLiteral("a"));
    QCOMPARE(f().pull().quarantined, 1);
    f().server->erase(f().table, QStringLiteral("3"));
    f().server->forgetHistory();
    f().clock.advance(16min);
    const SyncReport report = f().pull();
    QCOMPARE(report.deleted, 1);
    QCOMPARE(localIds(), QStringList({QStringLiteral("1"), QStringLiteral("2")}));
    QCOMPARE(f().localTitle(QStringLiteral("2")), QStringLiteral("b"));
    f().server->erase(f().table, QStringLiteral("1"));
    f().pull();
    f().pull();
    QCOMPARE(localIds(), QStringList(QStringLiteral("2")));
    QCOMPARE(f().localTitle(QStringLiteral("2")), QStringLiteral("a"));
}

// It is here in an older version, and set aside in the newer one.
void tst_Pulling::whatWasSetAsideGoesOnce()
{
    if (!m_isOnDisk)
        QSKIP("a database in memory has no unique indexes");
    QVERIFY(execute(QStringLiteral("CREATE UNIQUE INDEX titles ON notes (title)")));
    put(QStringLiteral("1"), QStringLiteral("a"));
    put(QStringLiteral("2"), QStringLiteral("b"));
    f().pull();
    put(QStringLiteral("2"), QStringLiteral("a"));
    QCOMPARE(f().pull().quarantined, 1);
    f().server->erase(f().table, QStringLiteral("2"));
    f().server->forgetHistory();
    QCOMPARE(f().pull().deleted, 1);
    QCOMPARE(localIds(), QStringList(QStringLiteral("1")));
    const auto quarantined = f().engine->storage()->journal().quarantinedRecords(f().table.name);
    QVERIFY(quarantined);
    QCOMPARE(*quarantined, QStringList());
}

void tst_Pulling::newColumnIsFilledIn()
{
    if (!m_isOnDisk)
        QSKIP("a database in memory has no upgrades");
    f().setup.config.pageSize = 10;
    f().open();
    for (int i = 0; i < 25; ++i) {
        f().server->put(f().table, {{QStringLiteral("id"), QString::number(i)},
                                    {QStringLiteral("title"), QStringLiteral("a")},
                                    {QStringLiteral("color"), QStringLiteral("red")}});
    }
    f().pull();
    f().engine.reset();
    QVERIFY(execute(QStringLiteral("ALTER TABLE notes ADD COLUMN color TEXT")));
    f().open();
    f().engine->patch(f().table.name, QStringLiteral("3"), {{QStringLiteral("color"), QStringLiteral("blue")}});
    const auto color = [this](int id) {
        const auto row = f().engine->row(f().table.name, QString::number(id));
        return row && *row ? (*row)->value(QStringLiteral("color")).toString() : QString();
    };
    SyncReport report = f().pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.conflicts, 0);
    for (const int id : {0, 10, 24})
        QCOMPARE(color(id), QStringLiteral("red"));
    QCOMPARE(color(3), QStringLiteral("blue"));
    QCOMPARE(f().pending().size(), 1);
    report = f().pull();
    QCOMPARE(report.requests, 1); // once
}

void tst_Pulling::unchangedTimestampSavesTheTable()
{
    QFETCH_GLOBAL(bool, isServedTogether);
    f().server->setTellsTimestamps(true);
    put(QStringLiteral("1"), QStringLiteral("a"));
    QCOMPARE(f().pull().pulled, 1);
    const int before = f().server->requestCount();
    f().pull();
    QCOMPARE(f().server->requestCount() - before, 1); // the timestamps, or the kit's
    put(QStringLiteral("2"), QStringLiteral("a"));
    QCOMPARE(f().pull().pulled, 1);
    QCOMPARE(localIds().size(), 2);
    if (isServedTogether)
        return;
    // A comparison that is due is not saved.
    f().clock.advance(16min);
    const int then = f().server->requestCount();
    f().pull();
    QVERIFY(f().server->requestCount() - then > 1);
}

void tst_Pulling::cancelledPullGoesOnLater()
{
    f().setup.config.pageSize = 10;
    f().open();
    for (int i = 0; i < 100; ++i)
        put(QString::number(i), QStringLiteral("a"));
    Gate gate(*f().server, 5);
    const QFuture<SyncReport> future = f().engine->pullAll(SyncEngine::Urgency::Now);
    gate.wait();
    f().engine->cancelPull();
    gate.open();
    const SyncReport stopped = EngineFixture::wait(future);
    QCOMPARE(stopped.errors.size(), 1);
    QCOMPARE(stopped.errors.constFirst().code, Failure::Code::Cancelled);
    QVERIFY2(stopped.pulled > 0 && stopped.pulled < 100, qPrintable(QString::number(stopped.pulled)));
    const SyncReport report = f().pull();
    QVERIFY(report.errors.isEmpty());
    QCOMPARE(report.pulled, 100 - stopped.pulled);
    QCOMPARE(localIds().size(), 100);
}

void tst_Pulling::cancelledFutureEndsThePull()
{
    f().setup.config.pageSize = 10;
    f().open();
    for (int i = 0; i < 100; ++i)
        put(QString::number(i), QStringLiteral("a"));
    Gate gate(*f().server, 5);
    QFuture<SyncReport> future = f().engine->pullAll(SyncEngine::Urgency::Now);
    gate.wait();
    future.cancel();
    QCoreApplication::processEvents();
    gate.open();
    const SyncReport report = f().pull(); // begins when the other has ended
    QVERIFY(future.isFinished());
    QVERIFY2(report.pulled > 0 && report.pulled < 100, qPrintable(QString::number(report.pulled)));
    QCOMPARE(localIds().size(), 100);
}

void tst_Pulling::sharedPullIsNotCancelledByOne()
{
    for (int i = 0; i < 100; ++i)
        put(QString::number(i), QStringLiteral("a"));
    f().engine->write(f().table.name, QStringLiteral("mine"), EngineFixture::titled(QStringLiteral("b")));
    Gate gate(*f().server, 1);
    const QFuture<SyncReport> drain = f().engine->drain(SyncEngine::Urgency::Now);
    gate.wait();
    QFuture<SyncReport> first = f().engine->pullAll(SyncEngine::Urgency::Now);
    const QFuture<SyncReport> second = f().engine->pullAll(SyncEngine::Urgency::Now);
    first.cancel();
    QCoreApplication::processEvents();
    gate.open();
    QCOMPARE(EngineFixture::wait(second).pulled, 100);
    QVERIFY(drain.isFinished());
}

QTEST_GUILESS_MAIN(tst_Pulling)

#include "tst_pulling.moc"
