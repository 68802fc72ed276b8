// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultproxy.h"
#include "serverstack.h"

#include <tideline/core/json.h>
#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QMutex>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <atomic>

using namespace Tideline;

namespace {

const QString schema = QStringLiteral(R"sql(
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp(); return new; end $$;
create table notes (
    id text primary key, title text check (title <> 'refused'), body text, user_id text,
    updated_at timestamptz not null default clock_timestamp());
alter table notes enable row level security;
create policy own on notes using (user_id = current_setting('request.jwt.claims', true)::json ->> 'sub');
create trigger stamp before insert or update on notes for each row execute function stamp();
select tideline.track_table('notes');
)sql");

const QString notes = QStringLiteral("notes");
const QString alice = QStringLiteral("alice");
const QString bob = QStringLiteral("bob");

QVariantMap note(const QString &title, const QString &body, const QString &user)
{
    return {{QStringLiteral("title"), title}, {QStringLiteral("body"), body}, {QStringLiteral("user_id"), user}};
}

// A future that is never finished.
template <typename T>
QFuture<T> keepOpen(const std::shared_ptr<QPromise<T>> &promise)
{
    static QList<std::shared_ptr<QPromise<T>>> open; // a promise that goes cancels its future
    static QMutex mutex;
    const QMutexLocker lock(&mutex);
    open.append(promise);
    return promise->future();
}

// What a token provider does, on the worker's thread.
class Provider
{
public:
    enum class Silence { None, OnRefresh, Always };
    std::atomic<Silence> silence = Silence::None;
    std::atomic<int> unanswered = 0;
};

// Another program, or the application, on a file.
class Connection
{
public:
    explicit Connection(const QString &path)
        : m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("connection")))
    {
        m_database.setDatabaseName(path);
        if (!m_database.open())
            qFatal("the file does not open");
    }
    ~Connection()
    {
        const QString name = m_database.connectionName();
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(name);
    }
    Q_DISABLE_COPY_MOVE(Connection)

    QVariant run(const QString &sql) const
    {
        QSqlQuery query(m_database);
        if (!query.exec(sql))
            qFatal("%s: %s", qPrintable(sql), qPrintable(query.lastError().text()));
        return query.next() ? query.value(0) : QVariant();
    }
    const QSqlDatabase &database() const { return m_database; }

private:
    QSqlDatabase m_database;
};

} // namespace

Q_DECLARE_METATYPE(Tideline::SupabaseOptions::Mode)

// What a user leaves behind: nothing.
class tst_Sessions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void nothingOfTheFirstUserIsLeft_data();
    void nothingOfTheFirstUserIsLeft();
    void eventsOfTheOldSessionAreDropped();
    void readersDelayTheErasing_data();
    void readersDelayTheErasing();
    void openQueryOfTheApplicationIsNamed();
    void sweepsWhatOthersLeftInTheFile();
    void followsForeignKeys_data();
    void followsForeignKeys();
    void droppedTablesDoNotHinder();
    void anotherProcessSignsOut();
    void formerUsersEngineIsLockedOut();
    void refusalChangesNothing();

private:
    using Mode = SupabaseOptions::Mode;
    SyncSetup setupOf(const QString &user, Mode mode = Mode::Plain);
    std::unique_ptr<SyncEngine> opened(const SyncSetup &setup);
    static SyncReport wait(const QFuture<SyncReport> &future);
    void put(const QString &id, const QString &title, const QString &user);
    QByteArray digestOf(const QString &user) const;
    QString leftovers(const QByteArray &canary) const;
    QString path() const { return m_directory->filePath(QStringLiteral("app.db")); }

    ServerStack m_stack;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<QTemporaryDir> m_directory;
    QHash<QString, QString> m_tokens;
    std::shared_ptr<Provider> m_provider;
};

void tst_Sessions::initTestCase()
{
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    QVERIFY(kit.open(QIODevice::ReadOnly));
    ServerStack::Options options;
    options.schema = QString::fromUtf8(kit.readAll()) + schema;
    options.maxRows = 10;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    for (const QString &user : {alice, bob}) {
        m_tokens.insert(user, m_stack.makeToken({{QStringLiteral("role"), QStringLiteral("web_user")},
                                                 {QStringLiteral("sub"), user}}));
    }
}

