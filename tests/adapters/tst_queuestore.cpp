// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <QtCore/QObject>

using namespace Tideline;

// The contract of QueueStore, for every implementation.
class tst_QueueStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addImplementations(); }
    void init();
    void cleanup();

    void keepsEveryField();
    void assignsAscendingSequences();
    void refusesTakenAndEmptyIds();
    void reportsUnknownEntries();
    void givesDueEntriesInOrder();
    void neverLetsAnEntryOvertake();
    void waitsForItsTime();
    void leavesHeldEntriesAlone();
    void leavesMergedEntriesAlone();
    void givesWhatWaitedInItsPlace();
    void givesDueEntriesOfManyTablesInOrder();
    void marksSentAndFinished();
    void countsByTable();
    void filtersListings();
    void keepsTheNewestAttempts();
    void recoversInFlightEntries();
    void purgesFinishedEntries();
    void purgesAThousandAtOnce();
    void takesBackWithoutCommit();
    void clears();

private:
    SyncEntry enqueue(const QString &table, const QString &recordId, const SyncEntry &model = {});
    void update(const SyncEntry &entry);
    QStringList due(const QDateTime &now = at(0), bool ignoreBackoff = false, const QStringList &excluded = {},
                    int limit = 50);
    QueueStore &queue() { return m_storage->queue(); }

    std::unique_ptr<StorageFixture> m_fixture;
    std::unique_ptr<Storage> m_storage;
    int m_next = 0;
};

void tst_QueueStore::init()
{
    QFETCH_GLOBAL(QString, implementation);
    m_fixture = std::make_unique<StorageFixture>(implementation);
    auto storage = m_fixture->open();
    VERIFY_OK(storage);
    m_storage = std::move(*storage);
    m_next = 0;
}

void tst_QueueStore::cleanup()
{
    m_storage.reset();
    m_fixture.reset();
}

// Fails the test by an entry without a sequence.
SyncEntry tst_QueueStore::enqueue(const QString &table, const QString &recordId, const SyncEntry &model)
{
    SyncEntry entry = model;
    entry.id = QStringLiteral("e%1").arg(++m_next);
    entry.table = table;
    entry.recordId = recordId;
    auto transaction = m_storage->begin();
    if (!withoutFailure(transaction.failure()))
        return {};
    const auto stored = queue().enqueue(**transaction, entry);
    if (!withoutFailure(stored.failure()) || !withoutFailure((*transaction)->commit().failure()))
        return {};
    return *stored;
}

void tst_QueueStore::update(const SyncEntry &entry)
{
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return queue().update(transaction, entry); });
}

QStringList tst_QueueStore::due(const QDateTime &now, bool ignoreBackoff, const QStringList &excluded, int limit)
{
    const auto entries = queue().due(now, limit, ignoreBackoff, excluded);
    if (!withoutFailure(entries.failure()))
        return {QStringLiteral("failure")};
    QStringList ids;
    for (const SyncEntry &entry : *entries)
        ids.append(entry.id);
    return ids;
}

void tst_QueueStore::keepsEveryField()
{
    SyncEntry entry;
    entry.id = QStringLiteral("a'b\"c");
    entry.table = QStringLiteral("odd \"table");
    entry.recordId = QStringLiteral("%41 + , ) \" ü");
    entry.operation = SyncOperation::Patch;
    entry.payload = {{QStringLiteral("big"), std::numeric_limits<qlonglong>::max()},
                     {QStringLiteral("exact"), QVariant::fromValue(Decimal(QStringLiteral("1.50")))},
                     {QStringLiteral("empty"), QStringLiteral("")},
                     {QStringLiteral("none"), QVariant()},
                     {QStringLiteral("nested"), QVariantMap{{QStringLiteral("list"), QVariantList{1LL, true}}}}};
    entry.base = QVariantMap{{QStringLiteral("updated_at"), QStringLiteral("2024-01-01T00:00:00.123456+00:00")}};
    entry.createdAt = at(1);
    entry.retryCount = 2;
    entry.nextRetryAt = at(2);
    entry.state = EntryState::InFlight;
    entry.error = Failure(Failure::Code::Remote, QStringLiteral("busy"));
    entry.error.httpStatus = 503;
    entry.error.retryAfter = std::chrono::seconds(3);
    entry.sentAt = at(3);
    entry.finishedAt = at(4);
    entry.heldBy = QStringLiteral("conflict");
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        const auto stored = queue().enqueue(**transaction, entry);
        VERIFY_OK(stored);
        QVERIFY(stored->sequence > 0);
        entry.sequence = stored->sequence;
        QCOMPARE(*stored, entry);
        VERIFY_OK((*transaction)->commit());
    }
    QCOMPARE(*queue().entry(entry.id), entry);

    entry.payload.insert(QStringLiteral("more"), false);
    entry.operation = SyncOperation::Delete;
    entry.base.reset();
    entry.retryCount = 0;
    entry.nextRetryAt = QDateTime();
    entry.state = EntryState::Pending;
    entry.error = Failure();
    entry.sentAt = QDateTime();
    entry.finishedAt = QDateTime();
    entry.heldBy.clear();
    update(entry);
    QCOMPARE(*queue().entry(entry.id), entry);

    SyncEntry moved = entry;
    moved.table = QStringLiteral("other");
    moved.recordId = QStringLiteral("other");
    moved.createdAt = at(99);
    update(moved);
    QCOMPARE(*queue().entry(entry.id), entry);
}

