// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <faultyvfs.h>

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <csignal>
#include <functional>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Tideline;

namespace {

using Fault = FaultyVfs::Fault;

// Past the driver, and past a FaultyVfs.
class Plain
{
public:
    explicit Plain(const QString &path, const QString &options = {})
    {
        const QByteArray name = (options.isEmpty() ? path : QStringLiteral("file:%1?%2").arg(path, options)).toUtf8();
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
        if (sqlite3_open_v2(name.constData(), &m_database, flags, "unix") != SQLITE_OK)
            qFatal("the file does not open");
        sqlite3_busy_timeout(m_database, 5000);
    }
    ~Plain() { sqlite3_close(m_database); }
    Q_DISABLE_COPY_MOVE(Plain)

    void run(const QByteArray &sql) const
    {
        if (sqlite3_exec(m_database, sql.constData(), nullptr, nullptr, nullptr) != SQLITE_OK)
            qFatal("%s: %s", sql.constData(), sqlite3_errmsg(m_database));
    }
    // All rows as text.
    QString read(const QByteArray &sql) const
    {
        QString text;
        const auto append = [](void *into, int count, char **values, char **) {
            for (int i = 0; i < count; ++i)
                *static_cast<QString *>(into) += QString::fromUtf8(values[i] ? values[i] : "null") + QLatin1Char('|');
            *static_cast<QString *>(into) += QLatin1Char('\n');
            return 0;
        };
        if (sqlite3_exec(m_database, sql.constData(), append, &text, nullptr) != SQLITE_OK)
            qFatal("%s: %s", sql.constData(), sqlite3_errmsg(m_database));
        return text;
    }

private:
    sqlite3 *m_database = nullptr;
};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// How every table, index and trigger of ours is made, but for the layout of the text: ALTER TABLE leaves its own.
QString schemaOf(const Plain &database)
{
    QString schema = database.read("SELECT type, name, tbl_name FROM sqlite_master WHERE name LIKE 'tideline%'"
                                   " ORDER BY name");
    schema += database.read("SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk FROM sqlite_master m"
                            " JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name LIKE 'tideline%'"
                            " ORDER BY m.name, c.cid");
    QString sql = database.read("SELECT name, sql FROM sqlite_master WHERE type <> 'table' AND name LIKE 'tideline%'"
                                " ORDER BY name");
    return schema + sql.simplified();
}

// What the user would miss.
QString dataOf(const Plain &database)
{
    QString data;
    for (const char *sql :
         {"SELECT * FROM notes ORDER BY id",
          "SELECT seq, id, table_name, record_id, operation, payload, base, created_at, retry_count, next_retry_at,"
          " state, error, sent_at, finished_at, held_by FROM tideline_entry ORDER BY seq",
          "SELECT * FROM tideline_count", "SELECT entry_id, at, failure FROM tideline_attempt",
          "SELECT table_name, value, pulled_at FROM tideline_cursor",
          "SELECT id, table_name, record_id, strategy, is_open, base, local, remote, resolved, at FROM "
          "tideline_conflict",
          "SELECT at, name, table_name, record_id, detail FROM tideline_event",
          "SELECT table_name, record_id, row, reason, at FROM tideline_quarantine",
          "SELECT name, value FROM tideline_session ORDER BY name", "SELECT name FROM tideline_table ORDER BY name"})
        data += database.read(sql);
    return data;
}

} // namespace

Q_DECLARE_METATYPE(Tideline::FaultyVfs::Fault)

// A database of every version that there ever was comes up to the newest one. schemas/v<n>.sql holds it as that version
// made it.
class tst_Migrations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void everyVersionIsKept();
    void comesUp_data();
    void comesUp();
    void failsWhole_data();
    void failsWhole();
    void survivesAKillAtEveryStep_data();
    void survivesAKillAtEveryStep();
    void besideAnotherProcess_data();
    void besideAnotherProcess();
    void manyAtOnce_data();
    void manyAtOnce();
    void leavesANewerOneAlone_data();
    void leavesANewerOneAlone();

private:
    void addVersions() const;
    void make(int version) const;
    int version() const;
    Result<std::unique_ptr<Storage>> open() const;
    void verifyWhole(int former) const;

    FaultyVfs m_vfs;
    QTemporaryDir m_directory;
    QString m_path;
    QString m_schema; // of a new database
    int m_newest = 0;
};

void tst_Migrations::initTestCase()
{
    m_path = m_directory.filePath(QStringLiteral("app.db"));
    init();
    VERIFY_OK(open());
    m_newest = version();
    m_schema = schemaOf(Plain(m_path));
}

void tst_Migrations::init()
{
    for (const QString &name : QDir(m_directory.path()).entryList(QDir::Files))
        QVERIFY(QFile::remove(m_directory.filePath(name)));
}

