// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "enginefixture.h"

#include <tideline/sqlite/sqlitestorage.h>

#include <QtCore/QTemporaryDir>
#include <QtCore/QThread>

using namespace Tideline;
using namespace std::chrono_literals;

// Conflicts that wait: for the application's resolver, or for a person.
class tst_Resolver : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void isAskedOnceOnTheEnginesThread();
    void isAskedAgainAboutANewerVersion();
    void isAskedAboutEveryVersionItFailedOn();
    void isAskedAgainAfterARestart();
    void answerWithoutNewsStaysOnTheServersRow();
    void writesWhileItThinksStay_data();
    void writesWhileItThinksStay();
    void personIsFaster();
    void answerAfterALogoutIsDropped();
    void answerAfterTheEngineIsDropped();
    void unusableAnswersPark_data();
    void unusableAnswersPark();
    void cancelledParks();
    void versionAndMissingColumnsAreTheServers();
    void answersToDelete();
    void mergesWhatIsNotInDispute();
    void personChoosesTheWholeLocalRow();
    void endsWhenTheServerHasItAlready();
    void laterVersionsMakeNoSecondEvent();
    void firstSightOfARowIsNoConflict();
    void eventIsMaskedAndRecordIsNot();

private:
    class Question
    {
    public:
        ConflictRecord conflict;
        std::shared_ptr<QPromise<std::optional<QVariantMap>>> promise;

        void answer(const std::optional<QVariantMap> &row) const
        {
            promise->addResult(row);
            promise->finish();
        }
    };

    EngineFixture &f() { return *m_fixture; }
    void open(ConflictStrategy strategy, ConflictStrategy fallback = ConflictStrategy::LastWriteWins);
    void putTheirs(const QVariantMap &values);
    void makeConflict(const QVariantMap &here, const QVariantMap &there);
    void makeConflict() { makeConflict({{m_title, m_mine}}, {{m_title, m_theirs}}); }
    bool waitForQuestion(qsizetype count)
    {
        return QTest::qWaitFor([&] { return m_questions.size() >= count; }) && m_questions.size() == count;
    }
    qsizetype askedAfterAWhile();
    QVariantMap local() const { return m_fixture->engine->row(m_notes, m_one)->value_or(QVariantMap()); }
    QVariantMap remote() const { return m_fixture->server->row(m_notes, m_one).value_or(QVariantMap()); }
    bool isEqual();

    const QString m_notes = QStringLiteral("notes");
    const QString m_one = QStringLiteral("1");
    const QString m_title = QStringLiteral("title");
    const QString m_body = QStringLiteral("body");
    const QString m_mine = QStringLiteral("mine");
    const QString m_theirs = QStringLiteral("theirs");
    const QString m_both = QStringLiteral("both");
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<EngineFixture> m_fixture;
    QList<Question> m_questions;
    QList<SyncError> m_errors;
    int m_events = 0;
};

void tst_Resolver::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    SqliteOptions options;
    options.path = m_directory->filePath(QStringLiteral("app.db"));
    m_fixture = std::make_unique<EngineFixture>(SqliteStorage::factory(options));
    m_questions.clear();
    m_errors.clear();
    m_events = 0;
    f().setup.config.onConflict = [this](const ConflictRecord &conflict) {
        Q_ASSERT(QThread::currentThread() == thread());
        m_questions.append({conflict, std::make_shared<QPromise<std::optional<QVariantMap>>>()});
        m_questions.constLast().promise->start();
        return m_questions.constLast().promise->future();
    };
}

void tst_Resolver::cleanup()
{
    m_fixture.reset();
}

void tst_Resolver::open(ConflictStrategy strategy, ConflictStrategy fallback)
{
    f().setup.config.conflictStrategy = strategy;
    f().setup.config.mergeFallback = fallback;
    f().open();
    QVERIFY(f().engine->storage()->local().createTable(EngineFixture::notesSchema()));
    connect(f().engine.get(), &SyncEngine::errorOccurred, this,
            [this](const SyncError &error) { m_errors.append(error); });
    connect(f().engine.get(), &SyncEngine::conflictOccurred, this, [this] { ++m_events; });
}

void tst_Resolver::putTheirs(const QVariantMap &values)
{
    QVariantMap row = values;
    row.insert(QStringLiteral("id"), m_one);
    f().clock.advance(1min);
    f().server->put(f().table, row);
}

