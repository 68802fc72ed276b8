// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/syncevent.h>

#include <QtCore/QObject>
#include <QtTest/QTest>

using namespace Tideline;

// The shapes that the command line and the event log show.
class tst_SyncEvent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheKeysOfTheContract_data();
    void hasTheKeysOfTheContract();
    void showsEntries();
    void showsConflicts();
    void masksAtAnyDepth();
};

void tst_SyncEvent::hasTheKeysOfTheContract_data()
{
    QTest::addColumn<SyncEvent>("event");
    QTest::addColumn<QString>("keys"); // besides event and timestamp, sorted
    QTest::addColumn<QString>("table");
    const auto add = [](const char *name, const SyncEvent::Detail &detail, const char *keys, const char *table) {
        SyncEvent event;
        event.timestamp = QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC);
        event.detail = detail;
        QTest::newRow(name) << event << QString::fromLatin1(keys) << QString::fromLatin1(table);
    };
    SyncEntry entry;
    entry.table = QStringLiteral("t");
    add("SyncDrainComplete", SyncDrainComplete{2, 3}, "pushed remaining", "");
    add("SyncPullComplete", SyncPullComplete{QStringLiteral("t"), 4}, "rowCount table", "t");
    add("SyncAuthRequired", SyncAuthRequired{}, "error", "");
    SyncConflict conflict;
    conflict.table = QStringLiteral("t");
    add("SyncConflict", conflict, "baseVersion localVersion recordId remoteVersion resolvedVersion strategyUsed table",
        "t");
    add("SyncPoisonPill", SyncPoisonPill{entry, {}}, "entry error", "t");
    add("SyncRetryScheduled", SyncRetryScheduled{entry, {}, {}}, "entry error nextRetryAt", "t");
    add("SyncError", SyncError{{}, QStringLiteral("pull"), {}, {}}, "context error", "");
    add("SyncError", SyncError{{}, QStringLiteral("pull"), QStringLiteral("t"), QStringLiteral("1")},
        "context error recordId table", "t");
}

void tst_SyncEvent::hasTheKeysOfTheContract()
{
    QFETCH(SyncEvent, event);
    QFETCH(QString, keys);
    QFETCH(QString, table);
    QVariantMap map = event.toVariantMap();
    QCOMPARE(event.name(), QString::fromLatin1(QTest::currentDataTag()));
    QCOMPARE(map.take(QStringLiteral("event")).toString(), event.name());
    QCOMPARE(map.take(QStringLiteral("timestamp")).toString(), QStringLiteral("2023-11-14T22:13:20.123Z"));
    QCOMPARE(map.keys().join(QLatin1Char(' ')), keys);
    QCOMPARE(event.table(), table);
}

void tst_SyncEvent::showsEntries()
{
    SyncEntry entry;
    entry.sequence = 7;
    entry.operation = SyncOperation::Patch;
    entry.state = EntryState::InFlight;
    const QVariantMap map = toVariantMap(entry);
    QCOMPARE(map.keys().join(QLatin1Char(' ')),
             QStringLiteral("base createdAt error heldBy id mergedInto nextRetryAt operation payload recordId "
                            "retryCount seq state table"));
    QCOMPARE(map.value(QStringLiteral("operation")), QVariant(QStringLiteral("patch")));
    QCOMPARE(map.value(QStringLiteral("state")), QVariant(QStringLiteral("inFlight")));
    QCOMPARE(map.value(QStringLiteral("seq")), QVariant(7));
    QVERIFY(!map.value(QStringLiteral("base")).isValid());
    QVERIFY(!map.value(QStringLiteral("error")).isValid());
    QVERIFY(!map.value(QStringLiteral("nextRetryAt")).isValid());
}

void tst_SyncEvent::showsConflicts()
{
    ConflictRecord conflict;
    conflict.strategy = ConflictStrategy::LastWriteWins;
    conflict.remote = QVariantMap{{QStringLiteral("a"), 1}};
    QVariantMap map = toVariantMap(conflict);
    QCOMPARE(map.keys().join(QLatin1Char(' ')),
             QStringLiteral("at base id local recordId remote resolved state strategy table"));
    QCOMPARE(map.value(QStringLiteral("state")), QVariant(QStringLiteral("resolved")));
    QCOMPARE(map.value(QStringLiteral("strategy")), QVariant(QStringLiteral("lastWriteWins")));
    QCOMPARE(map.value(QStringLiteral("remote")), QVariant(*conflict.remote));
    QVERIFY(!map.value(QStringLiteral("local")).isValid());
    conflict.isOpen = true;
    QCOMPARE(toVariantMap(conflict).value(QStringLiteral("state")), QVariant(QStringLiteral("open")));
}

void tst_SyncEvent::masksAtAnyDepth()
{
    const QStringList sensitive{QStringLiteral("ssn")};
    const QVariantMap secret{{QStringLiteral("ssn"), QStringLiteral("123-45")}, {QStringLiteral("name"), 1}};
    const QVariantMap nested{{QStringLiteral("list"), QVariantList{secret}}, {QStringLiteral("map"), secret}};
    SyncEntry entry;
    entry.payload = nested;
    entry.base = nested;
    ConflictRecord conflict;
    conflict.local = nested;
    conflict.resolved = nested;
    const SyncEntry maskedEntry = masked(entry, sensitive);
    const ConflictRecord maskedConflict = masked(conflict, sensitive);
    const QVariantMap hidden{{QStringLiteral("ssn"), QStringLiteral("***")}, {QStringLiteral("name"), 1}};
    const QVariantMap expected{{QStringLiteral("list"), QVariantList{hidden}}, {QStringLiteral("map"), hidden}};
    QCOMPARE(maskedEntry.payload, expected);
    QCOMPARE(*maskedEntry.base, expected);
    QCOMPARE(*maskedConflict.local, expected);
    QCOMPARE(*maskedConflict.resolved, expected);
    QVERIFY(!maskedConflict.remote);
    QCOMPARE(masked(nested, {}), nested);
}

QTEST_GUILESS_MAIN(tst_SyncEvent)
#include "tst_syncevent.moc"
