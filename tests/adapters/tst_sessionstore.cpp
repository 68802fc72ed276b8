// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <QtCore/QObject>
#include <QtCore/QThread>

using namespace Tideline;

// The contract of SessionStore and of the transactions and storages that all stores share, for every implementation.
class tst_SessionStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addImplementations(); }
    void init();
    void cleanup();

    void keepsValues();
    void enrolsTables();
    void leasesToOne();
    void renewsWhatNobodyElseHad();
    void clears();
    void sharesDataBetweenStorages();
    void noticesOtherCommits();
    void letsOneWriteAtATime();
    void refusesEndedTransactions();
    void worksOnAnotherThread();

private:
    bool acquire(const QString &holder, int now, int until);
    bool renew(const QString &holder, int until);
    void set(const QString &name, const QVariant &value);
    SessionStore &session() { return m_storage->session(); }

    std::unique_ptr<StorageFixture> m_fixture;
    std::unique_ptr<Storage> m_storage;
};

void tst_SessionStore::init()
{
    QFETCH_GLOBAL(QString, implementation);
    m_fixture = std::make_unique<StorageFixture>(implementation);
    auto storage = m_fixture->open();
    VERIFY_OK(storage);
    m_storage = std::move(*storage);
}

void tst_SessionStore::cleanup()
{
    m_storage.reset();
    m_fixture.reset();
}

void tst_SessionStore::set(const QString &name, const QVariant &value)
{
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return session().setValue(transaction, name, value); });
}

bool tst_SessionStore::acquire(const QString &holder, int now, int until)
{
    auto transaction = m_storage->begin();
    if (!withoutFailure(transaction.failure()))
        return false;
    const auto acquired = session().acquireLease(**transaction, holder, at(now), at(until));
    return withoutFailure(acquired.failure()) && withoutFailure((*transaction)->commit().failure()) && *acquired;
}

bool tst_SessionStore::renew(const QString &holder, int until)
{
    auto transaction = m_storage->begin();
    if (!withoutFailure(transaction.failure()))
        return false;
    const auto renewed = session().renewLease(**transaction, holder, at(until));
    return withoutFailure(renewed.failure()) && withoutFailure((*transaction)->commit().failure()) && *renewed;
}

void tst_SessionStore::keepsValues()
{
    const QString name = QStringLiteral("n");
    QVERIFY(!session().value(name)->isValid());
    for (const QVariant &value : QVariantList{QStringLiteral("text"), QStringLiteral(""), 5LL, 0.5, true,
                                              QVariantMap{{QStringLiteral("a"), QVariantList{1LL}}}}) {
        set(name, value);
        QCOMPARE(*session().value(name), value);
    }
    set(name, QVariant());
    QVERIFY(!session().value(name)->isValid());
}

void tst_SessionStore::enrolsTables()
{
    for (const char *table : {"b", "a", "b"}) {
        COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
            return session().enrol(transaction, QString::fromLatin1(table));
        });
    }
    QCOMPARE(*session().enrolledTables(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
}

void tst_SessionStore::leasesToOne()
{
    const QString a = QStringLiteral("a");
    const QString b = QStringLiteral("b");
    QCOMPARE(*session().leaseHolder(at(0)), QString());
    QVERIFY(acquire(a, 0, 10));
    QCOMPARE(*session().leaseHolder(at(9)), a);
    QVERIFY(!acquire(b, 9, 19));
    QCOMPARE(*session().leaseHolder(at(9)), a);
    QVERIFY(acquire(a, 9, 20)); // renewed
    QVERIFY(!acquire(b, 19, 29));
    QVERIFY(acquire(b, 20, 30)); // run out: its holder may have died
    QCOMPARE(*session().leaseHolder(at(20)), b);
    QCOMPARE(*session().leaseHolder(at(30)), QString());

    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return session().releaseLease(transaction, a); });
    QCOMPARE(*session().leaseHolder(at(20)), b); // not a's to release
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return session().releaseLease(transaction, b); });
    QCOMPARE(*session().leaseHolder(at(20)), QString());
    QVERIFY(acquire(a, 20, 30));
}

