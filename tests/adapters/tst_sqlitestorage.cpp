// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QObject>
#include <QtCore/QThread>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>

#include <array>
#include <vector>

using namespace Tideline;

namespace {

// Another program on the same file.
class OtherProgram
{
public:
    explicit OtherProgram(const QString &path, const QString &name = QStringLiteral("other"))
        : m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name))
    {
        m_database.setDatabaseName(path);
        if (!m_database.open())
            qFatal("cannot open the other program's connection");
    }
    ~OtherProgram()
    {
        const QString name = m_database.connectionName();
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(name);
    }
    Q_DISABLE_COPY_MOVE(OtherProgram)

    QVariant run(const QString &sql)
    {
        QSqlQuery query(m_database);
        if (!query.exec(sql)) {
            qInfo("%s: %s", qPrintable(sql), qPrintable(query.lastError().text()));
            return QStringLiteral("failed");
        }
        return query.next() ? query.value(0) : QVariant();
    }
    const QSqlDatabase &database() const { return m_database; }

private:
    QSqlDatabase m_database;
};

void writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

// What is SQLite's own; the contracts of the stores have suites of their own.
class tst_SqliteStorage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void makesFilesForTheirOwnerOnly();
    void opensANewFileFromManySides();
    void leavesTheApplicationsVersionAlone();
    void refusesUnusableFiles_data();
    void refusesUnusableFiles();
    void refusesANewerSchema();
    void takesBackAFailedMigration();
    void failsWhileAnotherProgramWrites();
    void survivesAFullDisk();
    void noticesALostTransaction();
    void sharesTheApplicationsConnection();
    void refusesDatabasesInMemory();
    void erasesFreedBytes();
    void reportsReadersThatKeepFreedBytes();
    void storesPartsOfRowsWithRequiredColumns();
    void reportsViolatedConstraints();
    void keepsValuesInForeignColumns();
    void noticesSchemaChanges();
    void leavesUndecodableEntriesOut();

    void readsAClosedFileWithoutATrace();
    void readsAKilledApplicationsFile();
    void readsALiveFile();
    void noticesChangesOfTheOriginal();
    void neverWritesReadOnly();
    void namesWhatItFoundInstead();

private:
    void openStorage();
    void put(const TableConfig &table, const QString &recordId, const QVariantMap &values);
    static Result<std::unique_ptr<Storage>> openReadOnly(const QString &path);

    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_path;
    std::unique_ptr<Storage> m_storage;
    const TableConfig m_table{QStringLiteral("t")};
    const TableSchema m_schema{
        QStringLiteral("t"),
        {{QStringLiteral("id"), ColumnInfo::Type::Text, true, true}, {QStringLiteral("a"), ColumnInfo::Type::Text}}};
};

void tst_SqliteStorage::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
    m_path = m_directory->filePath(QStringLiteral("test.db"));
}

void tst_SqliteStorage::cleanup()
{
    m_storage.reset();
    m_directory.reset();
}

void tst_SqliteStorage::openStorage()
{
    SqliteOptions options;
    options.path = m_path;
    options.busyTimeout = std::chrono::milliseconds(50);
    auto storage = SqliteStorage::open(options);
    VERIFY_OK(storage);
    m_storage = std::move(*storage);
    VERIFY_OK(m_storage->local().createTable(m_schema));
}

void tst_SqliteStorage::put(const TableConfig &table, const QString &recordId, const QVariantMap &values)
{
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
        return m_storage->local().upsertRow(transaction, table, recordId, values);
    });
}

Result<std::unique_ptr<Storage>> tst_SqliteStorage::openReadOnly(const QString &path)
{
    SqliteOptions options;
    options.path = path;
    options.access = SqliteOptions::Access::ReadOnly;
    return SqliteStorage::open(options);
}

void tst_SqliteStorage::makesFilesForTheirOwnerOnly()
{
    openStorage();
    put(m_table, QStringLiteral("1"), {});
    const QFileDevice::Permissions owner =
        QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser | QFileDevice::WriteUser;
    for (const char *suffix : {"", "-wal", "-shm"}) {
        const QString file = m_path + QString::fromLatin1(suffix);
        QVERIFY(QFile::exists(file));
        QCOMPARE(QFile::permissions(file), owner);
    }
}

