// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "support/sampledatabase.h"

#include <tideline/models/entrymodel.h>

#include <QtCore/QTemporaryDir>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <optional>

using namespace Qt::StringLiterals;
using namespace Tideline;

class TestEntryModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void showsRawValuesAndNamedRoles();
    void keepsThePlaceOfRowsThatStay();
    void tellsWhatChanged();
    void neverResetsOnRefresh();
    void filters();
    void masksSensitiveFieldsAtAnyDepth();
    void capsTheRowsAndTellsTheTotal();
    void outlivesItsStorage();
    void givesAttempts();

private:
    QStringList ids() const;
    SyncEntry stored(const QString &id);

    std::optional<QTemporaryDir> m_directory;
    std::optional<SampleDatabase> m_database;
    std::unique_ptr<EntryModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

void TestEntryModel::init()
{
    m_directory.emplace();
    m_database.emplace(m_directory->filePath(u"app.db"_s));
    QVERIFY(m_database->isOpen());
    for (const QString &id : {u"a"_s, u"b"_s, u"c"_s, u"d"_s})
        QVERIFY(m_database->addEntry(SampleDatabase::entry(id)));
    m_model = std::make_unique<EntryModel>();
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    m_model->setStorage(&m_database->storage());
    QVERIFY(m_model->refresh());
}

void TestEntryModel::cleanup()
{
    m_tester.reset();
    m_model.reset();
    m_database.reset();
    m_directory.reset();
}

QStringList TestEntryModel::ids() const
{
    QStringList ids;
    for (int row = 0; row < m_model->rowCount(); ++row)
        ids.append(m_model->index(row, 0).data(EntryModel::IdRole).toString());
    return ids;
}

SyncEntry TestEntryModel::stored(const QString &id)
{
    return m_database->storage().queue().entry(id).value();
}

void TestEntryModel::showsRawValuesAndNamedRoles()
{
    QCOMPARE(ids(), QStringList({u"a"_s, u"b"_s, u"c"_s, u"d"_s}));
    const QModelIndex created = m_model->index(0, EntryModel::CreatedAtColumn);
    QCOMPARE(created.data(StorageModel::SortRole).typeId(), static_cast<int>(QMetaType::QDateTime));
    const QModelIndex sequence = m_model->index(1, EntryModel::SequenceColumn);
    QCOMPARE(sequence.data(StorageModel::SortRole).typeId(), static_cast<int>(QMetaType::LongLong));
    QCOMPARE(m_model->index(0, EntryModel::OperationColumn).data().toString(), u"upsert"_s);

    const QHash<int, QByteArray> names = m_model->roleNames();
    QCOMPARE(names.value(EntryModel::RecordIdRole), QByteArray("recordId"));
    for (auto it = names.cbegin(); it != names.cend(); ++it)
        QCOMPARE(names.keys(it.value()).size(), 1);
    QCOMPARE(created.data(EntryModel::RecordIdRole).toString(), u"record-a"_s);
    QVERIFY(!m_model->headerData(EntryModel::ErrorColumn, Qt::Horizontal).toString().isEmpty());
}

void TestEntryModel::keepsThePlaceOfRowsThatStay()
{
    const QPersistentModelIndex third = m_model->index(2, EntryModel::TableColumn);
    SyncEntry first = stored(u"a"_s);
    first.state = EntryState::Done;
    QVERIFY(m_database->updateEntry(first));
    QVERIFY(m_database->addEntry(SampleDatabase::entry(u"e"_s)));
    QVERIFY(m_model->refresh());

    QCOMPARE(ids(), QStringList({u"b"_s, u"c"_s, u"d"_s, u"e"_s}));
    QVERIFY(third.isValid());
    QCOMPARE(third.row(), 1);
    QCOMPARE(third.data(EntryModel::IdRole).toString(), u"c"_s);

    // What left the middle comes back to its place.
    first.state = EntryState::Pending;
    QVERIFY(m_database->updateEntry(first));
    QVERIFY(m_model->refresh());
    QCOMPARE(ids(), QStringList({u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s}));
    QCOMPARE(third.row(), 2);
}

