// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "await.h"
#include "serverstack.h"

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>
#include <QtTest/QTest>

using namespace Tideline;

namespace {

const QString schema = QStringLiteral(R"sql(
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp(); return new; end $$;
create table notes (
    id text primary key, title text, body text,
    updated_at timestamptz not null default clock_timestamp());
create trigger stamp before insert or update on notes for each row execute function stamp();
select tideline.track_table('notes');
)sql");

const QString notes = QStringLiteral("notes");

} // namespace

Q_DECLARE_METATYPE(Tideline::SupabaseOptions::Mode)

// The application comes in a new version, with another schema, while its queue is full.
class tst_Upgrades : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void queuedWorkArrives_data();
    void queuedWorkArrives();
    void newTableBesideAFullQueue();

private:
    void open(const QList<TableConfig> &tables, SupabaseOptions::Mode mode);
    void alter(const QStringList &statements);
    QString sql(const QString &text);
    QString path() const { return m_directory->filePath(QStringLiteral("app.db")); }

    ServerStack m_stack;
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<SyncEngine> m_engine;
};

void tst_Upgrades::initTestCase()
{
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    QVERIFY(kit.open(QIODevice::ReadOnly));
    ServerStack::Options options;
    options.schema = QString::fromUtf8(kit.readAll()) + schema;
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
}

void tst_Upgrades::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    const ServerStack::SqlResult reset = m_stack.changeSchema(
        QStringLiteral("truncate notes; alter table notes drop column if exists priority; drop table if exists tags;"
                       "insert into notes (id, title, body) select 's' || i, 'start', 'start'"
                       " from generate_series(1, 20) i"));
    QVERIFY2(reset.ok, qPrintable(reset.output));
}

void tst_Upgrades::cleanup()
{
    m_engine.reset();
}

QString tst_Upgrades::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    return result.ok ? result.output.trimmed() : QStringLiteral("FAILED: ") + result.output;
}

void tst_Upgrades::open(const QList<TableConfig> &tables, SupabaseOptions::Mode mode)
{
    SqliteOptions file;
    file.path = path();
    file.synchronous = SqliteOptions::Synchronous::Normal;
    SupabaseOptions server;
    server.url = m_stack.url();
    server.mode = mode;
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(file);
    setup.remote = SupabaseRemoteStore::factory(server);
    setup.tables = tables;
    m_engine = std::make_unique<SyncEngine>(setup);
    const Result<void> opened = m_engine->open();
    QVERIFY2(opened, qPrintable(opened.failure().detail));
}

// What the application's own migration does, before it makes its engine.
void tst_Upgrades::alter(const QStringList &statements)
{
    const QString name = QStringLiteral("application");
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(path());
        QVERIFY(database.open());
        for (const QString &statement : statements) {
            QSqlQuery query(database);
            QVERIFY2(query.exec(statement), qPrintable(query.lastError().text()));
        }
    }
    QSqlDatabase::removeDatabase(name);
}

void tst_Upgrades::queuedWorkArrives_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::addColumn<QStringList>("statements");
    const QList<std::pair<const char *, QStringList>> upgrades{
        {"a column that is required",
         {QStringLiteral("ALTER TABLE notes ADD COLUMN priority INTEGER NOT NULL DEFAULT 3")}},
        {"a column that can be empty", {QStringLiteral("ALTER TABLE notes ADD COLUMN priority INTEGER")}},
        {"a column dropped", {QStringLiteral("ALTER TABLE notes DROP COLUMN body")}},
        {"a column renamed", {QStringLiteral("ALTER TABLE notes RENAME COLUMN body TO content")}},
        {"a table rebuilt",
         {QStringLiteral("PRAGMA foreign_keys = OFF"), QStringLiteral("BEGIN"),
          QStringLiteral("CREATE TABLE new_notes (id TEXT NOT NULL PRIMARY KEY, body TEXT, title TEXT,"
                         " priority INTEGER NOT NULL DEFAULT 3, updated_at TEXT)"),
          QStringLiteral(
              "INSERT INTO new_notes (id, body, title, updated_at) SELECT id, body, title, updated_at FROM notes"),
          QStringLiteral("DROP TABLE notes"), QStringLiteral("ALTER TABLE new_notes RENAME TO notes"),
          QStringLiteral("COMMIT"), QStringLiteral("PRAGMA foreign_keys = ON")}},
    };
    for (const auto &[name, statements] : upgrades) {
        QTest::addRow("plain, %s", name) << SupabaseOptions::Mode::Plain << statements;
        QTest::addRow("kit, %s", name) << SupabaseOptions::Mode::Kit << statements;
    }
}