void tst_QueueStore::assignsAscendingSequences()
{
    const SyncEntry first = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    const SyncEntry second = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    QVERIFY(first.sequence > 0);
    QVERIFY(second.sequence > first.sequence);
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return queue().clear(transaction); });
    // A number is never given twice, also where the newest entry went.
    QVERIFY(enqueue(QStringLiteral("t"), QStringLiteral("1")).sequence > second.sequence);
}

void tst_QueueStore::refusesTakenAndEmptyIds()
{
    SyncEntry entry = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_FAILS(queue().enqueue(**transaction, entry), Invalid);
    entry.id.clear();
    VERIFY_FAILS(queue().enqueue(**transaction, entry), Invalid);
}

void tst_QueueStore::reportsUnknownEntries()
{
    VERIFY_FAILS(queue().entry(QStringLiteral("nobody")), Invalid);
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    SyncEntry entry;
    entry.id = QStringLiteral("nobody");
    VERIFY_FAILS(queue().update(**transaction, entry), Invalid);
    QCOMPARE(queue().attempts(QStringLiteral("nobody"))->size(), 0);
}

void tst_QueueStore::givesDueEntriesInOrder()
{
    for (int i = 0; i < 5; ++i)
        QVERIFY(enqueue(i % 2 == 0 ? QStringLiteral("even") : QStringLiteral("odd"), QString::number(i)).sequence > 0);
    const QStringList all{QStringLiteral("e1"), QStringLiteral("e2"), QStringLiteral("e3"), QStringLiteral("e4"),
                          QStringLiteral("e5")};
    QCOMPARE(due(), all);
    QCOMPARE(due(at(0), false, {}, 2), all.mid(0, 2));
    QCOMPARE(due(at(0), false, {QStringLiteral("even")}), (QStringList{all.at(1), all.at(3)}));
    QCOMPARE(due(at(0), false, {QStringLiteral("even"), QStringLiteral("odd")}), QStringList());
}

void tst_QueueStore::neverLetsAnEntryOvertake()
{
    SyncEntry first = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    const SyncEntry second = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    const SyncEntry other = enqueue(QStringLiteral("u"), QStringLiteral("1"));
    QCOMPARE(due(), (QStringList{first.id, other.id}));

    first.nextRetryAt = at(60); // it waits, and so does what follows it
    update(first);
    QCOMPARE(due(), QStringList{other.id});

    first.nextRetryAt = QDateTime();
    first.state = EntryState::InFlight;
    update(first);
    QCOMPARE(due(), QStringList{other.id});

    for (const EntryState state : {EntryState::Done, EntryState::Dead, EntryState::Superseded, EntryState::Discarded}) {
        first.state = state;
        update(first);
        QCOMPARE(due(), (QStringList{second.id, other.id}));
    }
}

void tst_QueueStore::waitsForItsTime()
{
    QVERIFY(!queue().nextRetryAt()->isValid());
    SyncEntry late = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    SyncEntry early = enqueue(QStringLiteral("t"), QStringLiteral("2"));
    late.nextRetryAt = at(20);
    early.nextRetryAt = at(10);
    update(late);
    update(early);
    QCOMPARE(*queue().nextRetryAt(), at(10));
    QCOMPARE(due(at(9)), QStringList());
    QCOMPARE(due(at(10)), QStringList{early.id});
    QCOMPARE(due(at(20)), (QStringList{late.id, early.id}));
    QCOMPARE(due(at(0), true), (QStringList{late.id, early.id}));
    early.heldBy = QStringLiteral("c");
    update(early);
    QCOMPARE(*queue().nextRetryAt(), at(20));
    late.state = EntryState::Dead;
    update(late);
    QVERIFY(!queue().nextRetryAt()->isValid());
}