void tst_Sessions::init()
{
    m_proxy = std::make_unique<FaultProxy>();
    QVERIFY2(m_proxy->start(m_stack.url()), qPrintable(m_proxy->error()));
    m_directory = std::make_unique<QTemporaryDir>();
    m_provider = std::make_shared<Provider>();
    const ServerStack::SqlResult made = m_stack.runSql(
        QStringLiteral("truncate notes;"
                       "insert into notes (id, title, user_id)"
                       " select 'a' || i, 'alice-on-server ' || i, 'alice' from generate_series(1, 30) i;"
                       "insert into notes (id, title, user_id)"
                       " select 'b' || i, 'of bob ' || i, 'bob' from generate_series(1, 40) i;"));
    QVERIFY2(made.ok, qPrintable(made.output));
}

void tst_Sessions::cleanup()
{
    m_proxy.reset();
}

SyncSetup tst_Sessions::setupOf(const QString &user, Mode mode)
{
    SqliteOptions file;
    file.path = path();
    file.synchronous = SqliteOptions::Synchronous::Normal;
    file.busyTimeout = std::chrono::milliseconds(200);
    SupabaseOptions server;
    server.url = m_proxy->url();
    server.mode = mode;
    server.tokenProvider = [token = m_tokens.value(user), provider = m_provider](bool refresh) {
        auto promise = std::make_shared<QPromise<Result<QString>>>();
        promise->start();
        const Provider::Silence silence = provider->silence;
        if (silence == Provider::Silence::Always || (refresh && silence == Provider::Silence::OnRefresh)) {
            ++provider->unanswered;
            return keepOpen(promise);
        }
        promise->addResult(Result<QString>(token));
        promise->finish();
        return promise->future();
    };
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = SupabaseRemoteStore::factory(server);
    setup.tables = {TableConfig(notes)};
    setup.userId = user;
    setup.config.pageSize = 10;
    return setup;
}

std::unique_ptr<SyncEngine> tst_Sessions::opened(const SyncSetup &setup)
{
    auto engine = std::make_unique<SyncEngine>(setup);
    const Result<void> done = engine->open();
    if (!done)
        qFatal("%s", qPrintable(done.failure().detail));
    const QFuture<Result<QStringList>> made = engine->createTables();
    if (!QTest::qWaitFor([&] { return made.isFinished(); }, 20000) || !made.result())
        qFatal("no local tables");
    return engine;
}

SyncReport tst_Sessions::wait(const QFuture<SyncReport> &future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 60000))
        qFatal("the round did not end");
    return future.result();
}

void tst_Sessions::put(const QString &id, const QString &title, const QString &user)
{
    const ServerStack::SqlResult done =
        m_stack.runSql(QStringLiteral("insert into notes (id, title, user_id) values ('%1', '%2', '%3')"
                                      " on conflict (id) do update set title = excluded.title")
                           .arg(id, title, user));
    QVERIFY2(done.ok, qPrintable(done.output));
}

QByteArray tst_Sessions::digestOf(const QString &user) const
{
    return QCryptographicHash::hash("Bearer " + m_tokens.value(user).toUtf8(), QCryptographicHash::Sha256).toHex();
}

// The files in which it is found.
QString tst_Sessions::leftovers(const QByteArray &canary) const
{
    QStringList names;
    for (const QFileInfo &info : QDir(m_directory->path()).entryInfoList(QDir::Files | QDir::Hidden)) {
        QFile file(info.filePath());
        if (!file.open(QIODevice::ReadOnly) || file.readAll().contains(canary))
            names.append(info.fileName());
    }
    return names.join(QLatin1Char(' '));
}

void tst_Sessions::nothingOfTheFirstUserIsLeft_data()
{
    QTest::addColumn<Mode>("mode");
    QTest::addColumn<QString>("inFlight");
    for (const auto &[name, mode] : {std::pair{"plain", Mode::Plain}, std::pair{"kit", Mode::Kit}}) {
        for (const char *what : {"push before the server has it", "push that the server has done", "pull", "fetch",
                                 "schema", "token", "refresh"})
            QTest::addRow("%s, %s", name, what) << mode << QString::fromLatin1(what);
    }
}

