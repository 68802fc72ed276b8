// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/mergedentry.h>

#include <QtTest/QTest>

using namespace Tideline;

class tst_MergedEntry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mergesByOperation_data();
    void mergesByOperation();
    void wholeIsMadeWhenTheLastWas();
    void whatWasSentStaysAsItIs();
    void stopsAtWhatMustNotTravel_data();
    void stopsAtWhatMustNotTravel();
    void payloadsAreBounded();
    void findsWhatTravelsAlready();
};

namespace {

constexpr qint64 plenty = 1 << 20;

// u, p or d with a base, U, P or D without; its column is named after its place.
SyncEntry entry(QChar kind, int place)
{
    SyncEntry made;
    made.sequence = place;
    made.id = QString::number(place);
    made.createdAt = QDateTime::fromMSecsSinceEpoch(place, Qt::UTC);
    switch (kind.toLower().toLatin1()) {
    case 'u':
        made.operation = SyncOperation::Upsert;
        break;
    case 'p':
        made.operation = SyncOperation::Patch;
        break;
    default:
        made.operation = SyncOperation::Delete;
        break;
    }
    if (made.operation != SyncOperation::Delete)
        made.payload = {{QStringLiteral("last"), place}, {QLatin1Char('c') + made.id, place}};
    if (kind.isLower())
        made.base = QVariantMap();
    return made;
}

QList<SyncEntry> entries(const QString &kinds)
{
    QList<SyncEntry> made;
    for (const QChar kind : kinds)
        made.append(entry(kind, static_cast<int>(made.size()) + 1));
    return made;
}

} // namespace

void tst_MergedEntry::mergesByOperation_data()
{
    QTest::addColumn<QString>("kinds");
    QTest::addColumn<int>("merged"); // with the head
    QTest::addColumn<SyncOperation>("operation");
    QTest::newRow("alone") << QStringLiteral("U") << 1 << SyncOperation::Upsert;
    QTest::newRow("new row and its changes") << QStringLiteral("Upu") << 3 << SyncOperation::Upsert;
    QTest::newRow("changes") << QStringLiteral("ppp") << 3 << SyncOperation::Patch;
    QTest::newRow("change, then a full write") << QStringLiteral("pup") << 3 << SyncOperation::Upsert;
    QTest::newRow("change of an unseen row, then a full write") << QStringLiteral("PU") << 1 << SyncOperation::Patch;
    QTest::newRow("new and gone again") << QStringLiteral("Upd") << 3 << SyncOperation::Delete;
    QTest::newRow("changed and removed") << QStringLiteral("pd") << 2 << SyncOperation::Delete;
    QTest::newRow("removed and made again") << QStringLiteral("dU") << 1 << SyncOperation::Delete;
    QTest::newRow("changed, removed, made again") << QStringLiteral("pdU") << 2 << SyncOperation::Delete;
}

void tst_MergedEntry::mergesByOperation()
{
    QFETCH(QString, kinds);
    QFETCH(int, merged);
    QFETCH(SyncOperation, operation);
    const QList<SyncEntry> open = entries(kinds);
    const MergedEntry result = mergeUnsent(open.constFirst(), open, plenty);
    QCOMPARE(result.head, open.constFirst());
    QCOMPARE(result.others, open.mid(1, merged - 1));
    const SyncEntry whole = result.whole();
    QCOMPARE(whole.operation, operation);
    QCOMPARE(whole.id, open.constFirst().id);
    QCOMPARE(whole.base, open.constFirst().base);
    if (operation == SyncOperation::Delete) {
        QVERIFY(whole.payload.isEmpty());
        return;
    }
    QCOMPARE(whole.payload.value(QStringLiteral("last")).toInt(), merged); // the latest value of a column
    QCOMPARE(whole.payload.size(), merged + 1);                            // and every column
}

void tst_MergedEntry::wholeIsMadeWhenTheLastWas()
{
    const QList<SyncEntry> open = entries(QStringLiteral("Upp"));
    const SyncEntry whole = mergeUnsent(open.constFirst(), open, plenty).whole();
    QCOMPARE(whole.createdAt, open.constLast().createdAt);
    QCOMPARE(whole.sequence, 1);
}

void tst_MergedEntry::whatWasSentStaysAsItIs()
{
    QList<SyncEntry> open = entries(QStringLiteral("Upp"));
    open[0].sentAt = QDateTime::fromMSecsSinceEpoch(1000, Qt::UTC);
    QVERIFY(mergeUnsent(open.constFirst(), open, plenty).others.isEmpty());
}

void tst_MergedEntry::stopsAtWhatMustNotTravel_data()
{
    QTest::addColumn<SyncEntry>("second");
    SyncEntry second = entry(QLatin1Char('p'), 2);
    second.sentAt = QDateTime::fromMSecsSinceEpoch(1000, Qt::UTC);
    QTest::newRow("sent") << second;
    second.sentAt = {};
    second.heldBy = QStringLiteral("conflict");
    QTest::newRow("held") << second;
    second.heldBy.clear();
    second.state = EntryState::InFlight;
    QTest::newRow("in flight") << second;
    second.state = EntryState::Dead;
    QTest::newRow("dead") << second;
    second.state = EntryState::Pending;
    second.mergedInto = QStringLiteral("another");
    QTest::newRow("in another") << second;
}

void tst_MergedEntry::stopsAtWhatMustNotTravel()
{
    QFETCH(SyncEntry, second);
    QList<SyncEntry> open = entries(QStringLiteral("ppp"));
    open[1] = second;
    QVERIFY(mergeUnsent(open.constFirst(), open, plenty).others.isEmpty()); // nor what comes after it
}

void tst_MergedEntry::payloadsAreBounded()
{
    QList<SyncEntry> open = entries(QStringLiteral("ppp"));
    for (SyncEntry &one : open)
        one.payload = {{QStringLiteral("text"), QString(100, QLatin1Char('x'))}};
    QCOMPARE(mergeUnsent(open.constFirst(), open, 250).others.size(), 1);
    QCOMPARE(mergeUnsent(open.constFirst(), open, 150).others.size(), 0);
}

void tst_MergedEntry::findsWhatTravelsAlready()
{
    QList<SyncEntry> open = entries(QStringLiteral("Uppp"));
    open[1].mergedInto = open.at(0).id;
    open[2].mergedInto = open.at(0).id;
    open[2].state = EntryState::InFlight;
    const MergedEntry merged = mergedInto(open.at(0), open);
    QCOMPARE(merged.others, open.mid(1, 2));
    QCOMPARE(merged.whole().payload.value(QStringLiteral("last")).toInt(), 3);
}

QTEST_GUILESS_MAIN(tst_MergedEntry)
#include "tst_mergedentry.moc"