void tst_SqliteStorage::opensANewFileFromManySides()
{
    for (int round = 0; round < 20; ++round) {
        SqliteOptions options;
        options.path = m_directory->filePath(QString::number(round));
        std::array<Failure, 4> failures;
        std::vector<std::unique_ptr<QThread>> threads;
        for (Failure &failure : failures) {
            threads.emplace_back(
                QThread::create([&failure, options] { failure = SqliteStorage::open(options).failure(); }));
        }
        for (const auto &thread : threads)
            thread->start();
        for (const auto &thread : threads)
            QVERIFY(thread->wait());
        for (const Failure &failure : failures)
            QVERIFY(withoutFailure(failure));
    }
}

void tst_SqliteStorage::leavesTheApplicationsVersionAlone()
{
    {
        OtherProgram application(m_path);
        application.run(QStringLiteral("PRAGMA user_version = 42"));
    }
    openStorage();
    OtherProgram application(m_path);
    QCOMPARE(application.run(QStringLiteral("PRAGMA user_version")), QVariant(42));
    QCOMPARE(application.run(QStringLiteral("SELECT value FROM tideline_meta WHERE name = 'schema_version'")),
             QVariant(2));
    QCOMPARE(application.run(QStringLiteral("PRAGMA journal_mode")), QVariant(QStringLiteral("wal")));
}

void tst_SqliteStorage::refusesUnusableFiles_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("reason");
    QTest::newRow("garbage") << QStringLiteral("garbage.db") << QStringLiteral("not an SQLite database");
    QTest::newRow("corrupt") << QStringLiteral("corrupt.db") << QStringLiteral("corrupt");
    QTest::newRow("directory") << QStringLiteral("directory.db") << QStringLiteral("not a file");
    QTest::newRow("no directory") << QStringLiteral("nowhere/test.db") << QStringLiteral("directory");
}

void tst_SqliteStorage::refusesUnusableFiles()
{
    QFETCH(QString, name);
    QFETCH(QString, reason);
    const QByteArray garbage = QByteArray("no database at all\n").repeated(1000);
    writeFile(m_directory->filePath(QStringLiteral("garbage.db")), garbage);
    openStorage();
    m_storage.reset();
    QByteArray corrupt = contentOf(m_path);
    corrupt.replace(100, corrupt.size() - 100, garbage.left(corrupt.size() - 100));
    writeFile(m_directory->filePath(QStringLiteral("corrupt.db")), corrupt);
    QVERIFY(QDir(m_directory->path()).mkdir(QStringLiteral("directory.db")));

    SqliteOptions options;
    options.path = m_directory->filePath(name);
    const QByteArray before = contentOf(options.path);
    const auto storage = SqliteStorage::open(options);
    VERIFY_FAILS(storage, LocalStore);
    QVERIFY2(storage.failure().detail.contains(reason), qPrintable(storage.failure().detail));
    QCOMPARE(contentOf(options.path), before);
    if (!before.isEmpty())
        VERIFY_FAILS(openReadOnly(options.path), LocalStore);
}

void tst_SqliteStorage::refusesANewerSchema()
{
    openStorage();
    m_storage.reset();
    {
        OtherProgram newer(m_path);
        newer.run(QStringLiteral("UPDATE tideline_meta SET value = 99"));
        newer.run(QStringLiteral("PRAGMA journal_mode = DELETE"));
    }
    const QByteArray before = contentOf(m_path);
    SqliteOptions options;
    options.path = m_path;
    const auto storage = SqliteStorage::open(options);
    VERIFY_FAILS(storage, LocalStore);
    QVERIFY(storage.failure().detail.contains(QStringLiteral("newer Tideline")));
    VERIFY_FAILS(openReadOnly(m_path), LocalStore);
    QCOMPARE(contentOf(m_path), before);
}