void tst_Sessions::nothingOfTheFirstUserIsLeft()
{
    QFETCH(Mode, mode);
    QFETCH(QString, inFlight);
    const QString pushes = QStringLiteral("^/(notes|rpc/tideline_push)");
    const QString pulls = QStringLiteral("^/(notes\\?|rpc/tideline_pull)");

    // Everything that a session can hold: rows, cursors, the log, a conflict that the resolver thinks about, a dead
    // letter, and work that waits.
    SyncSetup setup = setupOf(alice, mode);
    auto answer = std::make_shared<QPromise<std::optional<QVariantMap>>>();
    answer->start();
    bool isAsked = false;
    setup.config.conflictStrategy = ConflictStrategy::Custom;
    setup.config.onConflict = [&](const ConflictRecord &) {
        isAsked = true;
        return answer->future();
    };
    QVERIFY(m_proxy->add(HttpFault::replaceHeaders({{QStringLiteral("Set-Cookie"), QStringLiteral("s=alice-cookie")}})
                             .on(QStringLiteral("GET"))
                             .times(4)));
    std::unique_ptr<SyncEngine> engine = opened(setup);
    QCOMPARE(wait(engine->pullAll()).pulled, 30);
    QVERIFY(engine->patch(notes, QStringLiteral("a1"), {{QStringLiteral("title"), QStringLiteral("alice-local")}}));
    put(QStringLiteral("a1"), QStringLiteral("alice-remote"), alice);
    QVERIFY(engine->write(notes, QStringLiteral("a-dead"),
                          note(QStringLiteral("refused"), QStringLiteral("alice-dead"), alice)));
    wait(engine->drain(SyncEngine::Urgency::Now));
    QTRY_VERIFY(isAsked);
    const QList<SyncEntry> dead = *engine->storage()->queue().entries([] {
        EntryFilter filter;
        filter.states = {EntryState::Dead};
        return filter;
    }());
    QCOMPARE(dead.size(), 1);
    QCOMPARE(*engine->storage()->journal().openConflictCount(), 1);
    QVERIFY(engine->write(notes, QStringLiteral("a-new"),
                          note(QStringLiteral("alice-new"), QStringLiteral("alice-body"), alice)));
    QVERIFY(!leftovers("alice-dead").isEmpty());
    QVERIFY(m_proxy->clear());
    put(QStringLiteral("a-late"), QStringLiteral("alice-late"), alice);

    // Something is on its way.
    std::function<bool()> isOver;
    std::function<Failure()> end;
    const QSignalSpy held(m_proxy.get(), &FaultProxy::requestHeld);
    const auto follow = [&](const auto &future) {
        isOver = [future] { return future.isFinished(); };
        end = [future] {
            if constexpr (std::is_same_v<std::decay_t<decltype(future.result())>, SyncReport>)
                return future.result().errors.value(0);
            else
                return future.result().failure();
        };
    };
    if (inFlight.startsWith(QStringLiteral("push"))) {
        const auto point =
            inFlight.endsWith(QStringLiteral("done")) ? HttpFault::HangAt::Reply : HttpFault::HangAt::Request;
        QVERIFY(m_proxy->add(HttpFault::hang(point).on(QStringLiteral("POST"), pushes).times(1)));
        follow(engine->drain(SyncEngine::Urgency::Now));
    } else if (inFlight == QStringLiteral("pull")) {
        QVERIFY(m_proxy->add(HttpFault::hang(HttpFault::HangAt::Reply).on({}, pulls).times(1)));
        follow(engine->pullAll(SyncEngine::Urgency::Now));
    } else if (inFlight == QStringLiteral("fetch")) {
        QVERIFY(m_proxy->add(HttpFault::hang(HttpFault::HangAt::Reply).on(QStringLiteral("GET")).times(1)));
        follow(engine->discardAndRevert({dead.constFirst().id}));
    } else if (inFlight == QStringLiteral("schema")) {
        QVERIFY(m_proxy->add(
            HttpFault::hang(HttpFault::HangAt::Reply).on(QStringLiteral("GET"), QStringLiteral("^/$")).times(1)));
        follow(engine->createTables());
    } else if (inFlight == QStringLiteral("token")) {
        m_provider->silence = Provider::Silence::Always;
        follow(engine->pullAll(SyncEngine::Urgency::Now));
    } else {
        m_provider->silence = Provider::Silence::OnRefresh;
        QVERIFY(m_proxy->add(
            HttpFault::answerJson(401, QByteArrayLiteral("{\"code\":\"PGRST301\"}")).on({}, pulls).times(1)));
        follow(engine->pullAll(SyncEngine::Urgency::Now));
    }
    QTRY_COMPARE(held.count() + m_provider->unanswered, 1);

    // It asks first.
    const qint64 unsynced = *engine->unsyncedCount();
    QVERIFY(unsynced >= 3);
    const Result<void> refused = engine->logout();
    QCOMPARE(refused.failure().code, Failure::Code::Conflict);
    QVERIFY(refused.failure().detail.startsWith(QString::number(unsynced)));
    QVERIFY(!isOver());

    const Result<void> left = engine->logout(SyncEngine::UnsyncedWork::Discard);
    QVERIFY2(left, qPrintable(left.failure().detail));
    m_proxy->requests();
    m_proxy->forget();
    QCOMPARE(leftovers("alice"), QString());
    QSignalSpy events(engine.get(), &SyncEngine::eventOccurred);
    QVERIFY(m_proxy->release());
    answer->addResult(std::optional<QVariantMap>(note(QStringLiteral("alice-resolved"), {}, alice)));
    answer->finish();
    m_provider->silence = Provider::Silence::None;
    QTRY_VERIFY(isOver());
    // Whoever had been told that the sign-in has run out is told that.
    QCOMPARE(end().code, inFlight == QStringLiteral("refresh") ? Failure::Code::AuthExpired : Failure::Code::Cancelled);

    // The next one, in the same process and while the former's engine is still there.
    setup = setupOf(bob, mode);
    std::unique_ptr<SyncEngine> next = opened(setup);
    QCOMPARE(next->rows(notes)->size(), 0);
    QVERIFY(next->storage()->timestamps().cursors()->isEmpty());
    QVERIFY(next->storage()->queue().entries({})->isEmpty());
    QVERIFY(next->storage()->journal().conflicts({})->isEmpty());
    QVERIFY(next->storage()->journal().events({})->isEmpty());
    const SyncReport report = wait(next->syncAll());
    QVERIFY2(report.errors.isEmpty(), qPrintable(report.errors.value(0).detail));
    QCOMPARE(report.pulled, 40);
    const Result<QList<QVariantMap>> rows = next->rows(notes);
    QCOMPARE(rows->size(), 40);
    for (const QVariantMap &row : *rows)
        QCOMPARE(row.value(QStringLiteral("user_id")).toString(), bob);
    QVERIFY(events.isEmpty());
    engine.reset();
    QCOMPARE(wait(next->syncAll()).pulled, 0);

    const QByteArray former = digestOf(alice);
    const QByteArray current = digestOf(bob);
    const QList<FaultProxy::Request> requests = m_proxy->requests();
    QVERIFY(!requests.isEmpty());
    for (const FaultProxy::Request &request : requests) {
        QVERIFY2(request.authorizationDigest != former, request.path.constData());
        QCOMPARE(request.authorizationDigest, current);
        QVERIFY(!request.headers.contains("cookie"));
        QVERIFY(!request.body.contains("alice") && !request.path.contains("alice"));
    }
    next.reset();
    QCOMPARE(leftovers("alice"), QString());
    QVERIFY(!leftovers("of bob").isEmpty());
}

