// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "serverstack.h"

#include <tideline/core/json.h>
#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QFutureWatcher>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Tideline;
using namespace std::chrono_literals;

namespace {

const QString schema = QStringLiteral(R"sql(
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp(); return new; end $$;
create table notes (
    id text primary key,
    title text check (title <> 'refused'),
    body text,
    updated_at timestamptz not null default clock_timestamp(),
    deleted_at timestamptz);
create table kinds (
    id bigint primary key,
    flag boolean, small int, big bigint, exact numeric, real double precision,
    doc jsonb, list text[], bytes bytea, at timestamptz, day date, label text, other text,
    updated_at timestamptz not null default clock_timestamp());
create table children (
    id text primary key,
    note_id text not null references notes (id) on delete cascade,
    updated_at timestamptz not null default clock_timestamp());
create table many (
    id int primary key,
    updated_at timestamptz not null default now());
create table readonly (
    id text primary key, title text,
    updated_at timestamptz not null default clock_timestamp());
alter table readonly enable row level security;
create policy seen on readonly for select using (true);
create trigger stamp before insert or update on notes for each row execute function stamp();
create trigger stamp before insert or update on kinds for each row execute function stamp();
create trigger stamp before insert or update on children for each row execute function stamp();
)sql");

SyncReport waitFor(const QFuture<SyncReport> &future)
{
    // Told through the event queue, and so after every event that the round reported before.
    QFutureWatcher<SyncReport> watcher;
    const QSignalSpy finished(&watcher, &QFutureWatcherBase::finished);
    watcher.setFuture(future);
    if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 60000))
        qFatal("the round did not end");
    return future.result();
}

QVariantMap titled(const QString &title)
{
    return {{QStringLiteral("title"), title}};
}

} // namespace

// One client: a database on disk and an engine on it.
class Replica
{
public:
    Replica(const QUrl &server, const QList<TableConfig> &tables, const SyncConfig &config = {})
    {
        SqliteOptions file;
        file.path = m_directory.filePath(QStringLiteral("app.db"));
        file.synchronous = SqliteOptions::Synchronous::Normal;
        SupabaseOptions remote;
        remote.url = server;
        SyncSetup setup;
        setup.storage = SqliteStorage::factory(file);
        setup.remote = SupabaseRemoteStore::factory(remote);
        setup.config = config;
        setup.tables = tables;
        m_engine = std::make_unique<SyncEngine>(setup);
        const Result<void> opened = m_engine->open();
        QVERIFY2(opened, qPrintable(opened.failure().detail));
        const QFuture<Result<QStringList>> made = m_engine->createTables();
        QVERIFY(QTest::qWaitFor([&] { return made.isFinished(); }, 20000));
        QVERIFY2(made.result(), qPrintable(made.result().failure().detail));
    }

    SyncEngine *operator->() const { return m_engine.get(); }
    SyncReport drain() const { return waitFor(m_engine->drain(SyncEngine::Urgency::Now)); }
    SyncReport pull() const { return waitFor(m_engine->pullAll(SyncEngine::Urgency::Now)); }
    SyncReport sync() const { return waitFor(m_engine->syncAll(SyncEngine::Urgency::Now)); }

    qint64 count(EntryState state) const
    {
        EntryFilter filter;
        filter.states = {state};
        const Result<qint64> number = m_engine->storage()->queue().entryCount(filter);
        return number ? *number : -1;
    }
    // All rows of a table as one text, in key order.
    QString rows(const QString &table) const
    {
        const Result<QList<QVariantMap>> rows = m_engine->rows(table);
        if (!rows)
            return rows.failure().detail;
        return QString::fromUtf8(Json::toText(QVariantList(rows->cbegin(), rows->cend())));
    }
    QString title(const QString &id) const
    {
        const Result<std::optional<QVariantMap>> row = m_engine->row(QStringLiteral("notes"), id);
        return row && *row ? (*row)->value(QStringLiteral("title")).toString() : QStringLiteral("(none)");
    }

private:
    QTemporaryDir m_directory;
    std::unique_ptr<SyncEngine> m_engine;
};