void tst_Migrations::addVersions() const
{
    QTest::addColumn<int>("former");
    for (int former = 1; former <= m_newest; ++former)
        QTest::addRow("from version %d", former) << former;
}

void tst_Migrations::make(int version) const
{
    const Plain database(m_path);
    const QByteArray sql = contentOf(QStringLiteral(TIDELINE_SCHEMAS "/v%1.sql").arg(version));
    QVERIFY2(!sql.isEmpty(), "keep a database of this version in tests/adapters/schemas");
    database.run("BEGIN;" + sql + "COMMIT");
}

int tst_Migrations::version() const
{
    return Plain(m_path)
        .read("SELECT value FROM tideline_meta WHERE name = 'schema_version'")
        .section(QLatin1Char('|'), 0, 0)
        .toInt();
}

Result<std::unique_ptr<Storage>> tst_Migrations::open() const
{
    SqliteOptions options;
    options.path = m_path;
    options.busyTimeout = std::chrono::milliseconds(2000);
    options.synchronous = SqliteOptions::Synchronous::Normal;
    return SqliteStorage::open(options);
}

// One version or another, never something in between, and nothing lost.
void tst_Migrations::verifyWhole(int former) const
{
    const int now = version();
    QVERIFY(now >= former && now <= m_newest);
    const Plain database(m_path);
    QCOMPARE(database.read("PRAGMA integrity_check"), QStringLiteral("ok|\n"));
    const Plain original(QStringLiteral("shared"), QStringLiteral("mode=memory"));
    original.run(contentOf(QStringLiteral(TIDELINE_SCHEMAS "/v%1.sql").arg(former)));
    QCOMPARE(dataOf(database), dataOf(original));
    if (now == former)
        QCOMPARE(schemaOf(database), schemaOf(original));
    if (now == m_newest)
        QCOMPARE(schemaOf(database), m_schema);
}

void tst_Migrations::everyVersionIsKept()
{
    const QStringList kept = QDir(QStringLiteral(TIDELINE_SCHEMAS)).entryList({QStringLiteral("v*.sql")});
    QVERIFY2(kept.size() == m_newest, "keep a database of every version in tests/adapters/schemas");
}

void tst_Migrations::comesUp_data()
{
    addVersions();
}

void tst_Migrations::comesUp()
{
    QFETCH(int, former);
    make(former);
    {
        const auto storage = open();
        VERIFY_OK(storage);
        QCOMPARE(version(), m_newest);
        QueueStore &queue = (*storage)->queue();
        const Result<QList<SyncEntry>> entries = queue.entries({});
        VERIFY_OK(entries);
        QCOMPARE(entries->size(), 4);
        for (const SyncEntry &entry : *entries)
            QVERIFY(!entry.isDamaged);
        COMMITTED(**storage, [&](StoreTransaction &transaction) { return queue.recoverInFlight(transaction); });
        const Result<QList<SyncEntry>> due = queue.due(at(100'000'000), 10, false, {});
        VERIFY_OK(due);
        QCOMPARE(due->size(), 2);
        QCOMPARE((*storage)->journal().openConflictCount().value(), 1);
        QCOMPARE((*storage)->journal().events({})->constFirst().name, QStringLiteral("SyncPullComplete"));
        QCOMPARE((*storage)->journal().quarantinedCount().value(), 1);
        QCOMPARE((*storage)->timestamps().cursor(QStringLiteral("notes"))->value, QStringLiteral("{\"v\":1}"));
        QCOMPARE((*storage)->session().enrolledTables()->size(), 2);
        QCOMPARE(queue.counts()->value(QStringLiteral("notes")).dead, 1);
    }
    init();
    make(former);
    VERIFY_OK(open());
    verifyWhole(former);
    const QString once = Plain(m_path).read("SELECT type, name, sql FROM sqlite_master ORDER BY name");
    VERIFY_OK(open()); // and once more
    verifyWhole(former);
    QCOMPARE(Plain(m_path).read("SELECT type, name, sql FROM sqlite_master ORDER BY name"), once);
}

void tst_Migrations::failsWhole_data()
{
    QTest::addColumn<int>("former");
    QTest::addColumn<Fault>("fault");
    for (int former = 0; former < m_newest; ++former) {
        for (const auto &[name, fault] : {std::pair{"I/O error", Fault::IoError}, std::pair{"disk full", Fault::Full},
                                          std::pair{"busy", Fault::Busy}})
            QTest::addRow("from version %d, %s", former, name) << former << fault;
    }
}