// What the worker has said already, and nobody has heard yet.
void tst_Sessions::eventsOfTheOldSessionAreDropped()
{
    const std::unique_ptr<SyncEngine> engine = opened(setupOf(alice));
    const QFuture<SyncReport> pull = engine->pullAll();
    // No event loop runs here: what comes from the worker waits.
    QDeadlineTimer deadline(20000);
    while (!pull.isFinished() && !deadline.hasExpired())
        QThread::yieldCurrentThread();
    QVERIFY(pull.isFinished());
    QSignalSpy events(engine.get(), &SyncEngine::eventOccurred);
    QSignalSpy progress(engine.get(), &SyncEngine::pullProgressed);
    QSignalSpy loggedOut(engine.get(), &SyncEngine::loggedOut);
    QVERIFY(engine->logout());
    QCOMPARE(wait(engine->pullAll()).pulled, 30);
    QTRY_COMPARE(events.count(), 1); // of the second pull
    QTRY_COMPARE(progress.count(), 3);
    QCOMPARE(loggedOut.count(), 1);
}

void tst_Sessions::readersDelayTheErasing_data()
{
    QTest::addColumn<QString>("opportunity");
    for (const char *what : {"logout", "start", "next engine"})
        QTest::addRow("%s", what) << QString::fromLatin1(what);
}

