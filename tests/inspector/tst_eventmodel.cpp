// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "support/sampledatabase.h"

#include <tideline/models/eventmodel.h>

#include <QtCore/QTemporaryDir>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Qt::StringLiterals;
using namespace Tideline;

class TestEventModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void appendsWhatHappened();
    void masks();

private:
    static LoggedEvent sample(const QString &table);
};

LoggedEvent TestEventModel::sample(const QString &table)
{
    LoggedEvent event;
    event.at = QDateTime(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
    event.name = u"SyncError"_s;
    event.table = table;
    event.detail = {{u"event"_s, event.name},
                    {u"payload"_s, QVariantMap{{u"phone"_s, u"555-secret"_s}}},
                    {u"error"_s, Failure(Failure::Code::Timeout, u"It took too long."_s).toVariantMap()}};
    return event;
}

void TestEventModel::appendsWhatHappened()
{
    QTemporaryDir directory;
    SampleDatabase database(directory.filePath(u"app.db"_s));
    QVERIFY(database.isOpen());
    QVERIFY(database.appendEvent(sample(u"tasks"_s)));
    EventModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setStorage(&database.storage());
    QVERIFY(model.refresh());
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, EventModel::DetailColumn).data().toString(), u"It took too long."_s);

    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    QVERIFY(database.appendEvent(sample(u"visits"_s)));
    QVERIFY(database.appendEvent(sample(u"visits"_s)));
    QVERIFY(model.refresh());
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(inserted.size(), 1);
    QCOMPARE(reset.size(), 0);
    QVERIFY(model.loggedEvent(1).sequence < model.loggedEvent(2).sequence);

    JournalFilter filter;
    filter.table = u"visits"_s;
    model.setFilter(filter);
    QCOMPARE(model.rowCount(), 2);
}

void TestEventModel::masks()
{
    QTemporaryDir directory;
    SampleDatabase database(directory.filePath(u"app.db"_s));
    QVERIFY(database.isOpen());
    QVERIFY(database.appendEvent(sample(u"tasks"_s)));
    EventModel model;
    model.setStorage(&database.storage());
    model.setSensitiveFields({u"phone"_s});
    const QVariantMap payload = model.loggedEvent(0).detail.value(u"payload"_s).toMap();
    QCOMPARE(payload.value(u"phone"_s).toString(), u"***"_s);
}

QTEST_GUILESS_MAIN(TestEventModel)

#include "tst_eventmodel.moc"
