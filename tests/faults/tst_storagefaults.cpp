// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "databasecheck.h"
#include "notesclient.h"
#include "scratch.h"

#include <faultyvfs.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <functional>

using namespace Tideline;

namespace {

using Fault = FaultyVfs::Fault;
using Repeat = FaultyVfs::Repeat;

const QString refused = QStringLiteral("refused");

Failure failureOf(const WriteResult &result)
{
    return result.failure;
}

template <typename T>
Failure failureOf(const Result<T> &result)
{
    return result.failure();
}

Failure failureOf(const SyncReport &report)
{
    for (const Failure &error : report.errors) {
        if (error.code != Failure::Code::Remote) // what the server refuses is no fault here
            return error;
    }
    return {};
}

// What a call meets, from its preparation to what holds after it has succeeded.
class Operation
{
public:
    QString start; // the file that it begins with
    std::function<void(NotesClient &client)> prepare;
    std::function<Failure(NotesClient &client)> call;
    bool isOpening = false;  // the call opens
    bool isDraining = false; // it works on the worker's thread, or ends what is there
};

} // namespace

Q_DECLARE_METATYPE(Tideline::FaultyVfs::Fault)
Q_DECLARE_METATYPE(Tideline::FaultyVfs::Repeat)

// The disk, the lock or the room fails at the n-th of SQLite's calls, once or from then on, for every n.
class tst_StorageFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void reachesQSqlDatabase();
    void failsCleanly_data();
    void failsCleanly();

private:
    static Operation operation(const QString &name);
    NotesSetup setupOf(const QString &name) const;
    void verifyOne(const Operation &operation, Fault fault, Repeat repeat, qint64 number, bool *isThrough);
    static void verifyFailure(const Failure &failure, Fault fault);

    QTemporaryDir m_directory{scratchTemplate()};
    FaultyVfs m_vfs;
    int m_faults = 0;
    int m_failures = 0;
};

void tst_StorageFaults::initTestCase()
{
    QVERIFY(m_directory.isValid());
    const NotesSetup unused = setupOf(QStringLiteral("new"));
    const NotesSetup used = setupOf(QStringLiteral("used"));
    DatabaseCheck::makeNotes(unused.database);
    QVERIFY(QFile::copy(unused.database, used.database));
    QVERIFY(NotesClient(used).open());
}

NotesSetup tst_StorageFaults::setupOf(const QString &name) const
{
    NotesSetup setup;
    setup.database = m_directory.filePath(name + QStringLiteral(".db"));
    setup.log = m_directory.filePath(name + QStringLiteral(".log"));
    setup.busyTimeout = std::chrono::milliseconds(20);
    return setup;
}

void tst_StorageFaults::reachesQSqlDatabase()
{
    NotesClient client(setupOf(QStringLiteral("used")));
    m_vfs.arm(Fault::IoError, 1'000'000);
    QVERIFY(client.open());
    QVERIFY(m_vfs.count() > 10);
    m_vfs.arm(Fault::IoError, 1, Repeat::FromThenOn);
    QVERIFY(!client.write(QStringLiteral("a"), QStringLiteral("1")));
    QVERIFY(m_vfs.hasStruck());
    m_vfs.disarm();
    QVERIFY(NotesClient(setupOf(QStringLiteral("used"))).open());
}

Operation tst_StorageFaults::operation(const QString &name)
{
    const auto text = [](const char *title) { return QString::fromLatin1(title); };
    const auto wrote = [=](NotesClient &client) { QVERIFY(client.write(text("a"), text("1"))); };
    const auto buried = [=](NotesClient &client) {
        QVERIFY(client.write(text("a"), refused));
        client.drain();
        QCOMPARE(client.deadLetters().size(), 1);
    };
    const auto nothing = [](NotesClient &) {};
    const QString used = text("used");
    Operation operation{used, wrote, {}};
    if (name == text("open") || name == text("migrate")) {
        operation = {name == text("open") ? used : text("new"), nothing,
                     [](NotesClient &client) { return failureOf(client.open()); }, true};
    } else if (name == text("write")) {
        operation = {used, nothing, [=](NotesClient &client) { return failureOf(client.write(text("a"), text("1"))); }};
    } else if (name == text("patch")) {
        operation.call = [=](NotesClient &client) { return failureOf(client.patch(text("a"), text("2"))); };
    } else if (name == text("remove")) {
        operation.call = [=](NotesClient &client) { return failureOf(client.remove(text("a"))); };
    } else if (name == text("drain")) {
        operation.prepare = [=](NotesClient &client) {
            wrote(client);
            QVERIFY(client.patch(text("a"), text("2")));
            QVERIFY(client.write(text("b"), text("1")));
        };
        operation.call = [](NotesClient &client) { return failureOf(client.drain()); };
        operation.isDraining = true;
    } else if (name == text("bury")) {
        operation.prepare = [=](NotesClient &client) { QVERIFY(client.write(text("a"), refused)); };
        operation.call = [](NotesClient &client) { return failureOf(client.drain()); };
        operation.isDraining = true;
    } else if (name == text("retry")) {
        operation.prepare = buried;
        operation.call = [](NotesClient &client) { return failureOf(client->retryAll()); };
    } else if (name == text("edit")) {
        operation.prepare = buried;
        operation.call = [=](NotesClient &client) {
            const QStringList dead = client.deadLetters();
            const QVariantMap row{{text("title"), text("1")}, {text("body"), text("")}};
            return dead.isEmpty() ? Failure() : failureOf(client->edit(dead.constFirst(), row));
        };
    } else if (name == text("discard")) {
        operation.prepare = buried;
        operation.call = [](NotesClient &client) {
            const QStringList dead = client.deadLetters();
            return dead.isEmpty() ? Failure() : failureOf(client->discard(dead));
        };
    } else if (name == text("logout")) {
        operation.call = [](NotesClient &client) {
            return failureOf(client->logout(SyncEngine::UnsyncedWork::Discard));
        };
        operation.isDraining = true;
    }
    return operation;
}