class tst_Sync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void pullsTwentyThousandRowsThroughAPageCap();
    void offlineDrainsCostNoRetry();
    void olderWriteNeverStays();
    void twoClientsConverge_data();
    void twoClientsConverge();
    void deadLetterIsAllThatDiffers();
    void valuesSurviveTheRoundTrip();
    void deletionsReachEverybody_data();
    void deletionsReachEverybody();
    void removedAndMadeAgain();
    void parentsGoBeforeChildren();
    void hiddenUpdateIsNotDone();
    void edgeIdsArrive();

private:
    QString sql(const QString &text)
    {
        const ServerStack::SqlResult result = m_stack.runSql(text);
        return result.ok ? result.output.trimmed() : QStringLiteral("FAILED: ") + result.output;
    }
    QString serverTitle(const QString &id)
    {
        return sql(QStringLiteral("select title from notes where id = '%1'").arg(id));
    }

    ServerStack m_stack;
    QList<TableConfig> m_notes{TableConfig(QStringLiteral("notes"))};
};

void tst_Sync::initTestCase()
{
    ServerStack::Options options;
    options.maxRows = 1000;
    options.schema = schema;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
}

void tst_Sync::init()
{
    QCOMPARE(sql(QStringLiteral("truncate notes, kinds, children, many, readonly")), QString());
}

void tst_Sync::pullsTwentyThousandRowsThroughAPageCap()
{
    sql(QStringLiteral("insert into many select generate_series(1, 20000)"));
    const Replica a(m_stack.url(), {TableConfig(QStringLiteral("many"))});
    QSignalSpy progress(a.operator->(), &SyncEngine::pullProgressed);
    const SyncReport first = a.pull();
    QVERIFY(first.errors.isEmpty());
    QCOMPARE(first.pulled, 20000);
    QTRY_COMPARE(progress.count(), 20);
    QCOMPARE(progress.constLast().at(2).toLongLong(), 20000);
    const SyncReport second = a.pull();
    QCOMPARE(second.pulled + second.deleted, 0);
    QCOMPARE(second.requests, 1);
}

void tst_Sync::offlineDrainsCostNoRetry()
{
    const Replica a(m_stack.url(), m_notes);
    a.pull();
    QVERIFY(m_stack.pauseRest());
    for (int i = 0; i < 5; ++i)
        QVERIFY(a->write(QStringLiteral("notes"), QString::number(i), titled(QStringLiteral("offline"))));
    for (int i = 0; i < 10; ++i)
        QVERIFY(!a.drain().errors.isEmpty());
    QCOMPARE(a.count(EntryState::Pending), 5);
    const Result<QList<SyncEntry>> entries = a->storage()->queue().entries({});
    for (const SyncEntry &entry : *entries)
        QCOMPARE(entry.retryCount, 0);
    QVERIFY(m_stack.resumeRest());
    QCOMPARE(a.drain().pushed, 5);
    QCOMPARE(sql(QStringLiteral("select count(*) from notes where title = 'offline'")), QStringLiteral("5"));
}

void tst_Sync::olderWriteNeverStays()
{
    const Replica a(m_stack.url(), m_notes);
    QVERIFY(m_stack.pauseRest());
    QVERIFY(a->write(QStringLiteral("notes"), QStringLiteral("r"), titled(QStringLiteral("v1"))));
    a.drain();
    QVERIFY(m_stack.resumeRest());
    QVERIFY(a->write(QStringLiteral("notes"), QStringLiteral("r"), titled(QStringLiteral("v2"))));
    for (int i = 0; i < 3; ++i) {
        a.sync();
        QCOMPARE(serverTitle(QStringLiteral("r")), QStringLiteral("v2"));
        QCOMPARE(a.title(QStringLiteral("r")), QStringLiteral("v2"));
    }
}