void tst_Resolver::makeConflict(const QVariantMap &here, const QVariantMap &there)
{
    putTheirs({{m_title, QStringLiteral("old")}, {m_body, QStringLiteral("old")}});
    f().pull();
    QVERIFY(f().engine->patch(m_notes, m_one, here));
    putTheirs(there);
    QCOMPARE(f().pull().conflicts, 1);
}

// Two more rounds give it every occasion.
qsizetype tst_Resolver::askedAfterAWhile()
{
    f().sync();
    f().sync();
    return m_questions.size();
}

bool tst_Resolver::isEqual()
{
    f().sync();
    for (const QString &column : {m_title, m_body, QStringLiteral("updated_at")}) {
        if (local().value(column) != remote().value(column))
            return false;
    }
    return f().pending().isEmpty() && *f().engine->storage()->journal().openConflictCount() == 0;
}

void tst_Resolver::isAskedOnceOnTheEnginesThread()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    QCOMPARE(askedAfterAWhile(), 1);
    QCOMPARE(local().value(m_title).toString(), m_mine);
    QCOMPARE(remote().value(m_title).toString(), m_theirs);
    m_questions.constFirst().answer(QVariantMap{{m_title, m_both}});
    QTRY_COMPARE(local().value(m_title).toString(), m_both);
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_title).toString(), m_both);
    QCOMPARE(m_questions.size(), 1);
    QCOMPARE(m_events, 1);
    QCOMPARE(f().conflicts().size(), 1);
    QCOMPARE(EngineFixture::title(f().conflicts().constFirst().resolved), m_both);
}

void tst_Resolver::isAskedAgainAboutANewerVersion()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    putTheirs({{m_title, QStringLiteral("theirs, newer")}});
    f().pull();
    QCOMPARE(m_questions.size(), 1); // one at a time
    m_questions.constFirst().answer(QVariantMap{{m_title, QStringLiteral("of the older")}});
    QVERIFY(waitForQuestion(2));
    QCOMPARE(local().value(m_title).toString(), m_mine);
    QCOMPARE(EngineFixture::title(m_questions.at(1).conflict.remote), QStringLiteral("theirs, newer"));
    QCOMPARE(m_questions.at(1).conflict.id, m_questions.at(0).conflict.id);
    // One that is not known here yet is met by the push, and is a conflict of its own.
    putTheirs({{m_title, QStringLiteral("theirs, newest")}});
    m_questions.at(1).answer(QVariantMap{{m_title, QStringLiteral("of the newer")}});
    QTRY_COMPARE(local().value(m_title).toString(), QStringLiteral("of the newer"));
    f().sync();
    QCOMPARE(remote().value(m_title).toString(), QStringLiteral("theirs, newest"));
    QVERIFY(waitForQuestion(3));
    m_questions.at(2).answer(QVariantMap{{m_title, m_both}});
    QTRY_COMPARE(local().value(m_title).toString(), m_both);
    QVERIFY(isEqual());
    QCOMPARE(f().conflicts().size(), 2);
    QCOMPARE(m_events, 2);
}

void tst_Resolver::isAskedAboutEveryVersionItFailedOn()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    m_questions.constFirst().promise->future().cancel();
    m_questions.constFirst().promise->finish();
    QTRY_COMPARE(m_errors.size(), 1);
    QCOMPARE(askedAfterAWhile(), 1);
    putTheirs({{m_title, QStringLiteral("theirs, newer")}});
    f().pull();
    QVERIFY(waitForQuestion(2));
    QCOMPARE(EngineFixture::title(m_questions.at(1).conflict.remote), QStringLiteral("theirs, newer"));
}

void tst_Resolver::isAskedAgainAfterARestart()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    open(ConflictStrategy::Custom);
    QVERIFY(waitForQuestion(2));
    QCOMPARE(m_questions.at(1).conflict.id, m_questions.at(0).conflict.id);
    m_questions.at(0).answer(QVariantMap{{m_title, QStringLiteral("too late")}});
    m_questions.at(1).answer(QVariantMap{{m_title, m_both}});
    QTRY_COMPARE(local().value(m_title).toString(), m_both);
    QVERIFY(isEqual());
}

