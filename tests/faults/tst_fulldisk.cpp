// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "databasecheck.h"
#include "notesclient.h"
#include "scratch.h"

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>
#include <QtTest/QTest>

#include <sys/mount.h>
#include <unistd.h>

using namespace Tideline;

namespace {

// A file system in memory of eight megabytes, for as long as the object lives.
class SmallDisk
{
public:
    SmallDisk()
        : m_isMounted(::mount("tideline", m_directory.path().toLocal8Bit().constData(), "tmpfs", 0, "size=8m") == 0)
    {
    }
    ~SmallDisk()
    {
        if (m_isMounted)
            ::umount2(m_directory.path().toLocal8Bit().constData(), MNT_DETACH);
    }
    Q_DISABLE_COPY_MOVE(SmallDisk)

    bool isMounted() const { return m_isMounted; }
    QString filePath(const QString &name) const { return m_directory.filePath(name); }

private:
    QTemporaryDir m_directory;
    bool m_isMounted;
};

// Another program that has a transaction open on the file.
class OtherWriter
{
public:
    explicit OtherWriter(const QString &path)
    {
        m_process.start(QStringLiteral("sqlite3"), {QStringLiteral("-batch"), path});
        m_process.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
        m_isLocked = m_process.waitForReadyRead(20000) && m_process.readAllStandardOutput().contains("locked");
    }
    ~OtherWriter() { end(); }
    Q_DISABLE_COPY_MOVE(OtherWriter)

    bool isLocked() const { return m_isLocked; }
    bool end()
    {
        m_process.write("COMMIT;\n");
        m_process.closeWriteChannel();
        return m_process.state() == QProcess::NotRunning || m_process.waitForFinished(20000);
    }

private:
    QProcess m_process;
    bool m_isLocked = false;
};

const QString large = QString(20000, QLatin1Char('x'));

} // namespace

// The same by real means: a disk that is full, a database that may not grow, a lock that another process holds.
class tst_FullDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void survivesAFullDisk();
    void drainsOnAFullDisk();
    void survivesASizeLimit();
    void survivesAnotherWriter();

private:
    static NotesSetup setupIn(const QString &database);
    // Answers how many there were before the first that failed.
    static int writeUntilFull(NotesClient &client, Failure *failure);
    static void verifySettled(const NotesSetup &setup, NotesClient &client, int atLeast);
};

NotesSetup tst_FullDisk::setupIn(const QString &database)
{
    NotesSetup setup;
    setup.database = database;
    setup.log = database + QStringLiteral(".log");
    setup.busyTimeout = std::chrono::milliseconds(100);
    DatabaseCheck::makeNotes(database);
    return setup;
}

int tst_FullDisk::writeUntilFull(NotesClient &client, Failure *failure)
{
    for (int number = 0; number < 10000; ++number) {
        const WriteResult written = client.write(QString::number(number), large);
        if (!written) {
            *failure = written.failure;
            return number;
        }
    }
    return -1;
}

void tst_FullDisk::verifySettled(const NotesSetup &setup, NotesClient &client, int atLeast)
{
    const WriteResult written = client.write(QStringLiteral("z"), QStringLiteral("1"));
    QVERIFY2(written, qPrintable(written.failure.detail));
    const SyncReport report = client.drain();
    QVERIFY2(report.errors.isEmpty(), qPrintable(report.errors.value(0).detail));
    const DatabaseCheck found(setup.database);
    QCOMPARE(found.problem(), QString());
    QCOMPARE(found.disorder(LogServer::effects(setup.log)), QString());
    QVERIFY(found.count(EntryState::Done) >= atLeast);
    QCOMPARE(found.count(EntryState::Pending), 0);
}

void tst_FullDisk::survivesAFullDisk()
{
    const SmallDisk disk;
    if (!disk.isMounted())
        QSKIP("This user may not mount a file system.");
    const QTemporaryDir elsewhere;
    NotesSetup setup = setupIn(disk.filePath(QStringLiteral("app.db")));
    setup.log = elsewhere.filePath(QStringLiteral("server.log"));
    QFile ballast(disk.filePath(QStringLiteral("ballast")));
    QVERIFY(ballast.open(QIODevice::WriteOnly));
    QCOMPARE(ballast.write(QByteArray(6000000, 'x')), 6000000);
    ballast.close();
    NotesClient client(setup);
    QVERIFY(client.open());
    Failure failure;
    const int written = writeUntilFull(client, &failure);
    QVERIFY(written > 5);
    for (int attempt = 0; attempt < 3; ++attempt) {
        QCOMPARE(failure.code, Failure::Code::LocalStore);
        QVERIFY2(failure.detail.contains(QStringLiteral("disk is full")), qPrintable(failure.detail));
        QVERIFY2(failure.detail.contains(QStringLiteral("Free some space")), qPrintable(failure.detail));
        const DatabaseCheck found(setup.database);
        QCOMPARE(found.problem(), QString());
        QCOMPARE(found.entries().size(), written);
        const WriteResult again = client.write(QStringLiteral("again"), large);
        QVERIFY(!again);
        failure = again.failure;
    }
    QVERIFY(ballast.remove());
    verifySettled(setup, client, written + 1);
}

