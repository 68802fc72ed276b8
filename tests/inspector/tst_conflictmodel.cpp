// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "support/sampledatabase.h"

#include <tideline/models/conflictmodel.h>

#include <QtCore/QTemporaryDir>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Qt::StringLiterals;
using namespace Tideline;

namespace {

ConflictRecord sample(const QString &id, bool isOpen)
{
    ConflictRecord conflict;
    conflict.id = id;
    conflict.table = u"tasks"_s;
    conflict.recordId = u"7"_s;
    conflict.isOpen = isOpen;
    conflict.base = QVariantMap{{u"a"_s, 1}, {u"b"_s, 2}, {u"c"_s, 3}, {u"z"_s, 4}};
    conflict.local = QVariantMap{{u"b"_s, 20}, {u"z"_s, 40}};
    conflict.remote = QVariantMap{{u"a"_s, 1}, {u"b"_s, 2}, {u"c"_s, 30}, {u"z"_s, 41}};
    conflict.at = QDateTime(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
    return conflict;
}

QStringList keysOf(const QList<FieldDifference> &fields)
{
    QStringList keys;
    for (const FieldDifference &field : fields)
        keys.append(field.key);
    return keys;
}

} // namespace

class TestConflictModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comparesVersions();
    void comparesWithoutABase();
    void comparesWithADeletedRow();
    void showsConflictsAndFollowsADecision();
    void masks();
};

void TestConflictModel::comparesVersions()
{
    const QList<FieldDifference> fields = differences(sample(u"c"_s, true));
    QCOMPARE(keysOf(fields), QStringList({u"z"_s, u"b"_s, u"c"_s, u"a"_s}));
    QVERIFY(fields.at(0).isChangedLocally && fields.at(0).isChangedRemotely);
    QVERIFY(fields.at(1).isChangedLocally && !fields.at(1).isChangedRemotely);
    QVERIFY(!fields.at(2).isChangedLocally && fields.at(2).isChangedRemotely);
    QVERIFY(!fields.at(3).isChanged());
    QVERIFY(!fields.at(3).local); // a patch does not name what it leaves alone
}

void TestConflictModel::comparesWithoutABase()
{
    ConflictRecord conflict = sample(u"c"_s, true);
    conflict.base.reset();
    conflict.local = QVariantMap{{u"a"_s, 1}, {u"b"_s, 5}};
    conflict.remote = QVariantMap{{u"a"_s, 1}, {u"b"_s, 6}};
    const QList<FieldDifference> fields = differences(conflict);
    QCOMPARE(keysOf(fields), QStringList({u"b"_s, u"a"_s}));
    QVERIFY(fields.at(0).isChangedLocally && fields.at(0).isChangedRemotely);
    QVERIFY(!fields.at(1).isChanged());
}

void TestConflictModel::comparesWithADeletedRow()
{
    ConflictRecord conflict = sample(u"c"_s, true);
    conflict.remote.reset();
    const QList<FieldDifference> fields = differences(conflict);
    for (const FieldDifference &field : fields)
        QVERIFY(field.isChangedRemotely && !field.remote);
}

void TestConflictModel::showsConflictsAndFollowsADecision()
{
    QTemporaryDir directory;
    SampleDatabase database(directory.filePath(u"app.db"_s));
    QVERIFY(database.isOpen());
    QVERIFY(database.saveConflict(sample(u"one"_s, true)));
    QVERIFY(database.saveConflict(sample(u"two"_s, false)));
    ConflictModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setStorage(&database.storage());
    QVERIFY(model.refresh());
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.totalCount(), 2);
    QCOMPARE(model.index(0, ConflictModel::StateColumn).data().toString(), u"open"_s);
    QCOMPARE(model.index(0, ConflictModel::ChangedKeysColumn).data().toString(), u"z, b, c"_s);

    const QPersistentModelIndex first = model.index(0, 0);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    ConflictRecord settled = sample(u"one"_s, false);
    settled.resolved = settled.remote;
    QVERIFY(database.saveConflict(settled));
    QVERIFY(model.refresh());
    QCOMPARE(changed.size(), 1);
    QCOMPARE(first.data(ConflictModel::OpenRole).toBool(), false);
    QCOMPARE(first.data(ConflictModel::IdRole).toString(), u"one"_s);

    JournalFilter open;
    open.open = true;
    model.setFilter(open);
    QCOMPARE(model.rowCount(), 0);
}

void TestConflictModel::masks()
{
    QTemporaryDir directory;
    SampleDatabase database(directory.filePath(u"app.db"_s));
    QVERIFY(database.isOpen());
    QVERIFY(database.saveConflict(sample(u"one"_s, true)));
    ConflictModel model;
    model.setStorage(&database.storage());
    model.setSensitiveFields({u"z"_s});
    QCOMPARE(model.conflict(0).local->value(u"z"_s).toString(), u"***"_s);
    const QList<FieldDifference> fields = model.fields(0);
    QCOMPARE(fields.at(0).key, u"z"_s); // still known to differ
    QCOMPARE(fields.at(0).remote->toString(), u"***"_s);
    QCOMPARE(model.index(0, 0).data(ConflictModel::BaseRole).toMap().value(u"z"_s).toString(), u"***"_s);
}

QTEST_GUILESS_MAIN(TestConflictModel)

#include "tst_conflictmodel.moc"
