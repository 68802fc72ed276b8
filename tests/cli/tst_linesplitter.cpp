// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "linesplitter.h"

#include <QtTest/QTest>

using namespace Tideline::Cli;

class TestLineSplitter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsAtLineBreaks();
    void joinsBlocks();
    void givesTheLastLineWithoutABreak();
    void keepsNothingOfALongLine();
};

void TestLineSplitter::cutsAtLineBreaks()
{
    LineSplitter lines(100);
    lines.add("one\n\ntwo\r\n");
    QCOMPARE(lines.next()->text, QByteArray("one"));
    QCOMPARE(lines.next()->text, QByteArray());
    QCOMPARE(lines.next()->text, QByteArray("two\r"));
    QVERIFY(!lines.next());
    QVERIFY(!lines.last());
}

void TestLineSplitter::joinsBlocks()
{
    LineSplitter lines(100);
    lines.add("a");
    QVERIFY(!lines.next());
    lines.add("b");
    QVERIFY(!lines.next());
    lines.add("c\nd");
    QCOMPARE(lines.next()->text, QByteArray("abc"));
    QVERIFY(!lines.next());
    QCOMPARE(lines.last()->text, QByteArray("d"));
}

void TestLineSplitter::givesTheLastLineWithoutABreak()
{
    LineSplitter lines(100);
    lines.add("end");
    QVERIFY(!lines.next());
    QCOMPARE(lines.last()->text, QByteArray("end"));
    QVERIFY(!lines.last());
}

void TestLineSplitter::keepsNothingOfALongLine()
{
    LineSplitter lines(4);
    lines.add("1234\n123");
    QCOMPARE(lines.next()->text, QByteArray("1234"));
    QVERIFY(!lines.next());
    lines.add("45");
    QVERIFY(!lines.next());
    lines.add("6\nok\n");
    const std::optional<LineSplitter::Line> line = lines.next();
    QVERIFY(line->isTooLong);
    QCOMPARE(line->text, QByteArray());
    const std::optional<LineSplitter::Line> after = lines.next();
    QCOMPARE(after->text, QByteArray("ok"));
    QVERIFY(!after->isTooLong);
}

QTEST_GUILESS_MAIN(TestLineSplitter)
#include "tst_linesplitter.moc"
