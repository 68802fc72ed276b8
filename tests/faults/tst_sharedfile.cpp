// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clientprocess.h"
#include "databasecheck.h"
#include "notesclient.h"
#include "scratch.h"

#include <serverstack.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QRandomGenerator>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <csignal>

using namespace Tideline;

namespace {

// The history is what the server did, in its order.
const QString schema = QStringLiteral(R"sql(
create table notes (
    id text primary key, title text, body text,
    updated_at timestamptz not null default clock_timestamp());
create table history (number bigserial primary key, operation text, id text, title text);
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp(); return new; end $$;
create function record() returns trigger language plpgsql security definer as $$
begin
    if tg_op = 'DELETE' then
        insert into history (operation, id) values ('delete', old.id);
    else
        insert into history (operation, id, title) values ('upsert', new.id, new.title);
    end if;
    return null;
end $$;
create trigger stamp before insert or update on notes for each row execute function stamp();
create trigger record after insert or update or delete on notes for each row execute function record();
)sql");

} // namespace

// Clients that write and drain at the same time, against a real server: two on one file, and some that are killed.
class tst_SharedFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void twoClientsSendEveryEntryOnce();
    void theOtherOneTakesOver();
    void killedAtAnyMoment();

private:
    QList<ServerEffect> history();
    QVariantMap orderFor(const QString &name, int writes, int records) const;
    void verifyArrived(const QStringList &acknowledged);

    ServerStack m_stack;
    std::unique_ptr<QTemporaryDir> m_directory;
    NotesSetup m_setup;
};

void tst_SharedFile::initTestCase()
{
    ServerStack::Options options;
    options.schema = schema;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
}

void tst_SharedFile::init()
{
    QVERIFY(m_stack.runSql(QStringLiteral("truncate notes, history")).ok);
    m_directory = std::make_unique<QTemporaryDir>(scratchTemplate());
    m_setup.database = m_directory->filePath(QStringLiteral("app.db"));
    m_setup.url = m_stack.url();
    DatabaseCheck::makeNotes(m_setup.database);
}

QVariantMap tst_SharedFile::orderFor(const QString &name, int writes, int records) const
{
    return {{QStringLiteral("scenario"), QStringLiteral("stream")},
            {QStringLiteral("database"), m_setup.database},
            {QStringLiteral("url"), m_setup.url.toString()},
            {QStringLiteral("name"), name},
            {QStringLiteral("writes"), writes},
            {QStringLiteral("records"), records}};
}

QList<ServerEffect> tst_SharedFile::history()
{
    QList<ServerEffect> effects;
    const ServerStack::SqlResult found =
        m_stack.runSql(QStringLiteral("select operation, id, title from history order by number"));
    if (!found.ok)
        qFatal("%s", qPrintable(found.output));
    for (const QString &line : found.output.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        ServerEffect effect;
        if (!fromText(line.section(QLatin1Char('|'), 0, 0), &effect.operation))
            qFatal("no operation");
        effect.recordId = line.section(QLatin1Char('|'), 1, 1);
        effect.values.insert(QStringLiteral("title"), line.section(QLatin1Char('|'), 2));
        effects.append(effect);
    }
    return effects;
}

void tst_SharedFile::verifyArrived(const QStringList &acknowledged)
{
    const DatabaseCheck found(m_setup.database);
    const QList<ServerEffect> effects = history();
    QCOMPARE(found.problem(), QString());
    QCOMPARE(found.lost(acknowledged), QString());
    QCOMPARE(found.disorder(effects), QString());
    const qint64 done = found.count(EntryState::Done);
    QCOMPARE(done + found.count(EntryState::Superseded), found.entries().size());
    QCOMPARE(done, effects.size()); // one effect an entry, and none from elsewhere
    QMap<QString, QString> last;
    for (const ServerEffect &effect : effects)
        last.insert(effect.recordId, effect.values.value(QStringLiteral("title")).toString());
    const QMap<QString, QVariantMap> rows = found.rows();
    QCOMPARE(last.keys(), rows.keys());
    for (auto row = rows.cbegin(); row != rows.cend(); ++row)
        QCOMPARE(last.value(row.key()), row->value(QStringLiteral("title")).toString());
}

