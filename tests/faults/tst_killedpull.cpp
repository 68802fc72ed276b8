// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clientprocess.h"
#include "databasecheck.h"
#include "notesclient.h"
#include "scratch.h"

#include <serverstack.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <csignal>

using namespace Tideline;

namespace {

constexpr int rowCount = 6000;
constexpr int pageSize = 250;

const QString schema = QStringLiteral(R"sql(
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp(); return new; end $$;
create table notes (
    id text primary key, title text, body text,
    updated_at timestamptz not null default clock_timestamp());
select tideline.track_table('notes');
insert into notes (id, title, body, updated_at)
    select 'n' || i, 'title ' || i, repeat(md5(i::text), 8),
           '2026-01-01'::timestamptz + (i / 700) * interval '1 millisecond'
    from generate_series(1, %1) i;
create trigger stamp before insert or update on notes for each row execute function stamp();
)sql");

} // namespace

Q_DECLARE_METATYPE(Tideline::SupabaseOptions::Mode)

// A client is killed at random moments of its first pull, again and again, and goes on where it was.
class tst_KilledPull : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void endsComplete_data();
    void endsComplete();

private:
    void verifyContent(const QString &path, bool isComplete) const;

    ServerStack m_stack;
    QTemporaryDir m_directory{scratchTemplate()};
    std::unique_ptr<ClientProcess> m_process;
    QMap<QString, QString> m_titles; // on the server
};

void tst_KilledPull::initTestCase()
{
    m_process = std::make_unique<ClientProcess>();
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    QVERIFY(kit.open(QIODevice::ReadOnly));
    ServerStack::Options options;
    options.schema = QString::fromUtf8(kit.readAll()) + schema.arg(rowCount);
    QVERIFY2(m_stack.start(options), qPrintable(m_stack.error()));
    const ServerStack::SqlResult rows =
        m_stack.runSql(QStringLiteral("select id || '|' || title || '/' || body from notes"));
    QVERIFY2(rows.ok, qPrintable(rows.output));
    for (const QString &line : rows.output.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        m_titles.insert(line.section(QLatin1Char('|'), 0, 0), line.section(QLatin1Char('|'), 1));
    QCOMPARE(m_titles.size(), rowCount);
}

void tst_KilledPull::cleanupTestCase()
{
    m_process.reset();
}

void tst_KilledPull::verifyContent(const QString &path, bool isComplete) const
{
    const DatabaseCheck found(path);
    QCOMPARE(found.storageProblem(), QString());
    QVERIFY(found.entries().isEmpty());
    const QMap<QString, QVariantMap> rows = found.rows();
    for (auto row = rows.cbegin(); row != rows.cend(); ++row) {
        QCOMPARE(row->value(QStringLiteral("title")).toString() + QLatin1Char('/')
                     + row->value(QStringLiteral("body")).toString(),
                 m_titles.value(row.key(), QStringLiteral("(not on the server)")));
    }
    if (isComplete)
        QCOMPARE(rows.size(), m_titles.size());
    // Nothing is below the cursor that is not here: where none is kept yet, no page was whole.
    QVERIFY(found.cursorCount() <= 1);
    if (found.cursorCount() > 0)
        QVERIFY(rows.size() >= pageSize);
    // A pull whose end was told is over, though its process may have been killed right then.
    QStringList told = found.eventNames();
    QVERIFY(!isComplete || !told.isEmpty());
    QVERIFY(told.isEmpty() || rows.size() == m_titles.size());
    told.removeAll(QStringLiteral("SyncPullComplete"));
    QCOMPARE(told, QStringList());
    QCOMPARE(found.quarantinedCount(), 0);
}

void tst_KilledPull::endsComplete_data()
{
    QTest::addColumn<SupabaseOptions::Mode>("mode");
    QTest::newRow("plain") << SupabaseOptions::Mode::Plain;
    QTest::newRow("kit") << SupabaseOptions::Mode::Kit;
}

void tst_KilledPull::endsComplete()
{
    QFETCH(SupabaseOptions::Mode, mode);
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    QVariantMap order{{QStringLiteral("scenario"), QStringLiteral("pull")},
                      {QStringLiteral("url"), m_stack.url().toString()},
                      {QStringLiteral("mode"), static_cast<int>(mode)},
                      {QStringLiteral("pageSize"), pageSize},
                      // It would find again what a cursor had passed over.
                      {QStringLiteral("isReconciling"), false}};
    const auto begin = [&](int number) {
        const QString path = m_directory.filePath(QStringLiteral("%1-%2.db").arg(static_cast<int>(mode)).arg(number));
        DatabaseCheck::makeNotes(path);
        order.insert(QStringLiteral("database"), path);
        return path;
    };

    // How long it takes when nobody disturbs it.
    QString path = begin(0);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(m_process->run(order).exitCode, 0);
    const qint64 whole = timer.nsecsElapsed() / 1000;
    verifyContent(path, true);

    int kills = 0;
    int pulls = 0;
    int early = 0; // before there was anything
    for (; kills < TIDELINE_FAULT_PULL_KILLS; ++pulls) {
        path = begin(pulls + 1);
        qsizetype before = 0;
        for (int life = 0;; ++life) {
            // Whoever held the lease is gone.
            order.insert(QStringLiteral("later"), life * 3600);
            order.insert(QStringLiteral("killAfter"), qint64(1 + random.bounded(static_cast<double>(whole) / 3)));
            const ClientLife ended = m_process->run(order);
            QCOMPARE(ended.failures, QStringList());
            verifyContent(path, ended.signal == 0);
            if (QTest::currentTestFailed())
                return;
            const qsizetype now = DatabaseCheck(path).rows().size();
            QVERIFY(now >= before);
            before = now;
            if (ended.signal == 0) {
                QCOMPARE(ended.exitCode, 0);
                break;
            }
            QCOMPARE(ended.signal, SIGKILL);
            ++kills;
            early += now == 0;
        }
        // Complete means that there is nothing left to fetch.
        order.remove(QStringLiteral("killAfter"));
        order.insert(QStringLiteral("later"), 1'000'000);
        const ClientLife again = m_process->run(order);
        QVERIFY2(again.marks.contains(QStringLiteral("pulled 0")), qPrintable(again.marks.join(QLatin1Char(' '))));
        for (const char *suffix : {"", "-wal", "-shm"})
            QFile::remove(path + QString::fromLatin1(suffix));
    }
    qInfo("%d kills in %d first pulls of %lld ms, %d of them before a row was there", kills, pulls,
          static_cast<long long>(whole / 1000), early);
    QVERIFY(early < kills / 2);
}

QTEST_GUILESS_MAIN(tst_KilledPull)
#include "tst_killedpull.moc"
