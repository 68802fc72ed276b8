// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <QtCore/QObject>

using namespace Tideline;

// The contract of JournalStore, for every implementation.
class tst_JournalStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addImplementations(); }
    void init();
    void cleanup();

    void keepsConflicts();
    void filtersConflicts();
    void keepsEvents();
    void filtersEvents();
    void keepsTheNewestEvents();
    void countsQuarantinedRecords();
    void takesBackWithoutCommit();
    void clears();

private:
    void save(const ConflictRecord &conflict);
    void log(const LoggedEvent &event);
    JournalStore &journal() { return m_storage->journal(); }

    std::unique_ptr<StorageFixture> m_fixture;
    std::unique_ptr<Storage> m_storage;
};

void tst_JournalStore::init()
{
    QFETCH_GLOBAL(QString, implementation);
    m_fixture = std::make_unique<StorageFixture>(implementation);
    auto storage = m_fixture->open();
    VERIFY_OK(storage);
    m_storage = std::move(*storage);
}

void tst_JournalStore::cleanup()
{
    m_storage.reset();
    m_fixture.reset();
}

void tst_JournalStore::save(const ConflictRecord &conflict)
{
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return journal().saveConflict(transaction, conflict); });
}

void tst_JournalStore::log(const LoggedEvent &event)
{
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return journal().appendEvent(transaction, event); });
}

void tst_JournalStore::keepsConflicts()
{
    VERIFY_FAILS(journal().conflict(QStringLiteral("c")), Invalid);
    ConflictRecord conflict;
    conflict.id = QStringLiteral("c");
    conflict.table = QStringLiteral("t");
    conflict.recordId = QStringLiteral("1");
    conflict.strategy = ConflictStrategy::Manual;
    conflict.isOpen = true;
    conflict.base = QVariantMap{{QStringLiteral("a"), QVariant::fromValue(Decimal(QStringLiteral("1.50")))}};
    conflict.local = QVariantMap();
    conflict.at = at(1);
    save(conflict);
    QCOMPARE(*journal().conflict(conflict.id), conflict);
    QCOMPARE(*journal().openConflictCount(), 1);

    conflict.isOpen = false;
    conflict.strategy = ConflictStrategy::ServerWins;
    conflict.remote = QVariantMap{{QStringLiteral("a"), QStringLiteral("")}};
    conflict.resolved = conflict.remote;
    conflict.local.reset();
    save(conflict);
    QCOMPARE(*journal().conflict(conflict.id), conflict);
    QCOMPARE(*journal().openConflictCount(), 0);
    QCOMPARE(journal().conflicts({})->size(), 1);
}

void tst_JournalStore::filtersConflicts()
{
    for (int i = 1; i <= 4; ++i) {
        ConflictRecord conflict;
        conflict.id = QString::number(i);
        conflict.table = i % 2 == 0 ? QStringLiteral("even") : QStringLiteral("odd");
        conflict.recordId = QStringLiteral("r%1").arg(i);
        conflict.isOpen = i > 2;
        conflict.remote = QVariantMap{{QStringLiteral("title"), QStringLiteral("Title_%1").arg(i)}};
        conflict.at = at(i);
        save(conflict);
    }
    const auto ids = [&](const JournalFilter &filter) {
        QString list;
        const auto conflicts = journal().conflicts(filter);
        if (!withoutFailure(conflicts.failure()))
            return QStringLiteral("failure");
        for (const ConflictRecord &conflict : *conflicts)
            list += conflict.id;
        return list;
    };
    JournalFilter filter;
    QCOMPARE(ids(filter), QStringLiteral("1234"));
    filter.limit = 2; // the newest, oldest of them first
    QCOMPARE(ids(filter), QStringLiteral("34"));
    filter.offset = 1;
    QCOMPARE(ids(filter), QStringLiteral("23"));
    filter.offset = 9;
    QCOMPARE(ids(filter), QString());
    filter = {};
    filter.open = true;
    QCOMPARE(ids(filter), QStringLiteral("34"));
    filter.open = false;
    QCOMPARE(ids(filter), QStringLiteral("12"));
    filter = {};
    filter.table = QStringLiteral("even");
    QCOMPARE(ids(filter), QStringLiteral("24"));
    filter.recordId = QStringLiteral("r4");
    QCOMPARE(ids(filter), QStringLiteral("4"));
    filter = {};
    filter.text = QStringLiteral("title_3");
    QCOMPARE(ids(filter), QStringLiteral("3"));
    filter.text = QStringLiteral("title%3");
    QCOMPARE(ids(filter), QString());
}

