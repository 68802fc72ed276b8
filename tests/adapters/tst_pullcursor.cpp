// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/pullcursor.h"
#include "plain/timestamptext.h"

#include <QtTest/QTest>

using namespace Tideline;
using namespace Tideline::Rest;

class TestPullCursor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comparesTimesToTheLastDigit();
    void survivesAsText();
    void refusesForeignText();
    void opensNoWindowForOldRows();
    void readsTheWindowOnce();
    void keepsYoungRowsInTheWindow();
    void doesNotSkipHalfReadTimes();
    void doesNotSkipCoarseTimes();
};

namespace {

constexpr qint64 overlap = 10000;

// second 100 is 100 s after 1970
QString at(int second)
{
    return QStringLiteral("1970-01-01T00:%1:%2.123456+00:00")
        .arg(second / 60, 2, 10, QLatin1Char('0'))
        .arg(second % 60, 2, 10, QLatin1Char('0'));
}

PullPosition row(const QString &time, const QString &key = QStringLiteral("k"))
{
    return {time, {key}};
}

PullCursor stored(const PullCursor &cursor)
{
    const Result<PullCursor> read = PullCursor::fromText(cursor.toText());
    return read ? *read : PullCursor();
}

} // namespace

void TestPullCursor::comparesTimesToTheLastDigit()
{
    const QString early = QStringLiteral("2024-01-01T00:00:00.1234+00:00");
    const QString late = QStringLiteral("2024-01-01T00:00:00.123401+00:00");
    QVERIFY(isEarlier(early, late));
    QVERIFY(!isEarlier(late, early));
    QVERIFY(!isEarlier(QStringLiteral("2024-01-01T02:00:00.123400+02:00"), early));
    QVERIFY(!isEarlier(early, QStringLiteral("2024-01-01T02:00:00.123400+02:00")));
    QVERIFY(isEarlier(late, QStringLiteral("infinity")));
    // It rounds nothing up.
    QCOMPARE(toMilliseconds(QStringLiteral("1970-01-01T00:00:00.999999+00:00")), std::optional<qint64>(999));
    QVERIFY(!toMilliseconds(QStringLiteral("20240101000000000000")));
}

void TestPullCursor::survivesAsText()
{
    PullCursor cursor;
    cursor.advance({row(at(80)), row(at(99), QStringLiteral("ä\"\\"))}, 100000, overlap);
    cursor.finish();
    cursor.setPageCap(7);
    QCOMPARE(stored(cursor).toText(), cursor.toText());
    cursor.beginPass();
    QCOMPARE(stored(cursor).toText(), cursor.toText());
    QVERIFY(stored(cursor).isInPass());
}

void TestPullCursor::refusesForeignText()
{
    QVERIFY(PullCursor::fromText(QString()).ok());
    QVERIFY(!PullCursor::fromText(QStringLiteral("17")).ok());
    QVERIFY(!PullCursor::fromText(QStringLiteral("{}")).ok());
}

void TestPullCursor::opensNoWindowForOldRows()
{
    PullCursor cursor;
    cursor.advance({row(at(80))}, 100000, overlap);
    cursor.finish();
    QVERIFY(!cursor.isPassDue(1000000));
}

void TestPullCursor::readsTheWindowOnce()
{
    PullCursor cursor;
    cursor.advance({row(at(80)), row(at(99))}, 100000, overlap);
    cursor.finish();
    cursor = stored(cursor);
    QVERIFY(!cursor.isPassDue(105000));
    QVERIFY(cursor.isPassDue(111000));
    cursor.beginPass();
    QCOMPARE(cursor.position(), std::optional(row(at(80)))); // from behind what was settled
    QCOMPARE(cursor.skipped(), QStringList{at(99)});
    cursor.advance({row(at(95), QStringLiteral("late"))}, 112000, overlap);
    cursor.finish();
    QCOMPARE(cursor.position(), std::optional(row(at(99)))); // not back
    QVERIFY(!cursor.isPassDue(1000000));
}

void TestPullCursor::keepsYoungRowsInTheWindow()
{
    PullCursor cursor;
    cursor.advance({row(at(99))}, 100000, overlap);
    cursor.finish();
    cursor.advance({row(at(109))}, 110000, overlap); // somebody goes on writing
    cursor.finish();
    QVERIFY(cursor.isPassDue(111000)); // which does not put it off
    cursor.beginPass();
    cursor.advance({}, 111000, overlap);
    cursor.finish();
    QCOMPARE(cursor.position(), std::optional(row(at(109))));
    QVERIFY(!cursor.isPassDue(112000));
    QVERIFY(cursor.isPassDue(122000));
    cursor.beginPass();
    QCOMPARE(cursor.position(), std::optional(PullPosition{at(99), {}})); // the window has moved up
    QCOMPARE(cursor.skipped(), QStringList{at(109)});
    cursor.advance({}, 122000, overlap);
    cursor.finish();
    QVERIFY(!cursor.isPassDue(1000000));
}

void TestPullCursor::doesNotSkipHalfReadTimes()
{
    PullCursor cursor;
    cursor.advance({row(at(98)), row(at(99))}, 100000, overlap); // more pages follow, but the pull ended
    cursor.beginPass();
    QCOMPARE(cursor.skipped(), QStringList{at(98)});
}

void TestPullCursor::doesNotSkipCoarseTimes()
{
    PullCursor cursor;
    cursor.advance({row(QStringLiteral("1970-01-01T00:01:39+00:00"))}, 100000, overlap);
    cursor.finish();
    QVERIFY(cursor.isPassDue(111000));
    cursor.beginPass();
    QVERIFY(cursor.skipped().isEmpty());
}

QTEST_GUILESS_MAIN(TestPullCursor)
#include "tst_pullcursor.moc"