void tst_Sync::twoClientsConverge_data()
{
    QTest::addColumn<ConflictStrategy>("strategy");
    QTest::addColumn<QString>("title");
    QTest::addColumn<QString>("body");
    QTest::newRow("last write wins") << ConflictStrategy::LastWriteWins << QStringLiteral("of B")
                                     << QStringLiteral("of B");
    QTest::newRow("server wins") << ConflictStrategy::ServerWins << QStringLiteral("of B") << QStringLiteral("of B");
    QTest::newRow("client wins") << ConflictStrategy::ClientWins << QStringLiteral("of A") << QStringLiteral("of B");
    QTest::newRow("field merge") << ConflictStrategy::FieldMerge << QStringLiteral("of B") << QStringLiteral("of B");
}

// A edits the title, then B title and body of the same record and syncs first.
void tst_Sync::twoClientsConverge()
{
    QFETCH(ConflictStrategy, strategy);
    SyncConfig config;
    config.conflictStrategy = strategy;
    const Replica a(m_stack.url(), m_notes, config);
    const Replica b(m_stack.url(), m_notes, config);
    sql(QStringLiteral("insert into notes (id, title, body) select i, 'start', 'start' from generate_series(1, 50) i"));
    a.pull();
    b.pull();
    const QString notes = QStringLiteral("notes");
    QVERIFY(a->patch(notes, QStringLiteral("7"), titled(QStringLiteral("of A"))));
    QVERIFY(a->patch(notes, QStringLiteral("8"), titled(QStringLiteral("alone"))));
    QVERIFY(b->patch(
        notes, QStringLiteral("7"),
        {{QStringLiteral("title"), QStringLiteral("of B")}, {QStringLiteral("body"), QStringLiteral("of B")}}));
    QCOMPARE(b.sync().conflicts, 0);
    QSignalSpy conflicts(a.operator->(), &SyncEngine::conflictOccurred);
    const SyncReport report = a.sync();
    QCOMPARE(report.conflicts, 1);
    QTRY_COMPARE(conflicts.count(), 1);
    b.sync();
    a.sync();
    QTEST(serverTitle(QStringLiteral("7")), "title");
    QTEST(sql(QStringLiteral("select body from notes where id = '7'")), "body");
    QCOMPARE(serverTitle(QStringLiteral("8")), QStringLiteral("alone"));
    QCOMPARE(a.rows(notes), b.rows(notes));
    QCOMPARE(a.title(QStringLiteral("7")), serverTitle(QStringLiteral("7")));
    QCOMPARE(a.count(EntryState::Pending), 0);
    const Result<QList<ConflictRecord>> records = a->storage()->journal().conflicts({});
    QCOMPARE(records->size(), 1);
    QCOMPARE(records->constFirst().local->value(QStringLiteral("title")).toString(), QStringLiteral("of A"));
}

void tst_Sync::deadLetterIsAllThatDiffers()
{
    const Replica a(m_stack.url(), m_notes);
    const QString notes = QStringLiteral("notes");
    for (int i = 0; i < 120; ++i)
        QVERIFY(
            a->write(notes, QString::number(i), titled(i == 60 ? QStringLiteral("refused") : QStringLiteral("good"))));
    const SyncReport report = a.drain();
    QCOMPARE(report.pushed, 119);
    QCOMPARE(report.dead, 1);
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("119"));
    EntryFilter filter;
    filter.states = {EntryState::Dead};
    const SyncEntry dead = a->storage()->queue().entries(filter)->constFirst();
    QCOMPARE(dead.recordId, QStringLiteral("60"));
    QCOMPARE(dead.error.serverCode, QStringLiteral("23514"));
    QCOMPARE(dead.payload, titled(QStringLiteral("refused")));
    a.sync();
    QCOMPARE(a.title(QStringLiteral("60")), QStringLiteral("refused")); // the only copy stays
    QVERIFY(a->edit(dead.id, titled(QStringLiteral("mended"))));
    QCOMPARE(a.sync().pushed, 1);
    QCOMPARE(serverTitle(QStringLiteral("60")), QStringLiteral("mended"));
}