void tst_JournalStore::keepsEvents()
{
    LoggedEvent event;
    event.at = at(1);
    event.name = QStringLiteral("SyncError");
    event.table = QStringLiteral("t");
    event.recordId = QStringLiteral("1");
    event.detail = {{QStringLiteral("event"), event.name},
                    {QStringLiteral("error"), QVariantMap{{QStringLiteral("httpStatus"), 500}}}};
    log(event);
    const auto events = journal().events({});
    VERIFY_OK(events);
    QCOMPARE(events->size(), 1);
    QVERIFY(events->constFirst().sequence > 0);
    event.sequence = events->constFirst().sequence;
    QCOMPARE(events->constFirst(), event);
}

void tst_JournalStore::filtersEvents()
{
    for (int i = 1; i <= 4; ++i) {
        LoggedEvent event;
        event.name = QStringLiteral("Event%1").arg(i);
        event.table = i % 2 == 0 ? QStringLiteral("even") : QStringLiteral("odd");
        event.detail = {{QStringLiteral("text"), QStringLiteral("100% %1").arg(i)}};
        log(event);
    }
    const auto names = [&](const JournalFilter &filter) {
        QStringList list;
        const auto events = journal().events(filter);
        if (!withoutFailure(events.failure()))
            return QStringLiteral("failure");
        for (const LoggedEvent &event : *events)
            list.append(event.name.right(1));
        return list.join(QString());
    };
    JournalFilter filter;
    QCOMPARE(names(filter), QStringLiteral("1234"));
    filter.limit = 2;
    filter.offset = 1;
    QCOMPARE(names(filter), QStringLiteral("23"));
    filter = {};
    filter.table = QStringLiteral("odd");
    QCOMPARE(names(filter), QStringLiteral("13"));
    filter = {};
    filter.text = QStringLiteral("0% 2");
    QCOMPARE(names(filter), QStringLiteral("2"));
    filter.text = QStringLiteral("eVENT3");
    QCOMPARE(names(filter), QStringLiteral("3"));
}

void tst_JournalStore::keepsTheNewestEvents()
{
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    LoggedEvent event;
    for (int i = 0; i < 10'003; ++i) {
        event.name = QString::number(i);
        const auto appended = journal().appendEvent(**transaction, event);
        if (!appended)
            VERIFY_OK(appended);
    }
    VERIFY_OK((*transaction)->commit());
    const auto events = journal().events({});
    VERIFY_OK(events);
    QCOMPARE(events->size(), 10'000);
    QCOMPARE(events->constFirst().name, QStringLiteral("3"));
    QCOMPARE(events->constLast().name, QStringLiteral("10002"));
}

void tst_JournalStore::countsQuarantinedRecords()
{
    const Failure reason(Failure::Code::Deserialization, QStringLiteral("does not fit"));
    const auto quarantine = [&](const QString &table, const QString &recordId, const QVariantMap &row) {
        COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
            return journal().quarantine(transaction, table, recordId, row, reason, at(1));
        });
    };
    quarantine(QStringLiteral("t"), QStringLiteral("1"), {{QStringLiteral("a"), 1}});
    quarantine(QStringLiteral("t"), QStringLiteral("1"), {{QStringLiteral("a"), 2}});
    quarantine(QStringLiteral("t"), QStringLiteral("2"), {});
    quarantine(QStringLiteral("u"), QString(), {{QStringLiteral("a"), QString(QChar::Null)}});
    QCOMPARE(*journal().quarantinedCount(), 3);
}

void tst_JournalStore::takesBackWithoutCommit()
{
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        ConflictRecord conflict;
        conflict.id = QStringLiteral("c");
        conflict.isOpen = true;
        VERIFY_OK(journal().saveConflict(**transaction, conflict));
        VERIFY_OK(journal().appendEvent(**transaction, {}));
        QCOMPARE(*journal().openConflictCount(), 1);
    }
    QCOMPARE(*journal().openConflictCount(), 0);
    QVERIFY(journal().conflicts({})->isEmpty());
    QVERIFY(journal().events({})->isEmpty());
}

void tst_JournalStore::clears()
{
    ConflictRecord conflict;
    conflict.id = QStringLiteral("c");
    save(conflict);
    log({});
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
        return journal().quarantine(transaction, QStringLiteral("t"), QStringLiteral("1"), {}, {}, at(1));
    });
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return journal().clear(transaction); });
    QVERIFY(journal().conflicts({})->isEmpty());
    QVERIFY(journal().events({})->isEmpty());
    QCOMPARE(*journal().quarantinedCount(), 0);
}

QTEST_GUILESS_MAIN(tst_JournalStore)
#include "tst_journalstore.moc"
