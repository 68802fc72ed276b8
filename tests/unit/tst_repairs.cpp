// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>

using namespace Tideline;

// What a person does about dead letters, and what it may not do to the server.
class tst_Repairs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void retriesOnTopOfWhatWasAcknowledged();
    void retryMeetsANewerValueAsAConflict();
    void retryLeavesWhatAMergedEntryCarried();
    void retriedDeletionDoesNotTakeANewerChange();
    void namesEveryAttempt();
    void tellsWhatWasNeverSent();
    void refusesUnknownAndLivingEntries();
    void damagedEntriesStandInNobodysWay();
    void damagedEntryIsEdited();
    void damagedEntryIsDiscardedBeforeADrain();
    void pullDoesNotTakeADamagedEntryForDone();

private:
    EngineFixture &f() { return *m_fixture; }
    WriteResult patch(const QVariantMap &data) { return f().engine->patch(m_notes, m_one, data); }
    void refuse(const QString &title);
    QString bodyOnServer() const;
    void damage(const QString &assignment, const QString &entryId);

    const QString m_notes = QStringLiteral("notes");
    const QString m_one = QStringLiteral("1");
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<EngineFixture> m_fixture;
};

namespace {

QVariantMap titled(const QString &title)
{
    return EngineFixture::titled(title);
}

QVariantMap bodied(const QString &body)
{
    return {{QStringLiteral("body"), body}};
}

} // namespace

void tst_Repairs::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    SqliteOptions options;
    options.path = m_directory->filePath(QStringLiteral("app.db"));
    m_fixture = std::make_unique<EngineFixture>(SqliteStorage::factory(options));
    f().open();
    QVERIFY(f().engine->storage()->local().createTable(EngineFixture::notesSchema()));
}

void tst_Repairs::cleanup()
{
    m_fixture.reset();
}

void tst_Repairs::refuse(const QString &title)
{
    f().server->setFault([title](const SyncEntry *entry) -> std::optional<Failure> {
        if (!entry || entry->payload.value(QStringLiteral("title")).toString() != title || title.isEmpty())
            return {};
        Failure failure(Failure::Code::Remote, QStringLiteral("refused"));
        failure.httpStatus = 400;
        failure.serverCode = QStringLiteral("23514");
        return failure;
    });
}

QString tst_Repairs::bodyOnServer() const
{
    return m_fixture->server->row(m_notes, m_one).value_or(QVariantMap()).value(QStringLiteral("body")).toString();
}

void tst_Repairs::damage(const QString &assignment, const QString &entryId)
{
    const QString name = QStringLiteral("damage");
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(m_directory->filePath(QStringLiteral("app.db")));
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY(query.exec(QStringLiteral("UPDATE tideline_entry SET %1 WHERE id = '%2'").arg(assignment, entryId)));
        QCOMPARE(query.numRowsAffected(), 1);
    }
    QSqlDatabase::removeDatabase(name);
}

void tst_Repairs::retriesOnTopOfWhatWasAcknowledged()
{
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    f().pull();
    refuse(QStringLiteral("wanted"));
    const WriteResult dead = patch(titled(QStringLiteral("wanted")));
    f().drain();
    QCOMPARE(*f().engine->recordState(m_notes, m_one), RecordState::Failed);
    f().clock.advance(std::chrono::seconds(60));
    QVERIFY(patch(bodied(QStringLiteral("later"))));
    f().drain();
    QCOMPARE(bodyOnServer(), QStringLiteral("later"));
    const qsizetype conflicts = f().conflicts().size();
    refuse({});
    QVERIFY(f().engine->retry({dead.entry.id, dead.entry.id}));
    f().drain();
    // Nobody else wrote: no conflict, and the wish is not lost to the own later change.
    QCOMPARE(f().conflicts().size(), conflicts);
    QCOMPARE(f().serverTitle(m_one), QStringLiteral("wanted"));
    QCOMPARE(bodyOnServer(), QStringLiteral("later"));
    QCOMPARE(*f().engine->recordState(m_notes, m_one), RecordState::Synced);
}

void tst_Repairs::retryMeetsANewerValueAsAConflict()
{
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    f().pull();
    refuse(QStringLiteral("wanted"));
    const WriteResult dead = patch(titled(QStringLiteral("wanted")));
    f().drain();
    f().clock.advance(std::chrono::seconds(60));
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("theirs")));
    f().pull(); // it is known here, too: that does not make it the base
    refuse({});
    QVERIFY(f().engine->retry({dead.entry.id}));
    f().drain();
    QCOMPARE(f().serverTitle(m_one), QStringLiteral("theirs"));
    QCOMPARE(f().conflicts().size(), 1);
    QCOMPARE(f().localTitle(m_one), QStringLiteral("theirs"));
}