void tst_SqliteStorage::takesBackAFailedMigration()
{
    {
        OtherProgram other(m_path);
        other.run(QStringLiteral("CREATE TABLE tideline_lease (mine)")); // in the way of one of the last statements
    }
    SqliteOptions options;
    options.path = m_path;
    VERIFY_FAILS(SqliteStorage::open(options), LocalStore);
    OtherProgram other(m_path);
    QCOMPARE(other.run(QStringLiteral("SELECT group_concat(name) FROM sqlite_master")),
             QVariant(QStringLiteral("tideline_lease")));
    other.run(QStringLiteral("DROP TABLE tideline_lease"));
    openStorage();
}

void tst_SqliteStorage::failsWhileAnotherProgramWrites()
{
    openStorage();
    OtherProgram other(m_path);
    other.run(QStringLiteral("BEGIN IMMEDIATE"));
    const auto transaction = m_storage->begin();
    VERIFY_FAILS(transaction, LocalStore);
    QVERIFY(transaction.failure().detail.contains(QStringLiteral("in use")));
    VERIFY_OK(m_storage->local().rows(m_table, -1)); // reading goes on
    other.run(QStringLiteral("ROLLBACK"));
    put(m_table, QStringLiteral("1"), {});
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 1);
}

void tst_SqliteStorage::survivesAFullDisk()
{
    OtherProgram application(m_path);
    auto opened = SqliteStorage::factory(application.database())();
    VERIFY_OK(opened);
    m_storage = std::move(*opened);
    VERIFY_OK(m_storage->local().createTable(m_schema));
    put(m_table, QStringLiteral("before"), {});
    const int pages = application.run(QStringLiteral("PRAGMA page_count")).toInt();
    application.run(QStringLiteral("PRAGMA max_page_count = %1").arg(pages + 2));
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        VERIFY_OK(m_storage->local().upsertRow(**transaction, m_table, QStringLiteral("half"), {}));
        const auto full = m_storage->local().upsertRow(**transaction, m_table, QStringLiteral("big"),
                                                       {{QStringLiteral("a"), QString(100'000, QLatin1Char('x'))}});
        VERIFY_FAILS(full, LocalStore);
        QVERIFY(full.failure().detail.contains(QStringLiteral("full")));
        // Whether SQLite has taken all back by itself or not: nothing of it may stay.
        (void)m_storage->local().upsertRow(**transaction, m_table, QStringLiteral("after"), {});
    }
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 1);
    application.run(QStringLiteral("PRAGMA max_page_count = 100000"));
    put(m_table, QStringLiteral("next"), {{QStringLiteral("a"), QString(100'000, QLatin1Char('x'))}});
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 2);
    m_storage.reset();
}

void tst_SqliteStorage::noticesALostTransaction()
{
    openStorage();
    {
        OtherProgram application(m_path);
        application.run(QStringLiteral("CREATE TABLE u (id TEXT PRIMARY KEY, n INTEGER UNIQUE ON CONFLICT ROLLBACK)"));
    }
    const TableConfig table(QStringLiteral("u"));
    put(table, QStringLiteral("1"), {{QStringLiteral("n"), 1}});
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        VERIFY_OK(m_storage->local().upsertRow(**transaction, m_table, QStringLiteral("1"), {}));
        VERIFY_FAILS(
            m_storage->local().upsertRow(**transaction, table, QStringLiteral("2"), {{QStringLiteral("n"), 1}}),
            Deserialization);
        // Without the check this would be stored on its own.
        VERIFY_FAILS(m_storage->local().upsertRow(**transaction, m_table, QStringLiteral("3"), {}), LocalStore);
        VERIFY_FAILS((*transaction)->commit(), LocalStore);
    }
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 0);
    put(m_table, QStringLiteral("4"), {});
}

void tst_SqliteStorage::sharesTheApplicationsConnection()
{
    OtherProgram application(m_path);
    const StorageFactory factory = SqliteStorage::factory(application.database());
    auto opened = factory();
    VERIFY_OK(opened);
    m_storage = std::move(*opened);
    VERIFY_OK(m_storage->local().createTable(m_schema));

    application.run(QStringLiteral("BEGIN"));
    const auto refused = m_storage->begin();
    VERIFY_FAILS(refused, LocalStore);
    QVERIFY(refused.failure().detail.contains(QStringLiteral("transaction of its own")));
    application.run(QStringLiteral("INSERT INTO t (id) VALUES ('mine')"));
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 1);
    application.run(QStringLiteral("ROLLBACK"));
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 0);

    Failure failure(Failure::Code::Invalid, QStringLiteral("did not run"));
    const std::unique_ptr<QThread> worker(QThread::create([&] {
        const auto clone = factory();
        if (!clone) {
            failure = clone.failure();
            return;
        }
        auto transaction = (*clone)->begin();
        const auto stored = (*clone)->local().upsertRow(**transaction, m_table, QStringLiteral("1"), {});
        failure = stored ? (*transaction)->commit().failure() : stored.failure();
    }));
    worker->start();
    QVERIFY(worker->wait());
    QVERIFY(withoutFailure(failure));
    QCOMPARE(*m_storage->local().rowCount(m_table.name), 1);
    m_storage.reset();
    QVERIFY(application.database().isOpen());
}

void tst_SqliteStorage::refusesDatabasesInMemory()
{
    OtherProgram application(QStringLiteral(":memory:"));
    VERIFY_FAILS(SqliteStorage::factory(application.database())(), LocalStore);
}

void tst_SqliteStorage::erasesFreedBytes()
{
    openStorage();
    const QString secret = QStringLiteral("a-secret-that-must-go");
    for (int i = 0; i < 50; ++i)
        put(m_table, QString::number(i), {{QStringLiteral("a"), secret}});
    QVERIFY(contentOf(m_path).contains(secret.toUtf8())
            || contentOf(m_path + QStringLiteral("-wal")).contains(secret.toUtf8()));
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return m_storage->local().clear(transaction, m_table.name); });
    VERIFY_OK(m_storage->eraseFreedBytes());
    for (const char *suffix : {"", "-wal", "-shm"})
        QVERIFY(!contentOf(m_path + QString::fromLatin1(suffix)).contains(secret.toUtf8()));
}

