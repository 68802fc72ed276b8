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
    // What the call has done when it says so.
    std::function<bool(const DatabaseCheck &found)> isDone;
    bool isOpening = false;  // the call opens
    bool isDraining = false; // it works on the worker's thread, or ends what is there
    bool isPulling = false;  // rows come from elsewhere
};

const QStringList served{QStringLiteral("s1"), QStringLiteral("s2"), QStringLiteral("s3"), QStringLiteral("s4"),
                         QStringLiteral("s5")};

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
    Operation operation(const QString &name) const;
    NotesSetup setupOf(const QString &name) const;
    void verifyOne(const Operation &operation, Fault fault, Repeat repeat, qint64 number, bool *isThrough);
    static void verifyContent(const Operation &operation, const DatabaseCheck &found, const QString &log);
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
    DatabaseCheck::makeNotes(setupOf(QStringLiteral("old")).database, QStringLiteral(TIDELINE_SCHEMAS "/v1.sql"));
}

NotesSetup tst_StorageFaults::setupOf(const QString &name) const
{
    NotesSetup setup;
    setup.database = m_directory.filePath(name + QStringLiteral(".db"));
    setup.log = m_directory.filePath(name + QStringLiteral(".log"));
    setup.busyTimeout = std::chrono::milliseconds(20);
    setup.pageSize = 2;
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

Operation tst_StorageFaults::operation(const QString &name) const
{
    const qint64 newestVersion = DatabaseCheck(setupOf(QStringLiteral("used")).database).schemaVersion();
    const auto text = [](const char *title) { return QString::fromLatin1(title); };
    const auto wrote = [=](NotesClient &client) { QVERIFY(client.write(text("a"), text("1"))); };
    const auto dead = std::make_shared<QStringList>();
    const auto buried = [=](NotesClient &client) {
        QVERIFY(client.write(text("a"), refused));
        client.drain();
        *dead = client.deadLetters();
        QCOMPARE(dead->size(), 1);
    };
    const auto hasTitle = [=](const char *id, const char *title) {
        return [=](const DatabaseCheck &found) {
            return found.rows().value(text(id)).value(text("title")).toString() == text(title);
        };
    };
    const auto hasEntries = [=](EntryState state, int count) {
        return [=](const DatabaseCheck &found) { return found.count(state) == count; };
    };
    Operation operation{text("used"), [](NotesClient &) {}, {}, {}};
    if (name == text("open") || name == text("migrate") || name == text("upgrade")) {
        operation.start = name == text("open") ? text("used") : name == text("migrate") ? text("new") : text("old");
        operation.isOpening = true;
        operation.call = [](NotesClient &client) { return failureOf(client.open()); };
        operation.isDone = [=](const DatabaseCheck &found) { return found.schemaVersion() == newestVersion; };
    } else if (name == text("write")) {
        operation.call = [=](NotesClient &client) { return failureOf(client.write(text("a"), text("1"))); };
        operation.isDone = hasTitle("a", "1");
    } else if (name == text("writeAll")) {
        operation.prepare = wrote;
        operation.call = [=](NotesClient &client) {
            return failureOf(client.writeBoth(text("a"), text("b"), text("2")));
        };
        operation.isDone = [=](const DatabaseCheck &found) {
            return hasTitle("a", "2")(found) && hasTitle("b", "2")(found);
        };
    } else if (name == text("patch")) {
        operation.prepare = wrote;
        operation.call = [=](NotesClient &client) { return failureOf(client.patch(text("a"), text("2"))); };
        operation.isDone = hasTitle("a", "2");
    } else if (name == text("remove")) {
        operation.prepare = wrote;
        operation.call = [=](NotesClient &client) { return failureOf(client.remove(text("a"))); };
        operation.isDone = [=](const DatabaseCheck &found) { return !found.rows().contains(text("a")); };
    } else if (name == text("drain")) {
        operation.prepare = [=](NotesClient &client) {
            wrote(client);
            QVERIFY(client.patch(text("a"), text("2")));
            QVERIFY(client.write(text("b"), text("1")));
        };
        operation.call = [](NotesClient &client) { return failureOf(client.drain()); };
        operation.isDone = hasEntries(EntryState::Pending, 0);
        operation.isDraining = true;
    } else if (name == text("pull")) {
        operation.prepare = [log = setupOf(text("case")).log](NotesClient &) {
            QFile file(log);
            QVERIFY(file.open(QIODevice::WriteOnly));
            for (const QString &id : served) {
                file.write(
                    QStringLiteral("{\"record\":\"%1\",\"operation\":\"upsert\",\"values\":{\"title\":\"of %1\"}}\n")
                        .arg(id)
                        .toUtf8());
            }
        };
        operation.call = [](NotesClient &client) { return failureOf(client.pull()); };
        operation.isDone = [](const DatabaseCheck &found) { return found.rows().keys() == served; };
        operation.isPulling = true;
    } else if (name == text("bury")) {
        operation.prepare = [=](NotesClient &client) { QVERIFY(client.write(text("a"), refused)); };
        operation.call = [](NotesClient &client) { return failureOf(client.drain()); };
        operation.isDone = hasEntries(EntryState::Dead, 1);
        operation.isDraining = true;
    } else if (name == text("retry")) {
        operation.prepare = buried;
        operation.call = [=](NotesClient &client) { return failureOf(client->retry(*dead)); };
        operation.isDone = hasEntries(EntryState::Pending, 1);
    } else if (name == text("edit")) {
        operation.prepare = buried;
        operation.call = [=](NotesClient &client) {
            const QVariantMap row{{text("title"), text("1")}, {text("body"), text("")}};
            return failureOf(client->edit(dead->value(0), row));
        };
        operation.isDone = hasTitle("a", "1");
    } else if (name == text("discard")) {
        operation.prepare = buried;
        operation.call = [=](NotesClient &client) { return failureOf(client->discard(*dead)); };
        operation.isDone = hasEntries(EntryState::Discarded, 1);
    } else if (name == text("logout")) {
        operation.prepare = wrote;
        operation.call = [](NotesClient &client) {
            return failureOf(client->logout(SyncEngine::UnsyncedWork::Discard));
        };
        operation.isDone = [](const DatabaseCheck &found) { return found.rows().isEmpty(); };
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
    for (const char *name : {"open", "migrate", "upgrade", "write", "writeAll", "patch", "remove", "drain", "pull",
                             "bury", "retry", "edit", "discard", "logout"}) {
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
    const Operation tried = operation(name);
    for (qint64 number = 1; !isThrough; number += TIDELINE_FAULT_STRIDE) {
        verifyOne(tried, fault, repeat, number, &isThrough);
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
        verifyContent(operation, found, setup.log);
        if (QTest::currentTestFailed())
            return;

        if (!failure.isFailure())
            QVERIFY(operation.isDone(found));

        // The same call again, and what an application goes on with, on the same connections.
        if (failure.isFailure()) {
            QCOMPARE(operation.call(client).detail, QString());
            QVERIFY(operation.isDone(DatabaseCheck(setup.database)));
        }
        const WriteResult written = client.write(QStringLiteral("z"), QStringLiteral("1"));
        QVERIFY2(written, qPrintable(written.failure.detail));
        if (operation.isDraining)
            QCOMPARE(failureOf(client.drain()).detail, QString());
    }
    const DatabaseCheck settled(setup.database);
    verifyContent(operation, settled, setup.log);
    QVERIFY(settled.rows().contains(QStringLiteral("z")));
    if (operation.isDraining)
        QCOMPARE(settled.count(EntryState::Pending) + settled.count(EntryState::InFlight), 0);
}

void tst_StorageFaults::verifyContent(const Operation &operation, const DatabaseCheck &found, const QString &log)
{
    if (!operation.isPulling) {
        QCOMPARE(found.problem(), QString());
        QCOMPARE(found.disorder(LogServer::effects(log)), QString());
        return;
    }
    QCOMPARE(found.storageProblem(), QString());
    const QMap<QString, QVariantMap> rows = found.rows();
    for (auto row = rows.cbegin(); row != rows.cend(); ++row) {
        if (served.contains(row.key()))
            QCOMPARE(row->value(QStringLiteral("title")).toString(), QStringLiteral("of ") + row.key());
    }
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