// Nothing has to be pushed then, and still nothing of the local change may stay here.
void tst_Resolver::answerWithoutNewsStaysOnTheServersRow()
{
    open(ConflictStrategy::Custom);
    makeConflict({{m_title, m_mine}, {m_body, m_mine}}, {{m_title, m_theirs}, {m_body, m_theirs}});
    QVERIFY(waitForQuestion(1));
    m_questions.constFirst().answer(QVariantMap{{m_title, m_theirs}});
    QTRY_COMPARE(local().value(m_title).toString(), m_theirs);
    QCOMPARE(local().value(m_body).toString(), m_theirs);
    QVERIFY(isEqual());
}

void tst_Resolver::writesWhileItThinksStay_data()
{
    QTest::addColumn<bool>("isPerson");
    QTest::newRow("resolver") << false;
    QTest::newRow("person") << true;
}

void tst_Resolver::writesWhileItThinksStay()
{
    QFETCH(const bool, isPerson);
    open(isPerson ? ConflictStrategy::Manual : ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(isPerson || waitForQuestion(1));
    const QString id = f().conflicts().constFirst().id;
    QVERIFY(f().engine->patch(m_notes, m_one, {{m_body, QStringLiteral("typed meanwhile")}}));
    f().drain();
    QCOMPARE(remote().value(m_title).toString(), m_theirs);
    const QVariantMap answer{{m_title, m_both}, {m_body, QStringLiteral("old")}};
    if (isPerson)
        QVERIFY(f().engine->resolve(id, answer));
    else
        m_questions.constFirst().answer(answer);
    QTRY_COMPARE(local().value(m_title).toString(), m_both);
    QCOMPARE(local().value(m_body).toString(), QStringLiteral("typed meanwhile"));
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_title).toString(), m_both);
    QCOMPARE(remote().value(m_body).toString(), QStringLiteral("typed meanwhile"));
    QCOMPARE(f().conflicts().size(), 1);
}

void tst_Resolver::personIsFaster()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    QVERIFY(f().engine->resolve(m_questions.constFirst().conflict.id, QVariantMap{{m_title, m_both}}));
    m_questions.constFirst().answer(QVariantMap{{m_title, QStringLiteral("too late")}});
    QCOMPARE(askedAfterAWhile(), 1);
    QCOMPARE(local().value(m_title).toString(), m_both);
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_title).toString(), m_both);
    QVERIFY(m_errors.isEmpty());
}

void tst_Resolver::answerAfterALogoutIsDropped()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    QVERIFY(f().engine->logout(SyncEngine::UnsyncedWork::Discard));
    m_questions.constFirst().answer(QVariantMap{{m_title, m_both}});
    QCOMPARE(askedAfterAWhile(), 1);
    QCOMPARE(remote().value(m_title).toString(), m_theirs);
    QCOMPARE(local().value(m_title).toString(), m_theirs); // pulled anew
    QVERIFY(f().conflicts().isEmpty());
    QVERIFY(m_errors.isEmpty());
}

void tst_Resolver::answerAfterTheEngineIsDropped()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    f().engine.reset();
    m_questions.constFirst().answer(QVariantMap{{m_title, m_both}});
    QCoreApplication::processEvents();
    f().setup.config.onConflict = {};
    open(ConflictStrategy::Custom);
    f().sync();
    QCOMPARE(local().value(m_title).toString(), m_mine);
    QCOMPARE(f().conflicts().size(), 1);
    QVERIFY(f().conflicts().constFirst().isOpen);
}

void tst_Resolver::unusableAnswersPark_data()
{
    QTest::addColumn<QVariantMap>("row");
    QTest::addColumn<Failure::Code>("code");
    const auto one = [this](const char *column, const QVariant &value) {
        return QVariantMap{{m_title, m_both}, {QLatin1String(column), value}};
    };
    QTest::newRow("another key") << one("id", QStringLiteral("2")) << Failure::Code::Invalid;
    QTest::newRow("no key") << one("id", QVariant()) << Failure::Code::Invalid;
    QTest::newRow("another owner") << one("user_id", QStringLiteral("somebody")) << Failure::Code::RlsViolation;
    QTest::newRow("unknown column") << one("colour", QStringLiteral("red")) << Failure::Code::Invalid;
    QTest::newRow("too large") << one("body", QString(4096, QLatin1Char('x'))) << Failure::Code::PayloadTooLarge;
    QTest::newRow("NUL") << one("body", QString(QChar::Null)) << Failure::Code::Invalid;
    QTest::newRow("lone surrogate") << one("body", QString(QChar(0xd800))) << Failure::Code::Invalid;
    QTest::newRow("no number") << one("body", qQNaN()) << Failure::Code::Invalid;
}