void tst_QueueStore::leavesHeldEntriesAlone()
{
    SyncEntry held;
    held.heldBy = QStringLiteral("c1");
    enqueue(QStringLiteral("t"), QStringLiteral("1"), held);
    held.heldBy = QStringLiteral("c2");
    enqueue(QStringLiteral("t"), QStringLiteral("2"), held);
    enqueue(QStringLiteral("t"), QStringLiteral("2")); // behind a held one
    QCOMPARE(due(at(0), true), QStringList());
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return queue().releaseHeld(transaction, QStringLiteral("c1")); });
    QCOMPARE(due(), QStringList{QStringLiteral("e1")});
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return queue().releaseHeld(transaction, QStringLiteral("c2")); });
    QCOMPARE(due(), (QStringList{QStringLiteral("e1"), QStringLiteral("e2")}));
}

void tst_QueueStore::leavesMergedEntriesAlone()
{
    const SyncEntry head = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    SyncEntry merged = enqueue(QStringLiteral("t"), QStringLiteral("2"));
    merged.mergedInto = head.id;
    update(merged);
    QCOMPARE(due(at(0), true), QStringList{head.id});
    merged.nextRetryAt = at(10);
    update(merged);
    QCOMPARE(due(at(10)), QStringList{head.id});
    QVERIFY(!queue().nextRetryAt()->isValid());
    merged.mergedInto.clear();
    update(merged);
    QCOMPARE(due(at(10)), (QStringList{head.id, merged.id}));
    QCOMPARE(*queue().nextRetryAt(), at(10));
}

void tst_QueueStore::givesWhatWaitedInItsPlace()
{
    SyncEntry first = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    const SyncEntry second = enqueue(QStringLiteral("t"), QStringLiteral("2"));
    SyncEntry third = enqueue(QStringLiteral("u"), QStringLiteral("1"));
    const SyncEntry fourth = enqueue(QStringLiteral("u"), QStringLiteral("2"));
    first.nextRetryAt = at(10);
    third.nextRetryAt = at(20);
    update(first);
    update(third);
    QCOMPARE(due(at(0)), (QStringList{second.id, fourth.id}));
    QCOMPARE(due(at(20)), (QStringList{first.id, second.id, third.id, fourth.id}));
    QCOMPARE(due(at(20), false, {}, 3), (QStringList{first.id, second.id, third.id}));
    QCOMPARE(due(at(20), false, {QStringLiteral("t")}), (QStringList{third.id, fourth.id}));
    QCOMPARE(due(at(0), true, {QStringLiteral("u")}, 1), QStringList{first.id});
}

void tst_QueueStore::givesDueEntriesOfManyTablesInOrder()
{
    constexpr int tables = 501; // SQLite merges 500 at most
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    QStringList ids;
    for (int i = 0; i < tables; ++i) {
        SyncEntry entry;
        entry.id = QStringLiteral("id%1").arg(i);
        entry.table = QStringLiteral("t%1").arg((i * 7) % tables);
        entry.recordId = QStringLiteral("1");
        VERIFY_OK(queue().enqueue(**transaction, entry));
        ids.append(entry.id);
    }
    VERIFY_OK((*transaction)->commit());
    QCOMPARE(due(at(0), false, {}, tables + 1), ids);
    QCOMPARE(due(at(0), false, {}, 10), ids.mid(0, 10));
    QCOMPARE(due(at(0), false, {QStringLiteral("t0")}, 10), ids.mid(1, 10));
}

void tst_QueueStore::marksSentAndFinished()
{
    SyncEntry entry = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    entry.error = Failure(Failure::Code::Network, QStringLiteral("gone"));
    entry.nextRetryAt = at(5);
    entry.heldBy = QStringLiteral("c");
    update(entry);
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
        return queue().markSent(transaction, entry.id, at(6), QStringLiteral("head"));
    });
    entry.state = EntryState::InFlight;
    entry.sentAt = at(6);
    entry.mergedInto = QStringLiteral("head");
    QCOMPARE(*queue().entry(entry.id), entry);
    QCOMPARE(queue().counts()->value(QStringLiteral("t")), (TableCounts{1, 1, 0, 1}));
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
        return queue().finish(transaction, entry.id, EntryState::Superseded, at(7));
    });
    entry.state = EntryState::Superseded;
    entry.finishedAt = at(7);
    entry.error = Failure();
    entry.nextRetryAt = QDateTime();
    entry.heldBy.clear();
    QCOMPARE(*queue().entry(entry.id), entry);
    QVERIFY(queue().counts()->isEmpty());
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_FAILS(queue().markSent(**transaction, QStringLiteral("nobody"), at(1), {}), Invalid);
    VERIFY_FAILS(queue().finish(**transaction, QStringLiteral("nobody"), EntryState::Done, at(1)), Invalid);
}