void tst_Repairs::retryLeavesWhatAMergedEntryCarried()
{
    f().setup.config.conflictStrategy = ConflictStrategy::ClientWins;
    f().open();
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    f().pull();
    refuse(QStringLiteral("bad"));
    const WriteResult dead =
        patch({{QStringLiteral("title"), QStringLiteral("bad")}, {QStringLiteral("user_id"), QStringLiteral("u")}});
    f().drain();
    QCOMPARE(f().dead().size(), 1);
    QVERIFY(patch(bodied(QStringLiteral("b"))));
    QVERIFY(patch(titled(QStringLiteral("newer")))); // travels with the one before it
    f().drain();
    QCOMPARE(f().entries({EntryState::Superseded}).size(), 1);
    refuse({});
    QVERIFY(f().engine->retry({dead.entry.id}));
    f().drain();
    QCOMPARE(f().serverTitle(m_one), QStringLiteral("newer"));
    QCOMPARE(f().server->row(m_notes, m_one)->value(QStringLiteral("user_id")).toString(), QStringLiteral("u"));
}

void tst_Repairs::retriedDeletionDoesNotTakeANewerChange()
{
    f().setup.config.conflictStrategy = ConflictStrategy::ClientWins;
    f().open();
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    f().pull();
    f().server->setFault([](const SyncEntry *entry) -> std::optional<Failure> {
        if (entry && entry->operation == SyncOperation::Delete)
            return Failure(Failure::Code::Forbidden, QStringLiteral("no"));
        return {};
    });
    const WriteResult dead = f().engine->remove(m_notes, m_one);
    f().drain();
    QCOMPARE(f().dead().size(), 1);
    QVERIFY(f().engine->push(m_notes, m_one, titled(QStringLiteral("newer")), SyncOperation::Patch));
    f().drain();
    QCOMPARE(f().serverTitle(m_one), QStringLiteral("newer"));
    f().server->setFault({});
    QVERIFY(f().engine->retry({dead.entry.id}));
    f().drain();
    QCOMPARE(f().serverTitle(m_one), QStringLiteral("newer"));
    QVERIFY(f().dead().isEmpty());
    QCOMPARE(f().engine->storage()->queue().entry(dead.entry.id)->state, EntryState::Superseded);
}

void tst_Repairs::namesEveryAttempt()
{
    f().server->setFault([](const SyncEntry *entry) -> std::optional<Failure> {
        Failure failure(Failure::Code::Remote, QStringLiteral("stumbles"));
        failure.httpStatus = 500;
        failure.serverCode = QStringLiteral("XX000");
        return entry ? std::optional(failure) : std::nullopt;
    });
    const WriteResult dead = f().engine->write(m_notes, m_one, titled(QStringLiteral("a")));
    for (int i = 0; i < 4; ++i)
        f().drain();
    QCOMPARE(f().dead().size(), 1);
    QCOMPARE(f().engine->storage()->queue().attempts(dead.entry.id)->size(), 4);
    QVERIFY(f().engine->retryAll());
    f().drain();
    const Result<QList<SyncAttempt>> attempts = f().engine->storage()->queue().attempts(dead.entry.id);
    QCOMPARE(attempts->size(), 5); // the history goes on
    for (const SyncAttempt &attempt : *attempts) {
        QVERIFY(attempt.at.isValid());
        QCOMPARE(attempt.failure.httpStatus, 500);
        QCOMPARE(attempt.failure.serverCode, QStringLiteral("XX000"));
    }
}

// Here it is the server's row that says so, not a status.
void tst_Repairs::tellsWhatWasNeverSent()
{
    const WriteResult dead = f().engine->push(m_notes, m_one, titled(QStringLiteral("a")), SyncOperation::Patch);
    f().drain();
    QCOMPARE(f().dead().size(), 1);
    QCOMPARE(f().engine->storage()->queue().attempts(dead.entry.id)->size(), 1);
}

void tst_Repairs::refusesUnknownAndLivingEntries()
{
    refuse(QStringLiteral("bad"));
    const WriteResult dead = f().engine->write(m_notes, m_one, titled(QStringLiteral("bad")));
    f().drain();
    const WriteResult living = f().engine->write(m_notes, QStringLiteral("2"), titled(QStringLiteral("b")));
    const int requests = f().server->requestCount();
    for (const QString &other : {QStringLiteral("nothing"), living.entry.id}) {
        const QStringList ids{dead.entry.id, other};
        QCOMPARE(f().engine->retry(ids).failure().code, Failure::Code::Invalid);
        QCOMPARE(f().engine->discard(ids).failure().code, Failure::Code::Invalid);
        const QFuture<Result<int>> reverted = f().engine->discardAndRevert(ids);
        QTRY_VERIFY(reverted.isFinished());
        QCOMPARE(reverted.result().failure().code, Failure::Code::Invalid);
        QCOMPARE(f().engine->edit(other, titled(QStringLiteral("c"))).failure().code, Failure::Code::Invalid);
        QCOMPARE(f().dead().size(), 1);
        QCOMPARE(f().pending().size(), 1);
    }
    QCOMPARE(f().server->requestCount(), requests);
}

