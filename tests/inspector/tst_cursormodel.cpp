// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "support/sampledatabase.h"

#include <tideline/models/cursormodel.h>

#include <QtCore/QTemporaryDir>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Qt::StringLiterals;
using namespace Tideline;

class TestCursorModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsTheCursors();
};

void TestCursorModel::followsTheCursors()
{
    const QDateTime at(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
    QTemporaryDir directory;
    SampleDatabase database(directory.filePath(u"app.db"_s));
    QVERIFY(database.isOpen());
    QVERIFY(database.setCursor({u"m"_s, u"opaque"_s, at, {}}));
    CursorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setStorage(&database.storage());
    QVERIFY(model.refresh());
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, CursorModel::ValueColumn).data().toString(), u"opaque"_s);
    QCOMPARE(model.index(0, CursorModel::PulledAtColumn).data(StorageModel::SortRole).toDateTime(), at);

    const QPersistentModelIndex kept = model.index(0, 0);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    QVERIFY(database.setCursor({u"a"_s, u"first"_s, at, at}));
    QVERIFY(database.setCursor({u"m"_s, u"further"_s, at.addSecs(5), {}}));
    QVERIFY(model.refresh());
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(kept.row(), 1);
    QCOMPARE(kept.data(CursorModel::ValueRole).toString(), u"further"_s);
    QCOMPARE(model.cursor(0).reconciledAt, at);
    QCOMPARE(reset.size(), 0);
}

QTEST_GUILESS_MAIN(TestCursorModel)

#include "tst_cursormodel.moc"