void TestEntryModel::tellsWhatChanged()
{
    SyncEntry second = stored(u"b"_s);
    second.retryCount = 2;
    QVERIFY(m_database->updateEntry(second));
    QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
    QSignalSpy removed(m_model.get(), &QAbstractItemModel::rowsRemoved);
    QVERIFY(m_model->refresh());
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.at(0).at(0).toModelIndex().row(), 1);
    QCOMPARE(changed.at(0).at(1).toModelIndex().row(), 1);
    QCOMPARE(removed.size(), 0);
    QCOMPARE(m_model->index(1, EntryModel::AttemptsColumn).data().toInt(), 2);
}

void TestEntryModel::neverResetsOnRefresh()
{
    QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
    QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
    QVERIFY(m_model->refresh());
    QCOMPARE(changed.size(), 0);
    for (const QString &id : {u"a"_s, u"c"_s}) {
        SyncEntry entry = stored(id);
        entry.state = EntryState::Dead;
        QVERIFY(m_database->updateEntry(entry));
    }
    QVERIFY(m_model->refresh());
    QCOMPARE(ids(), QStringList({u"b"_s, u"d"_s}));
    QCOMPARE(reset.size(), 0);
}

void TestEntryModel::filters()
{
    QVERIFY(m_database->addEntry(SampleDatabase::entry(u"x"_s, u"tasks"_s, EntryState::Dead)));
    EntryFilter dead;
    dead.states = {EntryState::Dead};
    m_model->setFilter(dead);
    QCOMPARE(ids(), QStringList{u"x"_s});
    QVERIFY(m_model->index(0, 0).data(EntryModel::ErrorRole).value<Failure>().isFailure());
    dead.table = u"visits"_s;
    m_model->setFilter(dead);
    QCOMPARE(m_model->rowCount(), 0);
}

void TestEntryModel::masksSensitiveFieldsAtAnyDepth()
{
    SyncEntry nested = SampleDatabase::entry(u"n"_s);
    nested.payload = {{u"customer"_s, QVariantMap{{u"phone"_s, u"555-secret"_s}}}};
    nested.base = QVariantMap{{u"phone"_s, u"555-secret"_s}};
    QVERIFY(m_database->addEntry(nested));
    m_model->setSensitiveFields({u"phone"_s});
    QCOMPARE(m_model->rowCount(), 5);
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QList<int> roles = m_model->roleNames().keys();
        for (int role : roles) {
            for (int column = 0; column < m_model->columnCount(); ++column) {
                QString text;
                QDebug(&text) << m_model->index(row, column).data(role);
                QVERIFY2(!text.contains(u"555-"_s), qPrintable(text));
            }
        }
    }
    QCOMPARE(m_model->entry(0).payload.value(u"title"_s).toString(), u"Title of a"_s);
    m_model->setSensitiveFields({});
    QCOMPARE(m_model->entry(0).payload.value(u"phone"_s).toString(), u"555-a"_s);
}

void TestEntryModel::capsTheRowsAndTellsTheTotal()
{
    EntryFilter filter = m_model->filter();
    filter.limit = 3;
    m_model->setFilter(filter);
    QCOMPARE(ids(), QStringList({u"a"_s, u"b"_s, u"c"_s}));
    QCOMPARE(m_model->totalCount(), 4);
    filter.limit = StorageModel::maximumRows + 1;
    m_model->setFilter(filter);
    QCOMPARE(m_model->count(), 4);
}

void TestEntryModel::outlivesItsStorage()
{
    m_model->setStorage(nullptr);
    m_database.reset();
    QCOMPARE(m_model->rowCount(), 4);
    QCOMPARE(m_model->entry(3).id, u"d"_s);
    QVERIFY(!m_model->refresh());
    QCOMPARE(m_model->attempts(0).failure().code, Failure::Code::Invalid);
}

void TestEntryModel::givesAttempts()
{
    const QDateTime at(QDate(2026, 3, 1), QTime(13, 0), Qt::UTC);
    QVERIFY(m_database->addEntry(SampleDatabase::entry(u"e"_s), {{at, Failure(Failure::Code::Network, u"Away."_s)}}));
    QVERIFY(m_model->refresh());
    const Result<QList<SyncAttempt>> attempts = m_model->attempts(4);
    QVERIFY(attempts);
    QCOMPARE(attempts->size(), 1);
    QCOMPARE(attempts->at(0).at, at);
    QCOMPARE(attempts->at(0).failure.detail, u"Away."_s);
}

QTEST_GUILESS_MAIN(TestEntryModel)

#include "tst_entrymodel.moc"