void tst_StorageFaults::failsCleanly_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<FaultyVfs::Fault>("fault");
    QTest::addColumn<FaultyVfs::Repeat>("repeat");
    const QList<QPair<const char *, Fault>> faults{
        {"I/O error", Fault::IoError}, {"disk full", Fault::Full}, {"busy", Fault::Busy}};
    for (const char *name :
         {"open", "migrate", "write", "patch", "remove", "drain", "bury", "retry", "edit", "discard", "logout"}) {
        for (const auto &[word, fault] : faults) {
            QTest::addRow("%s, %s once", name, word) << QString::fromLatin1(name) << fault << Repeat::Once;
            QTest::addRow("%s, %s for good", name, word) << QString::fromLatin1(name) << fault << Repeat::FromThenOn;
        }
    }
}

void tst_StorageFaults::failsCleanly()
{
    QFETCH(QString, name);
    QFETCH(FaultyVfs::Fault, fault);
    QFETCH(FaultyVfs::Repeat, repeat);
    m_faults = 0;
    m_failures = 0;
    bool isThrough = false;
    for (qint64 number = 1; !isThrough; number += TIDELINE_FAULT_STRIDE) {
        verifyOne(operation(name), fault, repeat, number, &isThrough);
        if (QTest::currentTestFailed()) {
            m_vfs.disarm();
            qInfo("at call %lld", static_cast<long long>(number));
            return;
        }
    }
    qInfo("%d faults, %d calls failed", m_faults, m_failures);
}

void tst_StorageFaults::verifyOne(const Operation &operation, Fault fault, Repeat repeat, qint64 number,
                                  bool *isThrough)
{
    const NotesSetup setup = setupOf(QStringLiteral("case"));
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(setup.database + QString::fromLatin1(suffix));
    QFile::remove(setup.log);
    QVERIFY(QFile::copy(setupOf(operation.start).database, setup.database));
    {
        NotesClient client(setup);
        if (!operation.isOpening)
            QVERIFY(client.open());
        operation.prepare(client);
        m_vfs.arm(fault, number, repeat);
        const Failure failure = operation.call(client);
        *isThrough = !m_vfs.hasStruck();
        m_vfs.disarm();
        m_faults += *isThrough ? 0 : 1;
        if (failure.isFailure()) {
            ++m_failures;
            QVERIFY2(!*isThrough, qPrintable(failure.detail));
            verifyFailure(failure, fault);
            if (QTest::currentTestFailed())
                return;
        }
        const DatabaseCheck found(setup.database);
        QCOMPARE(found.problem(), QString());
        QCOMPARE(found.disorder(LogServer::effects(setup.log)), QString());

        // The same call again, and what an application goes on with, on the same connections.
        if (failure.isFailure())
            QCOMPARE(operation.call(client).detail, QString());
        const WriteResult written = client.write(QStringLiteral("z"), QStringLiteral("1"));
        QVERIFY2(written, qPrintable(written.failure.detail));
        if (operation.isDraining)
            QCOMPARE(failureOf(client.drain()).detail, QString());
    }
    const DatabaseCheck settled(setup.database);
    QCOMPARE(settled.problem(), QString());
    QCOMPARE(settled.disorder(LogServer::effects(setup.log)), QString());
    QVERIFY(settled.rows().contains(QStringLiteral("z")));
    if (operation.isDraining)
        QCOMPARE(settled.count(EntryState::Pending) + settled.count(EntryState::InFlight), 0);
}

// Says what happened and what to do about it.
void tst_StorageFaults::verifyFailure(const Failure &failure, Fault fault)
{
    const auto says = [&](const char *cause, const char *remedy) {
        return failure.detail.contains(QLatin1String(cause)) && failure.detail.contains(QLatin1String(remedy));
    };
    QCOMPARE(failure.code, Failure::Code::LocalStore);
    switch (fault) {
    case Fault::IoError:
        QVERIFY2(says("disk reported an error", "Check the disk") || says("cannot be opened", "Check that"),
                 qPrintable(failure.detail));
        break;
    case Fault::Full:
        QVERIFY2(says("full", "Free some space"), qPrintable(failure.detail));
        break;
    case Fault::Busy:
        QVERIFY2(says("in use", "close the other program") || says("another program reads", "Close it"),
                 qPrintable(failure.detail));
        break;
    case Fault::None:
    case Fault::Kill:
        break;
    }
}

QTEST_GUILESS_MAIN(tst_StorageFaults)
#include "tst_storagefaults.moc"