void tst_SharedFile::twoClientsSendEveryEntryOnce()
{
    constexpr int writes = TIDELINE_FAULT_SHARED_WRITES;
    ClientProcess first;
    ClientProcess second;
    first.start(orderFor(QStringLiteral("first"), writes, 100));
    second.start(orderFor(QStringLiteral("second"), writes, 100));
    QTRY_VERIFY_WITH_TIMEOUT(first.life(20).isOver() && second.life(20).isOver(), 100000);
    for (const ClientLife &life : {first.life(), second.life()}) {
        QCOMPARE(life.failures, QStringList());
        QCOMPARE(life.exitCode, 0);
        QCOMPARE(life.acknowledged.size(), writes);
    }
    QVERIFY(first.life().marks.contains(QStringLiteral("draining"))
            || second.life().marks.contains(QStringLiteral("draining")));
    verifyArrived(first.life().acknowledged + second.life().acknowledged);
    QCOMPARE(DatabaseCheck(m_setup.database).entries().size(), 2 * writes);
}

void tst_SharedFile::theOtherOneTakesOver()
{
    constexpr int writes = TIDELINE_FAULT_SHARED_WRITES;
    ClientProcess first;
    ClientProcess second;
    first.start(orderFor(QStringLiteral("first"), writes, 50));
    second.start(orderFor(QStringLiteral("second"), writes, 50));
    // One that is in the middle of a drain has the lease.
    ClientProcess *victim = nullptr;
    const auto isInTheMiddle = [](const ClientLife &life) {
        return life.isDraining() && life.acknowledged.size() > writes / 4;
    };
    QTRY_VERIFY_WITH_TIMEOUT((victim = isInTheMiddle(first.life(5))    ? &first
                                       : isInTheMiddle(second.life(5)) ? &second
                                                                       : nullptr),
                             30000);
    victim->kill();
    QTRY_COMPARE_WITH_TIMEOUT(victim->life(5).signal, SIGKILL, 5000);
    ClientProcess &survivor = victim == &first ? second : first;
    const qsizetype drainsBefore = survivor.life().marks.count(QStringLiteral("draining"));
    QElapsedTimer elapsed;
    elapsed.start();
    QTRY_VERIFY_WITH_TIMEOUT(survivor.life(5).marks.count(QStringLiteral("draining")) > drainsBefore
                                 || survivor.life().isOver(),
                             TIDELINE_FAULT_TAKEOVER);
    qInfo("taken over after %lld ms", static_cast<long long>(elapsed.elapsed()));
    QTRY_VERIFY_WITH_TIMEOUT(survivor.life(20).isOver(), 60000);
    QCOMPARE(survivor.life().failures, QStringList());
    QCOMPARE(survivor.life().exitCode, 0);
    verifyArrived(first.life().acknowledged + second.life().acknowledged);
}

void tst_SharedFile::killedAtAnyMoment()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    ClientProcess process;
    QStringList acknowledged;
    int drained = 0;
    for (int number = 0; number < TIDELINE_FAULT_RANDOM_KILLS; ++number) {
        QVariantMap order = orderFor(QStringLiteral("life%1").arg(number), 1000000, 20);
        order.insert(QStringLiteral("killAfter"), random.bounded(5000, 150000));
        order.insert(QStringLiteral("later"), number * 60);
        const ClientLife life = process.run(order);
        QCOMPARE(life.failures, QStringList());
        QCOMPARE(life.signal, SIGKILL);
        acknowledged += life.acknowledged;
        const DatabaseCheck found(m_setup.database);
        QCOMPARE(found.problem(), QString());
        QCOMPARE(found.lost(acknowledged), QString());
        drained += life.marks.contains(QStringLiteral("draining")) ? 1 : 0;
    }
    qInfo("%d clients were killed, %d of them draining; %lld writes were acknowledged", TIDELINE_FAULT_RANDOM_KILLS,
          drained, static_cast<long long>(acknowledged.size()));
    QVERIFY(drained > TIDELINE_FAULT_RANDOM_KILLS / 4);
    NotesSetup last = m_setup;
    last.later = std::chrono::hours(24);
    NotesClient client(last);
    QVERIFY(client.open());
    const SyncReport report = client.drain();
    QVERIFY2(report.errors.isEmpty(), qPrintable(report.errors.value(0).detail));
    verifyArrived(acknowledged);
}

QTEST_GUILESS_MAIN(tst_SharedFile)
#include "tst_sharedfile.moc"