void tst_SqliteStorage::reportsReadersThatKeepFreedBytes()
{
    openStorage();
    put(m_table, QStringLiteral("1"), {});
    OtherProgram reader(m_path);
    reader.run(QStringLiteral("BEGIN"));
    reader.run(QStringLiteral("SELECT count(*) FROM t"));
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return m_storage->local().clear(transaction, m_table.name); });
    VERIFY_FAILS(m_storage->eraseFreedBytes(), LocalStore);
    reader.run(QStringLiteral("COMMIT"));
    VERIFY_OK(m_storage->eraseFreedBytes());
}

void tst_SqliteStorage::storesPartsOfRowsWithRequiredColumns()
{
    openStorage();
    OtherProgram application(m_path);
    application.run(QStringLiteral("CREATE TABLE r (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT)"));
    const TableConfig table(QStringLiteral("r"));
    put(table, QStringLiteral("1"), {{QStringLiteral("a"), QStringLiteral("x")}});
    put(table, QStringLiteral("1"), {{QStringLiteral("b"), QStringLiteral("y")}});
    const QVariantMap row = **m_storage->local().row(table, QStringLiteral("1"));
    QCOMPARE(row, (QVariantMap{{QStringLiteral("id"), 1},
                               {QStringLiteral("a"), QStringLiteral("x")},
                               {QStringLiteral("b"), QStringLiteral("y")}}));
}

void tst_SqliteStorage::reportsViolatedConstraints()
{
    openStorage();
    OtherProgram application(m_path);
    application.run(QStringLiteral("CREATE TABLE r (id INTEGER PRIMARY KEY, a TEXT NOT NULL)"));
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    const auto refused =
        m_storage->local().upsertRow(**transaction, TableConfig(QStringLiteral("r")), QStringLiteral("1"), {});
    VERIFY_FAILS(refused, Deserialization);
    QVERIFY(refused.failure().detail.contains(QStringLiteral("r.a")));
    // One bad row: the transaction goes on.
    VERIFY_OK(m_storage->local().upsertRow(**transaction, m_table, QStringLiteral("1"), {}));
    VERIFY_OK((*transaction)->commit());
}