void tst_QueueStore::countsByTable()
{
    QVERIFY(queue().counts()->isEmpty());
    SyncEntry a = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    SyncEntry b = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    SyncEntry c = enqueue(QStringLiteral("u"), QStringLiteral("9"));
    a.error = Failure(Failure::Code::Network, QStringLiteral("gone"));
    a.state = EntryState::InFlight;
    update(a);
    b.heldBy = QStringLiteral("x");
    update(b);
    c.state = EntryState::Dead;
    c.error = a.error;
    update(c);
    auto counts = *queue().counts();
    QCOMPARE(counts.size(), 2);
    QCOMPARE(counts.value(QStringLiteral("t")), (TableCounts{2, 1, 0, 1}));
    QCOMPARE(counts.value(QStringLiteral("u")), (TableCounts{0, 0, 1, 0}));
    QCOMPARE(queue().openRecords(QStringLiteral("t"))->value(QStringLiteral("1")), 2);
    QCOMPARE(queue().openRecords(QStringLiteral("u"))->value(QStringLiteral("9")), 1);
    const auto open = *queue().openEntries(QStringLiteral("t"), QStringLiteral("1"));
    QCOMPARE(open, (QList<SyncEntry>{a, b}));

    a.state = EntryState::Done;
    b.state = EntryState::Superseded;
    c.state = EntryState::Discarded;
    update(a);
    update(b);
    update(c);
    QVERIFY(queue().counts()->isEmpty());
    QVERIFY(queue().openRecords(QStringLiteral("t"))->isEmpty());
    QVERIFY(queue().openEntries(QStringLiteral("t"), QStringLiteral("1"))->isEmpty());
}