void tst_Sessions::readersDelayTheErasing()
{
    QFETCH(QString, opportunity);
    SyncSetup setup = setupOf(alice);
    std::unique_ptr<SyncEngine> engine = opened(setup);
    QCOMPARE(wait(engine->pullAll()).pulled, 30);
    auto reader = std::make_unique<Connection>(path());
    reader->run(QStringLiteral("BEGIN"));
    reader->run(QStringLiteral("SELECT count(*) FROM notes"));
    const Result<void> left = engine->logout();
    QCOMPARE(left.failure().code, Failure::Code::LocalStore);
    QVERIFY2(left.failure().detail.contains(QStringLiteral("signed out"))
                 && left.failure().detail.contains(QStringLiteral("another program reads")),
             qPrintable(left.failure().detail));
    QCOMPARE(engine->rows(notes)->size(), 0);
    QVERIFY(!leftovers("alice-on-server").isEmpty()); // else this proves nothing
    QSignalSpy errors(engine.get(), &SyncEngine::errorOccurred);
    engine->start();
    QCOMPARE(errors.count(), 1);
    QCOMPARE(errors.at(0).at(0).value<SyncError>().context, QStringLiteral("logout"));
    engine->stop();
    QVERIFY(engine->logout(SyncEngine::UnsyncedWork::Discard).failure().code == Failure::Code::LocalStore);
    reader.reset();
    if (opportunity == QStringLiteral("logout")) {
        QVERIFY(engine->logout());
    } else if (opportunity == QStringLiteral("start")) {
        m_proxy->refuse(); // else the rows come again
        engine->start();
    } else {
        setup.userId = bob;
        SyncEngine next(setup);
        QVERIFY(next.open());
        QCOMPARE(leftovers("alice"), QString());
    }
    QCOMPARE(leftovers("alice-on-server"), QString());
}

void tst_Sessions::openQueryOfTheApplicationIsNamed()
{
    const Connection application(path());
    application.run(QStringLiteral("CREATE TABLE own (title TEXT)"));
    application.run(QStringLiteral("INSERT INTO own VALUES ('1'), ('2')"));
    SyncSetup setup = setupOf(alice);
    setup.storage = SqliteStorage::factory(application.database());
    const std::unique_ptr<SyncEngine> engine = opened(setup);
    QCOMPARE(wait(engine->pullAll()).pulled, 30);
    QSqlQuery query(application.database());
    QVERIFY(query.exec(QStringLiteral("SELECT title FROM own")) && query.next());
    const Result<void> left = engine->logout();
    QCOMPARE(left.failure().code, Failure::Code::LocalStore);
    QVERIFY2(left.failure().detail.contains(QStringLiteral("query")), qPrintable(left.failure().detail));
    QCOMPARE(engine->rows(notes)->size(), 0);
    query.finish();
    QVERIFY(engine->logout());
    QCOMPARE(leftovers("alice"), QString());
    QCOMPARE(application.run(QStringLiteral("SELECT count(*) FROM own")).toInt(), 2);
}