void tst_Sync::valuesSurviveTheRoundTrip()
{
    const QString kinds = QStringLiteral("kinds");
    sql(QStringLiteral(R"sql(insert into kinds values
        (1, true, -32768, 9223372036854775807, 12345678901234567890.12345678900, 0.1,
         '{"b": [1, 1.50, null, {"deep": "é😀"}], "a": 1e400, "big": 12345678901234567890}', '{a,"b,c","d\"e"}', '\x00ff',
         '2024-02-29 12:34:56.123456+00', '2024-02-29', '', null),
        (-9223372036854775808, false, 32767, -9223372036854775808, 1e400, 1e-300, '"scalar"', '{}', '', '0001-01-01 00:00:00+00',
         '9999-12-31', 'NULL', 'x'),
        (3, null, null, null, null, null, null, null, null, null, null, '𝄞 \ " '' % + ,', null))sql"));
    QCOMPARE(sql(QStringLiteral("select count(*) from kinds")), QStringLiteral("3"));
    const QString digest =
        QStringLiteral("select md5(string_agg((to_jsonb(k) - 'other' - 'updated_at')::text, '|' order by id)) "
                       "from kinds k");
    const QString before = sql(digest);
    const Replica a(m_stack.url(), {TableConfig(kinds)});
    SyncReport report = a.pull();
    QCOMPARE(report.quarantined, 0);
    QCOMPARE(report.pulled, 3);
    for (const QString &id : {QStringLiteral("1"), QStringLiteral("-9223372036854775808"), QStringLiteral("3")})
        QVERIFY(a->patch(kinds, id, {{QStringLiteral("other"), QStringLiteral("changed")}}));
    report = a.sync();
    QCOMPARE(report.pushed, 3);
    QCOMPARE(report.conflicts, 0);
    QCOMPARE(sql(digest), before);
    // And whole rows, as they stand in the local database, sent back.
    const Result<QList<QVariantMap>> rows = a->rows(kinds);
    for (QVariantMap row : *rows) {
        row.insert(QStringLiteral("other"), QStringLiteral("whole"));
        const WriteResult written = a->write(kinds, TableConfig(kinds).recordIdOf(row), row);
        QVERIFY2(written, qPrintable(written.failure.detail));
    }
    QCOMPARE(a.sync().pushed, 3);
    QCOMPARE(sql(digest), before);
    QCOMPARE(sql(QStringLiteral("select count(*) from kinds where other = 'whole'")), QStringLiteral("3"));
}

void tst_Sync::deletionsReachEverybody_data()
{
    QTest::addColumn<QString>("deletedAt");
    QTest::newRow("hard") << QString();
    QTest::newRow("soft") << QStringLiteral("deleted_at");
}

void tst_Sync::deletionsReachEverybody()
{
    QFETCH(QString, deletedAt);
    m_notes[0].deletedAt = deletedAt;
    const Replica a(m_stack.url(), m_notes);
    const Replica b(m_stack.url(), m_notes);
    m_notes[0].deletedAt.clear();
    sql(QStringLiteral("insert into notes (id, title) select i, 'start' from generate_series(1, 30) i"));
    a.pull();
    b.pull();
    QVERIFY(a->remove(QStringLiteral("notes"), QStringLiteral("5")));
    QCOMPARE(a.sync().pushed, 1);
    QCOMPARE(b.sync().deleted, 1);
    QCOMPARE(b.sync().deleted, 0);
    QCOMPARE(a.rows(QStringLiteral("notes")), b.rows(QStringLiteral("notes")));
    const QString alive = QStringLiteral("select count(*) from notes where deleted_at is null");
    QCOMPARE(sql(alive), QStringLiteral("29"));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")),
             deletedAt.isEmpty() ? QStringLiteral("29") : QStringLiteral("30"));
    // An edit of a removed record, made before the removal was seen, brings it back on both sides.
    QVERIFY(a->remove(QStringLiteral("notes"), QStringLiteral("6")));
    a.sync();
    QVERIFY(b->patch(QStringLiteral("notes"), QStringLiteral("6"), titled(QStringLiteral("still needed"))));
    QCOMPARE(b.sync().conflicts, 1);
    a.sync();
    b.sync();
    QCOMPARE(serverTitle(QStringLiteral("6")), QStringLiteral("still needed"));
    QCOMPARE(sql(alive), QStringLiteral("29"));
    QCOMPARE(a.rows(QStringLiteral("notes")), b.rows(QStringLiteral("notes")));
}