void tst_FullDisk::drainsOnAFullDisk()
{
    const SmallDisk disk;
    if (!disk.isMounted())
        QSKIP("This user may not mount a file system.");
    const QTemporaryDir elsewhere;
    NotesSetup setup = setupIn(disk.filePath(QStringLiteral("app.db")));
    setup.log = elsewhere.filePath(QStringLiteral("server.log"));
    NotesClient client(setup);
    QVERIFY(client.open());
    for (int number = 0; number < 20; ++number)
        QVERIFY(client.write(QString::number(number), QStringLiteral("1")));
    // What is left is filled to the last byte.
    QFile ballast(disk.filePath(QStringLiteral("ballast")));
    QVERIFY(ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    while (ballast.write(QByteArray(4096, 'x')) == 4096) {
    }
    ballast.close();
    const SyncReport report = client.drain();
    QVERIFY(!report.errors.isEmpty());
    for (const Failure &error : report.errors) {
        QCOMPARE(error.code, Failure::Code::LocalStore);
        QVERIFY2(error.detail.contains(QStringLiteral("Free some space")), qPrintable(error.detail));
    }
    QCOMPARE(DatabaseCheck(setup.database).problem(), QString());
    QVERIFY(ballast.remove());
    verifySettled(setup, client, 21);
}

void tst_FullDisk::survivesASizeLimit()
{
    const QTemporaryDir directory(scratchTemplate());
    NotesSetup setup = setupIn(directory.filePath(QStringLiteral("app.db")));
    // The limit is the connection's: this one is the application's and the engine's.
    const QString name = QStringLiteral("limited");
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(setup.database);
        QVERIFY(database.open());
        SyncSetup engineSetup = NotesSetup::engine(setup);
        engineSetup.storage = SqliteStorage::factory(database);
        NotesClient client(engineSetup);
        QVERIFY(client.open());
        QSqlQuery limit(database);
        QVERIFY(limit.exec(QStringLiteral("PRAGMA max_page_count = 120")));
        limit.finish();
        Failure failure;
        const int written = writeUntilFull(client, &failure);
        QVERIFY(written > 2);
        QCOMPARE(failure.code, Failure::Code::LocalStore);
        QVERIFY2(failure.detail.contains(QStringLiteral("size limit")), qPrintable(failure.detail));
        const DatabaseCheck found(setup.database);
        QCOMPARE(found.problem(), QString());
        QCOMPARE(found.entries().size(), written);
        QVERIFY(limit.exec(QStringLiteral("PRAGMA max_page_count = 100000")));
        limit.finish();
        verifySettled(setup, client, written + 1);
    }
    QSqlDatabase::removeDatabase(name);
}

void tst_FullDisk::survivesAnotherWriter()
{
    const QTemporaryDir directory(scratchTemplate());
    const NotesSetup setup = setupIn(directory.filePath(QStringLiteral("app.db")));
    NotesClient client(setup);
    QVERIFY(client.open());
    QVERIFY(client.write(QStringLiteral("a"), QStringLiteral("1")));
    OtherWriter other(setup.database);
    QVERIFY(other.isLocked());
    const auto verifyBusy = [](const Failure &failure) {
        QCOMPARE(failure.code, Failure::Code::LocalStore);
        QVERIFY2(failure.detail.contains(QStringLiteral("in use")), qPrintable(failure.detail));
        QVERIFY2(failure.detail.contains(QStringLiteral("close the other program")), qPrintable(failure.detail));
    };
    verifyBusy(client.write(QStringLiteral("b"), QStringLiteral("1")).failure);
    verifyBusy(client.patch(QStringLiteral("a"), QStringLiteral("2")).failure);
    verifyBusy(client.remove(QStringLiteral("a")).failure);
    verifyBusy(client->logout(SyncEngine::UnsyncedWork::Discard).failure());
    for (const Failure &error : client.drain().errors)
        verifyBusy(error);
    verifyBusy(NotesClient(setup).open().failure());
    // Reading goes on all the time.
    QVERIFY(client->rows(QStringLiteral("notes")));
    QVERIFY(other.end());
    QVERIFY(client.write(QStringLiteral("b"), QStringLiteral("1")));
    verifySettled(setup, client, 3);
}

QTEST_GUILESS_MAIN(tst_FullDisk)
#include "tst_fulldisk.moc"