// A journal that was kept, and pages that were freed without being overwritten.
void tst_Sessions::sweepsWhatOthersLeftInTheFile()
{
    {
        const Connection application(path());
        application.run(QStringLiteral("PRAGMA journal_mode = PERSIST"));
        application.run(QStringLiteral("PRAGMA secure_delete = OFF"));
        application.run(QStringLiteral("CREATE TABLE notes (id TEXT PRIMARY KEY, title TEXT, body TEXT, user_id TEXT,"
                                       " updated_at TEXT)"));
        application.run(
            QStringLiteral("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                           " INSERT INTO notes (id, title) SELECT i, 'alice-before ' || hex(randomblob(200)) FROM n"));
        application.run(QStringLiteral("DELETE FROM notes"));
    }
    QVERIFY(QFile::exists(path() + QStringLiteral("-journal")));
    QVERIFY(leftovers("alice-before").contains(QStringLiteral("app.db")));
    SyncSetup setup = setupOf(alice);
    SyncEngine engine(setup);
    QVERIFY(engine.open());
    QVERIFY(engine.logout());
    QCOMPARE(leftovers("alice-before"), QString());
    QVERIFY(!QFile::exists(path() + QStringLiteral("-journal")));
}

void tst_Sessions::followsForeignKeys_data()
{
    QTest::addColumn<bool>("isEnforced");
    QTest::newRow("enforced") << true;
    QTest::newRow("not enforced") << false;
}

void tst_Sessions::followsForeignKeys()
{
    QFETCH(bool, isEnforced);
    const Connection application(path());
    for (const char *sql : {
             "CREATE TABLE lists (id TEXT PRIMARY KEY, updated_at TEXT)",
             "CREATE TABLE items (id TEXT PRIMARY KEY, list_id TEXT REFERENCES lists ON DELETE RESTRICT, updated_at "
             "TEXT)",
             "CREATE TABLE drafts (item_id TEXT REFERENCES items (id) ON DELETE CASCADE, text TEXT)",
             "CREATE TABLE parts (id TEXT PRIMARY KEY, draft TEXT, item_id TEXT REFERENCES items ON DELETE CASCADE)",
             "CREATE TABLE crumbs (part_id TEXT REFERENCES parts ON DELETE CASCADE, text TEXT)",
             "CREATE TABLE settings (name TEXT, last_item TEXT REFERENCES items ON DELETE SET NULL)",
             "INSERT INTO lists VALUES ('l', '1')",
             "INSERT INTO items VALUES ('i', 'l', '1')",
             "INSERT INTO drafts VALUES ('i', 'alice-draft'), (NULL, 'nobody''s')",
             "INSERT INTO parts VALUES ('p', 'alice-part', 'i'), ('free', 'nobody''s', NULL)",
             "INSERT INTO crumbs VALUES ('p', 'alice-crumb'), ('free', 'nobody''s')",
             "INSERT INTO settings VALUES ('window', 'i')",
         })
        application.run(QString::fromUtf8(sql));
    application.run(QStringLiteral("PRAGMA foreign_keys = %1").arg(isEnforced ? 1 : 0));
    SyncSetup setup = setupOf(alice);
    setup.storage = SqliteStorage::factory(application.database());
    setup.tables = {TableConfig(QStringLiteral("lists")), TableConfig(QStringLiteral("items"))};
    // The order in which tables are cleared is that of their names: a parent's first is the harder one.
    application.run(QStringLiteral("ALTER TABLE lists RENAME TO a_lists"));
    setup.tables[0].name = QStringLiteral("a_lists");
    SyncEngine engine(setup);
    QVERIFY(engine.open());
    const Result<void> left = engine.logout();
    QVERIFY2(left, qPrintable(left.failure().detail));
    QCOMPARE(leftovers("alice"), QString());
    const auto count = [&](const char *table) {
        return application.run(QStringLiteral("SELECT count(*) FROM ") + QString::fromLatin1(table)).toInt();
    };
    QCOMPARE(count("a_lists"), 0);
    QCOMPARE(count("items"), 0);
    QCOMPARE(count("drafts"), 1);
    QCOMPARE(count("parts"), 1);
    QCOMPARE(count("crumbs"), 1);
    QCOMPARE(count("settings"), 1);
    QVERIFY(application.run(QStringLiteral("SELECT last_item FROM settings")).isNull());
    QVERIFY(application.run(QStringLiteral("PRAGMA foreign_key_check")).isNull());
}

// Tables that were synced once, and those that nobody synced.
void tst_Sessions::droppedTablesDoNotHinder()
{
    const Connection application(path());
    for (const char *name : {"dropped", "removed", "own"}) {
        application.run(QStringLiteral("CREATE TABLE %1 (id TEXT PRIMARY KEY, title TEXT, updated_at TEXT)")
                            .arg(QString::fromLatin1(name)));
        application.run(QStringLiteral("INSERT INTO %1 VALUES ('1', 'alice-%1', '1')").arg(QString::fromLatin1(name)));
    }
    SyncSetup setup = setupOf(alice);
    setup.tables = {TableConfig(QStringLiteral("dropped"))};
    SyncEngine engine(setup);
    QVERIFY(engine.open());
    QVERIFY(engine.addTable(TableConfig(QStringLiteral("removed"))));
    QVERIFY(engine.removeTable(QStringLiteral("removed")));
    application.run(QStringLiteral("DROP TABLE dropped"));
    const Result<void> left = engine.logout();
    QVERIFY2(left, qPrintable(left.failure().detail));
    QCOMPARE(application.run(QStringLiteral("SELECT count(*) FROM removed")).toInt(), 0);
    QCOMPARE(application.run(QStringLiteral("SELECT count(*) FROM own")).toInt(), 1);
    QCOMPARE(leftovers("alice-dropped") + leftovers("alice-removed"), QString());
}

// An engine that was not told, because it only does what it is asked to.
void tst_Sessions::anotherProcessSignsOut()
{
    const std::unique_ptr<SyncEngine> here = opened(setupOf(alice));
    QCOMPARE(wait(here->pullAll()).pulled, 30);
    {
        const std::unique_ptr<SyncEngine> there = opened(setupOf(alice));
        QVERIFY(there->logout());
    }
    const std::unique_ptr<SyncEngine> next = opened(setupOf(bob));
    m_proxy->forget();
    QSignalSpy loggedOut(here.get(), &SyncEngine::loggedOut);
    const WriteResult written = here->write(notes, QStringLiteral("x"), note(QStringLiteral("alice-x"), {}, alice));
    QCOMPARE(written.failure.code, Failure::Code::Cancelled);
    const SyncReport report = wait(here->syncAll(SyncEngine::Urgency::Now));
    QCOMPARE(report.errors.value(0).code, Failure::Code::Cancelled);
    QTRY_COMPARE(loggedOut.count(), 1);
    QCOMPARE(m_proxy->requests().size(), 0);
    QVERIFY(here->logout(SyncEngine::UnsyncedWork::Discard)); // has happened already
    QCOMPARE(wait(next->pullAll()).pulled, 40);
    QVERIFY(here->logout(SyncEngine::UnsyncedWork::Discard));
    QCOMPARE(next->rows(notes)->size(), 40);
    QCOMPARE(leftovers("alice"), QString());
}

// The engine that has signed out may go on, but only for the same user, and only until another one comes.
void tst_Sessions::formerUsersEngineIsLockedOut()
{
    const std::unique_ptr<SyncEngine> engine = opened(setupOf(alice));
    QVERIFY(engine->logout());
    QCOMPARE(wait(engine->pullAll()).pulled, 30);
    SyncEngine early(setupOf(bob));
    QCOMPARE(early.open().failure().code, Failure::Code::Invalid);
    QVERIFY(engine->logout());
    const std::unique_ptr<SyncEngine> next = opened(setupOf(bob));
    m_proxy->forget();
    QCOMPARE(engine->write(notes, QStringLiteral("x"), note(QStringLiteral("x"), {}, alice)).failure.code,
             Failure::Code::Invalid);
    QCOMPARE(wait(engine->syncAll(SyncEngine::Urgency::Now)).errors.value(0).code, Failure::Code::Invalid);
    QSignalSpy errors(engine.get(), &SyncEngine::errorOccurred);
    engine->start();
    QCOMPARE(errors.count(), 1);
    QCOMPARE(engine->logout(SyncEngine::UnsyncedWork::Discard).failure().code, Failure::Code::Invalid);
    QCOMPARE(m_proxy->requests().size(), 0);
    QCOMPARE(wait(next->pullAll()).pulled, 40);
}

void tst_Sessions::refusalChangesNothing()
{
    const std::unique_ptr<SyncEngine> engine = opened(setupOf(alice));
    engine->start();
    QTRY_COMPARE(engine->rows(notes)->size(), 30);
    QVERIFY(m_stack.pauseRest());
    QVERIFY(engine->write(notes, QStringLiteral("x"), note(QStringLiteral("x"), {}, alice)));
    QCOMPARE(engine->logout().failure().code, Failure::Code::Conflict);
    QVERIFY(m_stack.resumeRest());
    // It still works by itself.
    QTRY_COMPARE_WITH_TIMEOUT(*engine->unsyncedCount(), 0, 30000);
    QVERIFY(engine->logout());
}

QTEST_GUILESS_MAIN(tst_Sessions)

#include "tst_sessions.moc"