void tst_Upgrades::queuedWorkArrives()
{
    QFETCH(SupabaseOptions::Mode, mode);
    QFETCH(QStringList, statements);
    const QList<TableConfig> tables{TableConfig(notes)};
    open(tables, mode);
    QVERIFY(await(m_engine->createTables()));
    QCOMPARE(await(m_engine->pullAll()).pulled, 20);
    const auto row = [](const QString &title, const QString &body) {
        return QVariantMap{{QStringLiteral("title"), title}, {QStringLiteral("body"), body}};
    };
    for (int i = 1; i <= 100; ++i) {
        QVERIFY(m_engine->write(notes, QStringLiteral("n%1").arg(i),
                                row(QStringLiteral("new"), QStringLiteral("body %1").arg(i))));
    }
    for (int i = 1; i <= 10; ++i) {
        const QString id = QStringLiteral("s%1").arg(i);
        QVERIFY(m_engine->patch(notes, id, {{QStringLiteral("body"), QStringLiteral("patched")}}));
        QVERIFY(m_engine->remove(notes, QStringLiteral("s%1").arg(i + 10)));
    }
    QCOMPARE(*m_engine->unsyncedCount(), 120);
    m_engine.reset();

    // The server has a default of its own.
    const ServerStack::SqlResult altered =
        m_stack.changeSchema(QStringLiteral("alter table notes add column priority int not null default 7"));
    QVERIFY2(altered.ok, qPrintable(altered.output));
    alter(statements);

    open(tables, mode);
    QCOMPARE(*m_engine->unsyncedCount(), 120);
    // A change in the new shape goes behind those in the old one.
    QVariantMap change{{QStringLiteral("title"), QStringLiteral("later")}};
    const bool hasPriority = statements.join(QLatin1Char(' ')).contains(QStringLiteral("priority"));
    if (hasPriority)
        change.insert(QStringLiteral("priority"), 9);
    QVERIFY(m_engine->patch(notes, QStringLiteral("n1"), change));
    const SyncReport report = await(m_engine->syncAll(SyncEngine::Urgency::Now));
    QVERIFY2(report.errors.isEmpty(), qPrintable(report.errors.value(0).detail));
    QCOMPARE(report.dead + report.conflicts + report.retrying, 0);
    QCOMPARE(*m_engine->unsyncedCount(), 0);
    QCOMPARE(sql(QStringLiteral("select count(*), count(distinct body), min(priority), max(priority) from notes"
                                " where id like 'n%' and id <> 'n1'")),
             QStringLiteral("99|99|7|7"));
    QCOMPARE(sql(QStringLiteral("select title, body, priority from notes where id = 'n1'")),
             hasPriority ? QStringLiteral("later|body 1|9") : QStringLiteral("later|body 1|7"));
    QCOMPARE(sql(QStringLiteral("select count(*), min(body) from notes where id like 's%'")),
             QStringLiteral("10|patched"));
    const Result<QList<QVariantMap>> rows = m_engine->rows(notes);
    QCOMPARE(rows->size(), 110);
    if (hasPriority) {
        for (const QVariantMap &stored : *rows) {
            if (stored.value(QStringLiteral("id")).toString().startsWith(QLatin1Char('n')))
                QVERIFY(stored.value(QStringLiteral("priority")).toInt() >= 7); // as the server answered
        }
    }
}

void tst_Upgrades::newTableBesideAFullQueue()
{
    open({TableConfig(notes)}, SupabaseOptions::Mode::Plain);
    QVERIFY(await(m_engine->createTables()));
    for (int i = 1; i <= 60; ++i)
        QVERIFY(m_engine->write(notes, QString::number(i), {{QStringLiteral("title"), QStringLiteral("new")}}));
    m_engine.reset();
    const ServerStack::SqlResult made = m_stack.changeSchema(
        QStringLiteral("create table tags (id text primary key, note_id text references notes (id),"
                       " updated_at timestamptz not null default clock_timestamp())"));
    QVERIFY2(made.ok, qPrintable(made.output));
    const QString tags = QStringLiteral("tags");
    open({TableConfig(tags), TableConfig(notes)}, SupabaseOptions::Mode::Plain);
    QCOMPARE(*await(m_engine->createTables()), QStringList(tags));
    QVERIFY(m_engine->write(tags, QStringLiteral("t"), {{QStringLiteral("note_id"), QStringLiteral("60")}}));
    const SyncReport report = await(m_engine->syncAll(SyncEngine::Urgency::Now));
    QVERIFY2(report.errors.isEmpty(), qPrintable(report.errors.value(0).detail));
    QCOMPARE(*m_engine->unsyncedCount(), 0);
    QCOMPARE(sql(QStringLiteral("select count(*) from notes where title = 'new'")), QStringLiteral("60"));
    QCOMPARE(sql(QStringLiteral("select note_id from tags")), QStringLiteral("60"));
}

QTEST_GUILESS_MAIN(tst_Upgrades)

#include "tst_upgrades.moc"