void tst_SessionStore::renewsWhatNobodyElseHad()
{
    const QString a = QStringLiteral("a");
    const QString b = QStringLiteral("b");
    QVERIFY(!renew(a, 10)); // never had
    QVERIFY(acquire(a, 0, 10));
    QVERIFY(renew(a, 20));
    QCOMPARE(*session().leaseHolder(at(19)), a);
    QVERIFY(renew(a, 40)); // run out at 20, but nobody came
    QCOMPARE(*session().leaseHolder(at(39)), a);
    QVERIFY(acquire(b, 40, 50));
    QVERIFY(!renew(a, 60));
    QCOMPARE(*session().leaseHolder(at(49)), b);
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return session().releaseLease(transaction, b); });
    QVERIFY(!renew(a, 60)); // free, but not kept
    QCOMPARE(*session().leaseHolder(at(49)), QString());
}

void tst_SessionStore::clears()
{
    set(QStringLiteral("n"), 1);
    QVERIFY(acquire(QStringLiteral("a"), 0, 10));
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return session().enrol(transaction, QStringLiteral("t")); });
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return session().clear(transaction); });
    QVERIFY(!session().value(QStringLiteral("n"))->isValid());
    QVERIFY(session().enrolledTables()->isEmpty());
    QCOMPARE(*session().leaseHolder(at(0)), QString());
}

void tst_SessionStore::sharesDataBetweenStorages()
{
    auto other = m_fixture->open();
    VERIFY_OK(other);
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_OK(session().setValue(**transaction, QStringLiteral("n"), 1));
    QVERIFY(!(*other)->session().value(QStringLiteral("n"))->isValid()); // not committed yet
    VERIFY_OK((*transaction)->commit());
    QCOMPARE(*(*other)->session().value(QStringLiteral("n")), QVariant(1));
}

void tst_SessionStore::noticesOtherCommits()
{
    auto other = m_fixture->open();
    VERIFY_OK(other);
    const qint64 before = *m_storage->dataVersion();
    const qint64 otherBefore = *(*other)->dataVersion();
    set(QStringLiteral("n"), 1);
    QCOMPARE(*m_storage->dataVersion(), before); // its own
    QVERIFY(*(*other)->dataVersion() != otherBefore);
}

void tst_SessionStore::letsOneWriteAtATime()
{
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_FAILS(m_storage->begin(), LocalStore);
    VERIFY_OK(session().setValue(**transaction, QStringLiteral("n"), 1));
    VERIFY_OK((*transaction)->commit());
    VERIFY_OK(m_storage->begin());
}

void tst_SessionStore::refusesEndedTransactions()
{
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_OK((*transaction)->commit());
    VERIFY_FAILS((*transaction)->commit(), LocalStore);
    VERIFY_FAILS(session().setValue(**transaction, QStringLiteral("n"), 1), LocalStore);
    VERIFY_FAILS(m_storage->queue().clear(**transaction), LocalStore);
    VERIFY_FAILS(m_storage->journal().clear(**transaction), LocalStore);
    VERIFY_FAILS(m_storage->timestamps().clear(**transaction), LocalStore);
    VERIFY_FAILS(m_storage->local().clear(**transaction, QStringLiteral("t")), LocalStore);
    QVERIFY(!session().value(QStringLiteral("n"))->isValid());
}

void tst_SessionStore::worksOnAnotherThread()
{
    Failure failure(Failure::Code::Invalid, QStringLiteral("did not run"));
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        const auto storage = m_fixture->open();
        if (!storage) {
            failure = storage.failure();
            return;
        }
        auto transaction = (*storage)->begin();
        const auto set = (*storage)->session().setValue(**transaction, QStringLiteral("n"), 7);
        failure = set ? (*transaction)->commit().failure() : set.failure();
    }));
    thread->start();
    QVERIFY(thread->wait());
    QVERIFY(withoutFailure(failure));
    QCOMPARE(*session().value(QStringLiteral("n")), QVariant(7));
}

QTEST_GUILESS_MAIN(tst_SessionStore)
#include "tst_sessionstore.moc"