void tst_SqliteStorage::keepsValuesInForeignColumns()
{
    openStorage();
    OtherProgram application(m_path);
    application.run(QStringLiteral("CREATE TABLE r (id UUID PRIMARY KEY, s STRING, n NUMERIC(10,2), d DATETIME, j JSON,"
                                   " x, v VARCHAR(20), g INTEGER GENERATED ALWAYS AS (1))"));
    const TableConfig table(QStringLiteral("r"));
    const QVariantMap values{{QStringLiteral("s"), QStringLiteral("text")},
                             {QStringLiteral("n"), 1.5},
                             {QStringLiteral("d"), QStringLiteral("2024-01-01T00:00:00.123456Z")},
                             {QStringLiteral("j"), QVariantMap{{QStringLiteral("k"), QVariantList{1LL}}}},
                             {QStringLiteral("x"), 5LL},
                             {QStringLiteral("v"), QStringLiteral("007")}};
    const QString id = QStringLiteral("9b2f0d0e-0000-4000-8000-000000000001");
    put(table, id, values);
    QVariantMap expected = values;
    expected.insert(QStringLiteral("id"), id);
    QCOMPARE(**m_storage->local().row(table, id), expected);
    // SQLite would make numbers of these without a word.
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    for (const auto &[column, value] :
         {std::pair(QStringLiteral("s"), QVariant(QStringLiteral("007"))),
          std::pair(QStringLiteral("d"), QVariant(QStringLiteral(" 1e5 "))),
          std::pair(QStringLiteral("n"), QVariant::fromValue(Decimal(QStringLiteral("12345678901234567.25"))))})
        VERIFY_FAILS(m_storage->local().upsertRow(**transaction, table, id, {{column, value}}), Deserialization);
}

void tst_SqliteStorage::noticesSchemaChanges()
{
    openStorage();
    put(m_table, QStringLiteral("1"), {{QStringLiteral("new"), 1}});
    OtherProgram application(m_path);
    application.run(QStringLiteral("ALTER TABLE t ADD COLUMN new INTEGER"));
    put(m_table, QStringLiteral("1"), {{QStringLiteral("new"), 1}});
    QCOMPARE((**m_storage->local().row(m_table, QStringLiteral("1"))).value(QStringLiteral("new")), QVariant(1));
    QVERIFY(m_storage->local().schema(m_table.name)->hasColumn(QStringLiteral("new")));
}

void tst_SqliteStorage::leavesUndecodableEntriesOut()
{
    openStorage();
    const auto enqueue = [&](const QString &id, const QString &recordId) {
        COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
            SyncEntry entry;
            entry.id = id;
            entry.table = m_table.name;
            entry.recordId = recordId;
            return m_storage->queue().enqueue(transaction, entry);
        });
    };
    enqueue(QStringLiteral("bad"), QStringLiteral("1"));
    enqueue(QStringLiteral("behind"), QStringLiteral("1"));
    enqueue(QStringLiteral("good"), QStringLiteral("2"));
    OtherProgram other(m_path);
    other.run(QStringLiteral("UPDATE tideline_entry SET payload = '{broken' WHERE id = 'bad'"));
    const auto due = m_storage->queue().due(at(0), 10, true, {});
    VERIFY_OK(due);
    QCOMPARE(due->size(), 1);
    QCOMPARE(due->constFirst().id, QStringLiteral("good"));
    // Nor do they crowd others out of the limit.
    const auto one = m_storage->queue().due(at(0), 1, true, {});
    VERIFY_OK(one);
    QCOMPARE(one->size(), 1);
    QCOMPARE(m_storage->queue().entries({})->size(), 3);
    QCOMPARE(m_storage->queue().entry(QStringLiteral("bad"))->error.code, Failure::Code::Deserialization);
}

