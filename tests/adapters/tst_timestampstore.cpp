// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <tideline/stores/memorystorage.h>

#include <QtCore/QObject>

using namespace Tideline;

// The contract of TimestampStore, for every implementation.
class tst_TimestampStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void startsEmpty();
    void keepsEveryField();
    void listsByTable();
    void removes();
    void takesBackWithoutCommit();

private:
    void set(const SyncCursor &cursor);
    TimestampStore &cursors() { return m_own ? *m_own : m_storage->timestamps(); }

    std::unique_ptr<StorageFixture> m_fixture;
    std::unique_ptr<Storage> m_storage;
    std::unique_ptr<InMemoryTimestampStore> m_own;
};

void tst_TimestampStore::initTestCase_data()
{
    addImplementations();
    QTest::newRow("InMemoryTimestampStore") << QStringLiteral("own");
}

void tst_TimestampStore::init()
{
    QFETCH_GLOBAL(QString, implementation);
    const bool isOwn = implementation == QStringLiteral("own");
    m_fixture = std::make_unique<StorageFixture>(isOwn ? QStringLiteral("memory") : implementation);
    auto storage = m_fixture->open();
    VERIFY_OK(storage);
    m_storage = std::move(*storage);
    if (isOwn)
        m_own = std::make_unique<InMemoryTimestampStore>();
}

void tst_TimestampStore::cleanup()
{
    m_own.reset();
    m_storage.reset();
    m_fixture.reset();
}

void tst_TimestampStore::set(const SyncCursor &cursor)
{
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return cursors().setCursor(transaction, cursor); });
}

void tst_TimestampStore::startsEmpty()
{
    const auto cursor = cursors().cursor(QStringLiteral("t"));
    VERIFY_OK(cursor);
    QCOMPARE(cursor->table, QStringLiteral("t"));
    QVERIFY(cursor->value.isEmpty());
    QVERIFY(!cursor->pulledAt.isValid());
    QVERIFY(!cursor->reconciledAt.isValid());
    QVERIFY(cursors().cursors()->isEmpty());
}

void tst_TimestampStore::keepsEveryField()
{
    SyncCursor cursor{QStringLiteral("t"), QStringLiteral("2024-01-01T00:00:00.123456+00:00 '\" ü"), at(1), at(2)};
    set(cursor);
    QCOMPARE(*cursors().cursor(cursor.table), cursor);
    cursor.value = QStringLiteral("next");
    cursor.pulledAt = QDateTime();
    cursor.reconciledAt = QDateTime();
    set(cursor);
    QCOMPARE(*cursors().cursor(cursor.table), cursor);
}

void tst_TimestampStore::listsByTable()
{
    const SyncCursor b{QStringLiteral("b"), QStringLiteral("2"), at(1), {}};
    const SyncCursor a{QStringLiteral("a"), QStringLiteral("1"), {}, at(1)};
    set(b);
    set(a);
    QCOMPARE(*cursors().cursors(), (QList<SyncCursor>{a, b}));
}

void tst_TimestampStore::removes()
{
    for (const char *table : {"a", "b", "c"})
        set({QString::fromLatin1(table), QStringLiteral("1"), {}, {}});
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return cursors().removeCursor(transaction, QStringLiteral("b")); });
    QCOMPARE(cursors().cursors()->size(), 2);
    QVERIFY(cursors().cursor(QStringLiteral("b"))->value.isEmpty());
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return cursors().clear(transaction); });
    QVERIFY(cursors().cursors()->isEmpty());
}

void tst_TimestampStore::takesBackWithoutCommit()
{
    if (m_own)
        QSKIP("It takes part in no transaction.");
    set({QStringLiteral("t"), QStringLiteral("1"), {}, {}});
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        VERIFY_OK(cursors().setCursor(**transaction, {QStringLiteral("t"), QStringLiteral("2"), {}, {}}));
        QCOMPARE(cursors().cursor(QStringLiteral("t"))->value, QStringLiteral("2"));
    }
    QCOMPARE(cursors().cursor(QStringLiteral("t"))->value, QStringLiteral("1"));
}

QTEST_GUILESS_MAIN(tst_TimestampStore)
#include "tst_timestampstore.moc"