void tst_QueueStore::filtersListings()
{
    SyncEntry model;
    model.payload = {{QStringLiteral("title"), QStringLiteral("100% Sure_thing")}};
    enqueue(QStringLiteral("t"), QStringLiteral("1"), model);
    enqueue(QStringLiteral("t"), QStringLiteral("2"));
    model = SyncEntry();
    model.state = EntryState::Dead;
    model.error = Failure(Failure::Code::Remote, QStringLiteral("Refused by check"));
    enqueue(QStringLiteral("u"), QStringLiteral("1"), model);
    const auto ids = [&](const EntryFilter &filter) {
        QStringList list;
        const auto entries = queue().entries(filter);
        if (!withoutFailure(entries.failure()))
            return QStringList{QStringLiteral("failure")};
        for (const SyncEntry &entry : *entries)
            list.append(entry.id);
        return list;
    };
    const auto e = [](const char *text) {
        return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    EntryFilter filter;
    QCOMPARE(ids(filter), e("e1 e2 e3"));
    QCOMPARE(*queue().entryCount(filter), 3);
    filter.limit = 1;
    filter.offset = 1;
    QCOMPARE(ids(filter), e("e2"));
    QCOMPARE(*queue().entryCount(filter), 3);
    filter = {};
    filter.states = {EntryState::Dead};
    QCOMPARE(ids(filter), e("e3"));
    filter.states = {EntryState::Dead, EntryState::Pending, EntryState::Dead};
    QCOMPARE(ids(filter), e("e1 e2 e3"));
    QCOMPARE(*queue().entryCount(filter), 3);
    filter = {};
    filter.table = QStringLiteral("t");
    filter.recordId = QStringLiteral("1");
    QCOMPARE(ids(filter), e("e1"));
    filter = {};
    filter.text = QStringLiteral("sure");
    QCOMPARE(ids(filter), e("e1"));
    filter.text = QStringLiteral("REFUSED");
    QCOMPARE(ids(filter), e("e3"));
    // Neither % nor _ is a joker.
    filter.text = QStringLiteral("0% s");
    QCOMPARE(ids(filter), e("e1"));
    filter.text = QStringLiteral("s%e");
    QCOMPARE(ids(filter), e(""));
    filter.text = QStringLiteral("sure_t");
    QCOMPARE(ids(filter), e("e1"));
    filter.text = QStringLiteral("_ure");
    QCOMPARE(ids(filter), e(""));
}

void tst_QueueStore::keepsTheNewestAttempts()
{
    const SyncEntry entry = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    const SyncEntry other = enqueue(QStringLiteral("t"), QStringLiteral("2"));
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    for (int i = 0; i < 103; ++i) {
        SyncAttempt attempt{at(i), Failure(Failure::Code::Remote, QStringLiteral("no"))};
        attempt.failure.httpStatus = 500;
        VERIFY_OK(queue().addAttempt(**transaction, entry.id, attempt));
        if (i == 0)
            VERIFY_OK(queue().addAttempt(**transaction, other.id, attempt));
    }
    VERIFY_OK((*transaction)->commit());
    const auto attempts = queue().attempts(entry.id);
    VERIFY_OK(attempts);
    QCOMPARE(attempts->size(), 100);
    QCOMPARE(attempts->constFirst().at, at(3));
    QCOMPARE(attempts->constLast().at, at(102));
    QCOMPARE(attempts->constLast().failure.httpStatus, 500);
    QCOMPARE(queue().attempts(other.id)->size(), 1);
}

void tst_QueueStore::recoversInFlightEntries()
{
    SyncEntry entry = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    enqueue(QStringLiteral("t"), QStringLiteral("2"));
    entry.state = EntryState::InFlight;
    entry.sentAt = at(5);
    update(entry);
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    const auto recovered = queue().recoverInFlight(**transaction);
    VERIFY_OK(recovered);
    QCOMPARE(*recovered, 1);
    VERIFY_OK((*transaction)->commit());
    entry.state = EntryState::Pending;
    QCOMPARE(*queue().entry(entry.id), entry);
}

void tst_QueueStore::purgesFinishedEntries()
{
    const QList<EntryState> states{EntryState::Pending, EntryState::InFlight,   EntryState::Dead,
                                   EntryState::Done,    EntryState::Superseded, EntryState::Discarded};
    for (const EntryState state : states) {
        for (const qint64 seconds : {10, 20}) {
            SyncEntry entry;
            entry.state = state;
            entry.finishedAt = at(seconds);
            enqueue(QStringLiteral("t"), QStringLiteral("1"), entry);
        }
    }
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_OK(queue().addAttempt(**transaction, QStringLiteral("e7"), {at(1), Failure()}));
    const auto purged = queue().purge(**transaction, at(20));
    VERIFY_OK(purged);
    QCOMPARE(*purged, 3);
    VERIFY_OK((*transaction)->commit());
    QCOMPARE(*queue().entryCount({}), 9);
    VERIFY_FAILS(queue().entry(QStringLiteral("e7")), Invalid);
    QCOMPARE(queue().attempts(QStringLiteral("e7"))->size(), 0);
    VERIFY_OK(queue().entry(QStringLiteral("e8")));
}

void tst_QueueStore::purgesAThousandAtOnce()
{
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    for (int i = 0; i < 1001; ++i) {
        SyncEntry entry;
        entry.id = QString::number(i);
        entry.table = QStringLiteral("t");
        entry.recordId = QStringLiteral("1");
        entry.state = EntryState::Done;
        entry.finishedAt = at(1);
        VERIFY_OK(queue().enqueue(**transaction, entry));
    }
    QCOMPARE(*queue().purge(**transaction, at(2)), 1000);
    QCOMPARE(*queue().purge(**transaction, at(2)), 1);
    QCOMPARE(*queue().purge(**transaction, at(2)), 0);
}

void tst_QueueStore::takesBackWithoutCommit()
{
    SyncEntry entry = enqueue(QStringLiteral("t"), QStringLiteral("1"));
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        SyncEntry more = entry;
        more.id = QStringLiteral("more");
        VERIFY_OK(queue().enqueue(**transaction, more));
        more = entry;
        more.state = EntryState::Done;
        VERIFY_OK(queue().update(**transaction, more));
        QCOMPARE(*queue().entryCount({}), 2); // its own transaction sees it
    }
    QCOMPARE(*queue().entryCount({}), 1);
    QCOMPARE(*queue().entry(entry.id), entry);
    QCOMPARE(queue().counts()->value(QStringLiteral("t")).pending, 1);
}

void tst_QueueStore::clears()
{
    enqueue(QStringLiteral("t"), QStringLiteral("1"));
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
        return queue().addAttempt(transaction, QStringLiteral("e1"), {at(1), Failure()});
    });
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return queue().clear(transaction); });
    QCOMPARE(*queue().entryCount({}), 0);
    QVERIFY(queue().counts()->isEmpty());
    QCOMPARE(queue().attempts(QStringLiteral("e1"))->size(), 0);
}

QTEST_GUILESS_MAIN(tst_QueueStore)
#include "tst_queuestore.moc"