void tst_Resolver::unusableAnswersPark()
{
    QFETCH(const QVariantMap, row);
    f().setup.config.maxPayloadBytes = 1024;
    f().setup.userId = QStringLiteral("me");
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    m_questions.constFirst().answer(row);
    QTRY_COMPARE(m_errors.size(), 1);
    const SyncError &error = m_errors.constFirst();
    QTEST(error.error.code, "code");
    QCOMPARE(error.context, QStringLiteral("resolver"));
    QCOMPARE(error.table, m_notes);
    QCOMPARE(error.recordId, m_one);
    QCOMPARE(askedAfterAWhile(), 1);
    QCOMPARE(m_errors.size(), 1);
    QCOMPARE(local().value(m_title).toString(), m_mine);
    QCOMPARE(remote().value(m_title).toString(), m_theirs);
    const ConflictRecord conflict = f().conflicts().constFirst();
    QVERIFY(conflict.isOpen);
    QCOMPARE(f().engine->state(), SyncState::Stuck);
    QVERIFY(f().engine->resolve(conflict.id, conflict.local));
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_title).toString(), m_mine);
}

void tst_Resolver::cancelledParks()
{
    open(ConflictStrategy::Custom);
    f().setup.config.onConflict = [](const ConflictRecord &) { return QFuture<std::optional<QVariantMap>>(); };
    open(ConflictStrategy::Custom);
    makeConflict();
    QTRY_COMPARE(m_errors.size(), 1);
    QCOMPARE(m_errors.constFirst().error.code, Failure::Code::Cancelled);
    QCOMPARE(m_errors.constFirst().recordId, m_one);
    JournalFilter filter;
    filter.recordId = m_one;
    QCOMPARE(f().engine->storage()->journal().events(filter)->constLast().name, QStringLiteral("SyncError"));
    QVERIFY(f().conflicts().constFirst().isOpen);
    QCOMPARE(local().value(m_title).toString(), m_mine);
}

void tst_Resolver::versionAndMissingColumnsAreTheServers()
{
    open(ConflictStrategy::Custom);
    makeConflict({{m_title, m_mine}}, {{m_title, m_theirs}, {m_body, m_theirs}});
    QVERIFY(waitForQuestion(1));
    QVariantMap row = *m_questions.constFirst().conflict.remote;
    row.insert(QStringLiteral("updated_at"), QStringLiteral("1999-01-01T00:00:00Z"));
    m_questions.constFirst().answer(row);
    QTRY_COMPARE(local().value(m_title).toString(), m_theirs);
    QVERIFY(isEqual());
    // The next change is made on that version, and meets no conflict.
    QVERIFY(f().engine->patch(m_notes, m_one, {{m_title, m_mine}}));
    QCOMPARE(f().sync().conflicts, 0);
    QVERIFY(isEqual());
}

void tst_Resolver::answersToDelete()
{
    open(ConflictStrategy::Custom);
    makeConflict();
    QVERIFY(waitForQuestion(1));
    m_questions.constFirst().answer(std::nullopt);
    QTRY_VERIFY(local().isEmpty());
    f().sync();
    QVERIFY(remote().isEmpty());
    QVERIFY(f().pending().isEmpty());
    QVERIFY(!f().conflicts().constFirst().resolved);
}

// The fallback is asked about the clash; what only one side changed is not lost by an answer to that alone.
void tst_Resolver::mergesWhatIsNotInDispute()
{
    open(ConflictStrategy::FieldMerge, ConflictStrategy::Custom);
    makeConflict({{m_title, m_mine}, {m_body, m_mine}}, {{m_title, m_theirs}});
    QVERIFY(waitForQuestion(1));
    QCOMPARE(m_questions.constFirst().conflict.strategy, ConflictStrategy::Custom);
    m_questions.constFirst().answer(QVariantMap{{m_title, m_both}});
    QTRY_COMPARE(local().value(m_title).toString(), m_both);
    QCOMPARE(local().value(m_body).toString(), m_mine);
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_body).toString(), m_mine);
    // No clash, no question.
    QVERIFY(f().engine->patch(m_notes, m_one, {{m_title, QStringLiteral("again")}}));
    putTheirs({{m_body, m_theirs}});
    QCOMPARE(f().sync().conflicts, 1);
    QVERIFY(isEqual());
    QCOMPARE(local().value(m_title).toString(), QStringLiteral("again"));
    QCOMPARE(local().value(m_body).toString(), m_theirs);
    QCOMPARE(m_questions.size(), 1);
}

