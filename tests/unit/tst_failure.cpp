// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/failure.h>

#include <QtCore/QMetaEnum>
#include <QtCore/QObject>
#include <QtTest/QTest>

using namespace Tideline;

class tst_Failure : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesEveryCode();
    void omitsWhatIsNotKnown();
    void comesBackFromAMap();
};

void tst_Failure::namesEveryCode()
{
    // The names of the command line's contract.
    const QStringList names{
        QStringLiteral("none"),         QStringLiteral("network"),         QStringLiteral("timeout"),
        QStringLiteral("authExpired"),  QStringLiteral("forbidden"),       QStringLiteral("payloadTooLarge"),
        QStringLiteral("rlsViolation"), QStringLiteral("deserialization"), QStringLiteral("remote"),
        QStringLiteral("conflict"),     QStringLiteral("localStore"),      QStringLiteral("invalid"),
        QStringLiteral("cancelled")};
    const QMetaEnum codes = QMetaEnum::fromType<Failure::Code>();
    QCOMPARE(codes.keyCount(), names.size());
    for (int i = 0; i < codes.keyCount(); ++i) {
        const auto code = static_cast<Failure::Code>(codes.value(i));
        QCOMPARE(Failure::codeName(code), names.at(i));
        QCOMPARE(Failure::codeFromName(names.at(i)), code);
    }
    QCOMPARE(Failure::codeFromName(QStringLiteral("nonsense")), Failure::Code::None);
}

void tst_Failure::omitsWhatIsNotKnown()
{
    const Failure failure(Failure::Code::Network, QStringLiteral("No route to the server."));
    QCOMPARE(failure.toVariantMap(), (QVariantMap{{QStringLiteral("code"), QStringLiteral("network")},
                                                  {QStringLiteral("detail"), failure.detail}}));
    QVERIFY(failure.isFailure());
    QVERIFY(!Failure().isFailure());
}

void tst_Failure::comesBackFromAMap()
{
    Failure failure(Failure::Code::Remote, QStringLiteral("Busy."));
    failure.httpStatus = 503;
    failure.serverCode = QStringLiteral("57014");
    failure.retryAfter = std::chrono::milliseconds(1500);
    const QVariantMap map = failure.toVariantMap();
    QCOMPARE(map.value(QStringLiteral("httpStatus")), QVariant(503));
    QCOMPARE(map.value(QStringLiteral("serverCode")), QVariant(QStringLiteral("57014")));
    QCOMPARE(map.value(QStringLiteral("retryAfterMs")), QVariant(1500));
    QCOMPARE(Failure::fromVariantMap(map), failure);
    failure.retryAfter = std::chrono::milliseconds(0); // now is not the same as unknown
    QCOMPARE(Failure::fromVariantMap(failure.toVariantMap()), failure);
}

QTEST_GUILESS_MAIN(tst_Failure)
#include "tst_failure.moc"
