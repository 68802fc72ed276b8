// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>
#include <tideline/stores/storage.h>

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <memory>

// What the contract suites of the stores share. Each suite runs on every implementation: the data rows of its
// initTestCase_data() name them.

namespace Tideline {

inline bool withoutFailure(const Failure &failure)
{
    if (failure.isFailure())
        qInfo("%s: %s", qPrintable(Failure::codeName(failure.code)), qPrintable(failure.detail));
    return !failure.isFailure();
}

// A new, empty database and storages on it.
class StorageFixture
{
public:
    // "memory" or "sqlite"
    explicit StorageFixture(const QString &implementation);
    Result<std::unique_ptr<Storage>> open() const { return m_factory(); }
    const StorageFactory &factory() const { return m_factory; }

private:
    QTemporaryDir m_directory;
    StorageFactory m_factory;
};

inline void addImplementations()
{
    QTest::addColumn<QString>("implementation");
    QTest::newRow("memory") << QStringLiteral("memory");
    QTest::newRow("sqlite") << QStringLiteral("sqlite");
}

inline QDateTime at(qint64 seconds)
{
    return QDateTime::fromMSecsSinceEpoch(1'700'000'000'000 + seconds * 1000, Qt::UTC);
}

} // namespace Tideline

// For functions of a test that return nothing.
#define VERIFY_OK(result) \
    do { \
        const auto &verified = (result); \
        QVERIFY(Tideline::withoutFailure(verified.failure())); \
    } while (false)

#define VERIFY_FAILS(result, expectedCode) \
    do { \
        const auto &verified = (result); \
        QVERIFY(!verified.ok()); \
        QCOMPARE(verified.failure().code, Tideline::Failure::Code::expectedCode); \
        QVERIFY(!verified.failure().detail.isEmpty()); \
    } while (false)

// Runs the mutator calls in a transaction of their own and commits it.
#define COMMITTED(storage, call) \
    do { \
        auto ownTransaction = (storage).begin(); \
        VERIFY_OK(ownTransaction); \
        VERIFY_OK(call(**ownTransaction)); \
        VERIFY_OK((*ownTransaction)->commit()); \
    } while (false)