void tst_Repairs::damagedEntriesStandInNobodysWay()
{
    f().setup.config.batchSize = 2;
    f().open();
    const QStringList damages{QStringLiteral("payload = '{\"title\":'"), QStringLiteral("operation = 'xyz'"),
                              QStringLiteral("base = '[1]'"), QStringLiteral("payload = x'00ff'")};
    QStringList damaged;
    for (qsizetype i = 0; i < damages.size(); ++i) {
        damaged.append(f().engine->write(m_notes, QString::number(i), titled(QStringLiteral("t"))).entry.id);
        damage(damages.at(i), damaged.constLast());
    }
    QVERIFY(f().engine->write(m_notes, QStringLiteral("good"), titled(QStringLiteral("g"))));
    const SyncReport report = f().drain();
    QCOMPARE(report.pushed, 1);
    QCOMPARE(report.dead, damages.size());
    QCOMPARE(f().serverTitle(QStringLiteral("good")), QStringLiteral("g"));
    QCOMPARE(f().engine->status()->state, SyncState::Stuck);
    QCOMPARE(f().dead().size(), damages.size());
    for (const SyncEntry &entry : f().dead()) {
        QVERIFY(entry.isDamaged);
        QCOMPARE(entry.error.code, Failure::Code::Deserialization);
        QVERIFY(entry.error.detail.contains(QLatin1String("discard")));
        QVERIFY(damaged.contains(entry.id));
    }
    QVERIFY(!f().engine->retry({damaged.constFirst()}));
    QCOMPARE(*f().engine->retryAll(), 0);
    QCOMPARE(*f().engine->discard(damaged), damages.size());
    QCOMPARE(f().engine->status()->state, SyncState::Idle);
}

// An entry before it is acknowledged: that must not turn the damaged one into an empty change that "arrives".
void tst_Repairs::damagedEntryIsEdited()
{
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    f().pull();
    QVERIFY(patch(bodied(QStringLiteral("b"))));
    const WriteResult damaged = patch(titled(QStringLiteral("lost")));
    const WriteResult after = patch({{QStringLiteral("user_id"), QStringLiteral("u")}});
    damage(QStringLiteral("payload = '{broken'"), damaged.entry.id);
    f().drain();
    QCOMPARE(f().dead().size(), 1);
    QVERIFY(f().dead().constFirst().isDamaged);
    QCOMPARE(bodyOnServer(), QStringLiteral("b"));
    QCOMPARE(f().engine->storage()->queue().entry(after.entry.id)->state, EntryState::Done);
    QVERIFY(f().engine->edit(damaged.entry.id, titled(QStringLiteral("mended"))));
    f().drain();
    QCOMPARE(f().serverTitle(m_one), QStringLiteral("mended"));
    QVERIFY(f().dead().isEmpty());
}

void tst_Repairs::damagedEntryIsDiscardedBeforeADrain()
{
    const WriteResult damaged = f().engine->write(m_notes, m_one, titled(QStringLiteral("t")));
    damage(QStringLiteral("payload = ''"), damaged.entry.id);
    QCOMPARE(f().pending().constFirst().error.code, Failure::Code::Deserialization);
    QVERIFY(f().engine->discard({damaged.entry.id}));
    QVERIFY(f().pending().isEmpty());
    QCOMPARE(f().drain().pushed, 0);
}

void tst_Repairs::pullDoesNotTakeADamagedEntryForDone()
{
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("start")));
    f().pull();
    const WriteResult damaged = patch(titled(QStringLiteral("lost")));
    damage(QStringLiteral("payload = '{broken'"), damaged.entry.id);
    f().server->put(f().table, EngineFixture::titled(m_one, QStringLiteral("theirs")));
    f().pull();
    const Result<SyncEntry> entry = f().engine->storage()->queue().entry(damaged.entry.id);
    QVERIFY(entry->state == EntryState::Pending || entry->state == EntryState::Dead);
    QVERIFY(f().conflicts().isEmpty());
}

QTEST_GUILESS_MAIN(tst_Repairs)
#include "tst_repairs.moc"