void tst_Resolver::personChoosesTheWholeLocalRow()
{
    open(ConflictStrategy::FieldMerge, ConflictStrategy::Manual);
    makeConflict({{m_title, m_mine}}, {{m_title, m_theirs}, {m_body, m_theirs}});
    const ConflictRecord conflict = f().conflicts().constFirst();
    QCOMPARE(conflict.strategy, ConflictStrategy::Manual);
    QCOMPARE(conflict.local->value(m_body).toString(), QStringLiteral("old"));
    QVERIFY(f().engine->resolve(conflict.id, conflict.local));
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_title).toString(), m_mine);
    QCOMPARE(remote().value(m_body).toString(), QStringLiteral("old"));
    QVERIFY(m_questions.isEmpty());
}

void tst_Resolver::endsWhenTheServerHasItAlready()
{
    open(ConflictStrategy::Manual);
    makeConflict();
    QVERIFY(f().engine->patch(m_notes, m_one, {{m_body, m_mine}})); // waits with the conflict
    putTheirs({{m_title, m_mine}});
    f().sync();
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_body).toString(), m_mine);
    QCOMPARE(f().conflicts().size(), 1);
    QCOMPARE(EngineFixture::title(f().conflicts().constFirst().resolved), m_mine);
    QTRY_COMPARE(f().engine->state(), SyncState::Idle);
}

void tst_Resolver::laterVersionsMakeNoSecondEvent()
{
    open(ConflictStrategy::Manual);
    makeConflict();
    putTheirs({{m_title, QStringLiteral("theirs, newer")}});
    f().sync();
    const ConflictRecord conflict = f().conflicts().constFirst();
    QCOMPARE(EngineFixture::title(conflict.remote), QStringLiteral("theirs, newer"));
    QVERIFY(f().engine->resolve(conflict.id, conflict.remote));
    QVERIFY(isEqual());
    QCOMPARE(f().conflicts().size(), 1);
    QCoreApplication::processEvents();
    QCOMPARE(m_events, 1);
}

void tst_Resolver::firstSightOfARowIsNoConflict()
{
    open(ConflictStrategy::ServerWins);
    putTheirs({{m_title, QStringLiteral("old")}, {m_body, m_theirs}});
    QVERIFY(f().engine->push(m_notes, m_one, {{m_title, m_mine}}, SyncOperation::Patch));
    QCOMPARE(f().pull().conflicts, 0);
    QCOMPARE(local().value(m_title).toString(), m_mine);
    QCOMPARE(local().value(m_body).toString(), m_theirs);
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_title).toString(), m_mine);
    QVERIFY(f().conflicts().isEmpty());
}

void tst_Resolver::eventIsMaskedAndRecordIsNot()
{
    f().setup.config.sensitiveFields = {m_body};
    open(ConflictStrategy::ServerWins);
    QSignalSpy conflicts(f().engine.get(), &SyncEngine::conflictOccurred);
    makeConflict({{m_body, m_mine}}, {{m_body, m_theirs}});
    QTRY_COMPARE(conflicts.count(), 1);
    const auto event = conflicts.constFirst().constFirst().value<SyncConflict>();
    for (const QVariant &version : {event.baseVersion, event.localVersion, event.remoteVersion, event.resolvedVersion})
        QVERIFY(version.toMap().value(m_body).toString() != m_mine
                && version.toMap().value(m_body).toString() != m_theirs
                && version.toMap().value(m_body).toString() != QLatin1String("old"));
    const ConflictRecord record = f().conflicts().constFirst();
    QCOMPARE(record.local->value(m_body).toString(), m_mine);
    QVERIFY(f().engine->resolve(record.id, record.local));
    QVERIFY(isEqual());
    QCOMPARE(remote().value(m_body).toString(), m_mine);
}

QTEST_GUILESS_MAIN(tst_Resolver)
#include "tst_resolver.moc"