void tst_SqliteStorage::readsAClosedFileWithoutATrace()
{
    openStorage();
    put(m_table, QStringLiteral("1"), {});
    m_storage.reset();
    const QByteArray before = contentOf(m_path);
    {
        const auto reader = openReadOnly(m_path);
        VERIFY_OK(reader);
        QCOMPARE(*(*reader)->local().rowCount(m_table.name), 1);
        QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files), QStringList{QStringLiteral("test.db")});
    }
    QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files), QStringList{QStringLiteral("test.db")});
    QCOMPARE(contentOf(m_path), before);
}

void tst_SqliteStorage::readsAKilledApplicationsFile()
{
    openStorage();
    put(m_table, QStringLiteral("1"), {});
    // What a killed process leaves, or what a customer sends: rows that are in the -wal only.
    const QString copy = m_directory->filePath(QStringLiteral("copy.db"));
    QVERIFY(QFile::copy(m_path, copy));
    QVERIFY(QFile::copy(m_path + QStringLiteral("-wal"), copy + QStringLiteral("-wal")));
    const QByteArray log = contentOf(copy + QStringLiteral("-wal"));
    QVERIFY(!log.isEmpty());
    {
        const auto reader = openReadOnly(copy);
        VERIFY_OK(reader);
        QCOMPARE(*(*reader)->local().rowCount(m_table.name), 1);
    }
    QCOMPARE(contentOf(copy + QStringLiteral("-wal")), log);
    QVERIFY(!QFile::exists(copy + QStringLiteral("-shm")));
}

void tst_SqliteStorage::readsALiveFile()
{
    openStorage();
    const auto reader = openReadOnly(m_path);
    VERIFY_OK(reader);
    const qint64 before = *(*reader)->dataVersion();
    QCOMPARE(*(*reader)->dataVersion(), before);
    put(m_table, QStringLiteral("1"), {});
    QVERIFY(*(*reader)->dataVersion() != before);
    QCOMPARE(*(*reader)->local().rowCount(m_table.name), 1);
}

void tst_SqliteStorage::noticesChangesOfTheOriginal()
{
    openStorage();
    m_storage.reset();
    const auto reader = openReadOnly(m_path);
    VERIFY_OK(reader);
    const qint64 closed = *(*reader)->dataVersion();
    QCOMPARE(*(*reader)->dataVersion(), closed);

    openStorage(); // the application starts again ...
    put(m_table, QStringLiteral("1"), {});
    const qint64 live = *(*reader)->dataVersion();
    QVERIFY(live != closed);
    QCOMPARE(*(*reader)->local().rowCount(m_table.name), 1);
    put(m_table, QStringLiteral("2"), {}); // ... and goes on
    QVERIFY(*(*reader)->dataVersion() != live);
    QCOMPARE(*(*reader)->local().rowCount(m_table.name), 2);
}

void tst_SqliteStorage::neverWritesReadOnly()
{
    openStorage();
    for (const bool isLive : {true, false}) {
        if (!isLive)
            m_storage.reset();
        const auto reader = openReadOnly(m_path);
        VERIFY_OK(reader);
        VERIFY_FAILS((*reader)->begin(), LocalStore);
        VERIFY_FAILS((*reader)->eraseFreedBytes(), LocalStore);
        VERIFY_FAILS((*reader)->local().createTable({QStringLiteral("n"), m_schema.columns}), LocalStore);
    }
}

void tst_SqliteStorage::namesWhatItFoundInstead()
{
    {
        OtherProgram other(m_path);
        other.run(QStringLiteral("CREATE TABLE invoices (id)"));
    }
    const auto reader = openReadOnly(m_path);
    VERIFY_FAILS(reader, LocalStore);
    QVERIFY(reader.failure().detail.contains(QStringLiteral("invoices")));
    VERIFY_FAILS(openReadOnly(m_directory->filePath(QStringLiteral("absent.db"))), LocalStore);
    QVERIFY(!QFile::exists(m_directory->filePath(QStringLiteral("absent.db"))));
}

QTEST_GUILESS_MAIN(tst_SqliteStorage)
#include "tst_sqlitestorage.moc"