// At every call of SQLite's.
void tst_Migrations::failsWhole()
{
    QFETCH(int, former);
    QFETCH(Fault, fault);
    int failures = 0;
    bool isThrough = false;
    for (qint64 number = 1; !isThrough; ++number) {
        init();
        if (former > 0)
            make(former);
        m_vfs.arm(fault, number, FaultyVfs::Repeat::FromThenOn);
        {
            const auto storage = open();
            isThrough = !m_vfs.hasStruck();
            if (!storage) {
                ++failures;
                QCOMPARE(storage.failure().code, Failure::Code::LocalStore);
                QVERIFY(!isThrough);
            }
        }
        m_vfs.disarm();
        if (former > 0)
            verifyWhole(former);
        VERIFY_OK(open());
        if (former > 0)
            verifyWhole(former);
        QCOMPARE(version(), m_newest);
        if (QTest::currentTestFailed()) {
            qInfo("at call %lld", static_cast<long long>(number));
            return;
        }
    }
    QVERIFY(failures > 5);
}

void tst_Migrations::survivesAKillAtEveryStep_data()
{
    addVersions();
}

void tst_Migrations::survivesAKillAtEveryStep()
{
    QFETCH(int, former);
    int kills = 0;
    for (qint64 number = 1;; ++number) {
        init();
        make(former);
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            m_vfs.arm(Fault::Kill, number);
            ::_exit(open().ok() ? 0 : 1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        verifyWhole(former);
        VERIFY_OK(open());
        verifyWhole(former);
        QCOMPARE(version(), m_newest);
        if (QTest::currentTestFailed()) {
            qInfo("killed at step %lld", static_cast<long long>(number));
            return;
        }
        if (!WIFSIGNALED(status)) {
            QCOMPARE(WEXITSTATUS(status), 0);
            break;
        }
        QCOMPARE(WTERMSIG(status), SIGKILL);
        ++kills;
    }
    qInfo("%d kills", kills);
    QVERIFY(kills > 5);
}

void tst_Migrations::besideAnotherProcess_data()
{
    addVersions();
}

// Another program has the file open, reads in it all the time, and writes.
void tst_Migrations::besideAnotherProcess()
{
    QFETCH(int, former);
    make(former);
    const Plain other(m_path);
    other.run("PRAGMA journal_mode = WAL");
    const QString before = dataOf(other);
    other.run("BEGIN");
    QCOMPARE(dataOf(other), before);
    VERIFY_OK(open());
    QCOMPARE(dataOf(other), before); // its own moment
    other.run("COMMIT");
    QCOMPARE(dataOf(other), before);
    other.run("UPDATE notes SET title = 'of the other one' WHERE id = 'n2'");
    other.run("BEGIN IMMEDIATE");
    if (former < m_newest) {
        other.run("ROLLBACK");
        init();
        make(former);
        const Plain writer(m_path);
        writer.run("BEGIN IMMEDIATE");
        const auto storage = open();
        VERIFY_FAILS(storage, LocalStore);
        QVERIFY2(storage.failure().detail.contains(QStringLiteral("in use")), qPrintable(storage.failure().detail));
        writer.run("ROLLBACK");
        VERIFY_OK(open());
        verifyWhole(former);
        return;
    }
    VERIFY_OK(open()); // nothing to be done, and so nobody to be waited for
    other.run("ROLLBACK");
}

void tst_Migrations::manyAtOnce_data()
{
    addVersions();
}

void tst_Migrations::manyAtOnce()
{
    QFETCH(int, former);
    make(former);
    QList<pid_t> children;
    for (int i = 0; i < 6; ++i) {
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0)
            ::_exit(open().ok() ? 0 : 1);
        children.append(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(status, 0);
    }
    QCOMPARE(version(), m_newest);
    verifyWhole(former);
}

void tst_Migrations::leavesANewerOneAlone_data()
{
    QTest::addColumn<QByteArray>("mode");
    QTest::newRow("write-ahead log") << QByteArray("WAL");
    QTest::newRow("journal") << QByteArray("DELETE");
}

void tst_Migrations::leavesANewerOneAlone()
{
    QFETCH(QByteArray, mode);
    make(m_newest);
    {
        const Plain newer(m_path);
        newer.run("PRAGMA journal_mode = " + mode);
        newer.run("UPDATE tideline_meta SET value = " + QByteArray::number(m_newest + 1));
        newer.run("CREATE TABLE tideline_later (what)");
    }
    const QByteArray before = contentOf(m_path);
    const auto storage = open();
    VERIFY_FAILS(storage, LocalStore);
    for (const char *part : {"newer Tideline", "Update this program", "backup"})
        QVERIFY2(storage.failure().detail.contains(QLatin1String(part)), qPrintable(storage.failure().detail));
    QCOMPARE(contentOf(m_path), before);
    QCOMPARE(QDir(m_directory.path()).entryList(QDir::Files), QStringList(QStringLiteral("app.db")));
}

QTEST_GUILESS_MAIN(tst_Migrations)

#include "tst_migrations.moc"