void tst_Sync::removedAndMadeAgain()
{
    const Replica a(m_stack.url(), m_notes);
    const QString notes = QStringLiteral("notes");
    QVERIFY(a->write(notes, QStringLiteral("1"), titled(QStringLiteral("first"))));
    a.sync();
    QVERIFY(a->remove(notes, QStringLiteral("1")));
    QVERIFY(a->write(notes, QStringLiteral("1"), titled(QStringLiteral("second"))));
    QVERIFY(a->patch(notes, QStringLiteral("1"), {{QStringLiteral("body"), QStringLiteral("more")}}));
    QCOMPARE(a.sync().pushed, 2);
    QCOMPARE(sql(QStringLiteral("select title || body from notes")), QStringLiteral("secondmore"));
    QCOMPARE(a.title(QStringLiteral("1")), QStringLiteral("second"));
}

void tst_Sync::parentsGoBeforeChildren()
{
    SyncConfig config;
    config.batchSize = 3;
    const Replica a(m_stack.url(), {TableConfig(QStringLiteral("children")), TableConfig(QStringLiteral("notes"))},
                    config);
    for (int i = 0; i < 10; ++i) {
        const QString id = QString::number(i);
        QVERIFY(a->write(QStringLiteral("notes"), id, titled(id)));
        QVERIFY(a->write(QStringLiteral("children"), id, {{QStringLiteral("note_id"), id}}));
    }
    const SyncReport report = a.sync();
    QCOMPARE(report.pushed, 20);
    QCOMPARE(report.dead + report.retrying, 0);
    QCOMPARE(sql(QStringLiteral("select count(*) from children")), QStringLiteral("10"));
}

void tst_Sync::hiddenUpdateIsNotDone()
{
    sql(QStringLiteral("insert into readonly values ('1', 'start')"));
    const Replica a(m_stack.url(), {TableConfig(QStringLiteral("readonly"))});
    QCOMPARE(a.pull().pulled, 1);
    QVERIFY(a->patch(QStringLiteral("readonly"), QStringLiteral("1"), titled(QStringLiteral("mine"))));
    QVERIFY(a->write(QStringLiteral("readonly"), QStringLiteral("2"), titled(QStringLiteral("mine"))));
    const SyncReport report = a.drain();
    QCOMPARE(report.pushed, 0);
    QCOMPARE(report.dead, 2);
    for (const Failure &error : report.errors)
        QCOMPARE(error.code, Failure::Code::RlsViolation);
}

void tst_Sync::edgeIdsArrive()
{
    const Replica a(m_stack.url(), m_notes);
    const QStringList ids{QStringLiteral("%41+,)(\"'\\ .:*&=#?/"),
                          QStringLiteral("ünï 😀"),
                          QStringLiteral("null"),
                          QStringLiteral("[1]"),
                          QStringLiteral(" "),
                          QStringLiteral("a\tb\nc")};
    for (const QString &id : ids)
        QVERIFY(a->write(QStringLiteral("notes"), id, titled(id)));
    QCOMPARE(a.sync().pushed, static_cast<int>(ids.size()));
    for (const QString &id : ids)
        QVERIFY(a->patch(QStringLiteral("notes"), id, {{QStringLiteral("body"), id}}));
    QCOMPARE(a.sync().pushed, static_cast<int>(ids.size()));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes where id = title and title = body")),
             QString::number(ids.size()));
    for (const QString &id : ids)
        QVERIFY(a->remove(QStringLiteral("notes"), id));
    QCOMPARE(a.sync().pushed, static_cast<int>(ids.size()));
    QCOMPARE(sql(QStringLiteral("select count(*) from notes")), QStringLiteral("0"));
}

QTEST_GUILESS_MAIN(tst_Sync)

#include "tst_sync.moc"
