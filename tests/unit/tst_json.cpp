// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>

#include <QtCore/QLocale>
#include <QtCore/QObject>
#include <QtCore/QRandomGenerator>
#include <QtTest/QTest>

#include <limits>

using namespace Tideline;

class tst_Json : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsText_data();
    void keepsText();
    void choosesTheType();
    void takesADoubleWhereItPrintsTheSame();
    void refusesInvalidText_data();
    void refusesInvalidText();
    void limitsTheDepth();
    void refusesUnrepresentableValues_data();
    void refusesUnrepresentableValues();
    void parsesObjectsOnly();
    void comparesAsAServer_data();
    void comparesAsAServer();
};

void tst_Json::keepsText_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"null",
                             "true",
                             "false",
                             "0",
                             "-1",
                             "9223372036854775807",
                             "-9223372036854775808",
                             "9223372036854775808",
                             "18446744073709551616",
                             "12345678901234567890.123",
                             "1.50",
                             "1.5",
                             "1.0",
                             "-0",
                             "1e300",
                             "1E5",
                             "0.1",
                             "100000000000000000000000000000000000001",
                             "3.141592653589793238462643383279",
                             "\"\"",
                             "\"a\\\"b\\\\c\"",
                             "[]",
                             "{}",
                             "[1,[2.50,null],{\"a\":\"\"}]",
                             "{\"a\":{\"b\":[true,1.00]}}"})
        QTest::newRow(text) << QByteArray(text);
    QTest::newRow("unicode") << QByteArray("\"Gr\u00fc\u00dfe \xF0\x9F\x8C\x8A\"");
}

void tst_Json::keepsText()
{
    QFETCH(QByteArray, text);
    const Result<QVariant> value = Json::parse(text);
    QVERIFY2(value.ok(), qPrintable(value.failure().detail));
    const Result<QByteArray> again = Json::serialize(*value);
    QVERIFY2(again.ok(), qPrintable(again.failure().detail));
    QCOMPARE(*again, text);
    QCOMPARE(Json::toText(*value), text);
}

void tst_Json::choosesTheType()
{
    QCOMPARE(Json::parse("9223372036854775807")->typeId(), QMetaType::LongLong);
    QCOMPARE(Json::parse("0.1")->typeId(), QMetaType::Double);
    QCOMPARE(Json::parse("1.50")->metaType(), QMetaType::fromType<Decimal>());
    QCOMPARE(Json::parse("9223372036854775808")->metaType(), QMetaType::fromType<Decimal>());
    QCOMPARE(Json::parse("true")->typeId(), QMetaType::Bool);
    QVERIFY(!Json::parse("null")->isValid());
    QVERIFY(!Json::parse("\"\"")->isNull());
    QCOMPARE(Json::parse("\"\\u00e9\"")->toString(), QString(QChar(0xe9)));
}

void tst_Json::takesADoubleWhereItPrintsTheSame()
{
    QRandomGenerator random(1);
    QByteArrayList texts{"0.001", "0.0011", "0.0001", "0.00011",          "0.00001",
                         "0.0",   "-0.0",   "-0.5",   "99999999999999.5", "999999999999999.5"};
    for (int i = 0; i < 20000; ++i) {
        const QByteArray digits =
            QByteArray::number(random.bounded(1, std::numeric_limits<qint64>::max())).left(random.bounded(1, 19));
        const auto point = random.bounded(0, static_cast<int>(digits.size()) + 1);
        texts.append((random.bounded(2) == 0 ? "-" : "") + (point == 0 ? "0" : digits.left(point)) + '.'
                     + (point == digits.size() ? "0" : digits.mid(point)));
    }
    for (const QByteArray &text : std::as_const(texts)) {
        const Result<QVariant> value = Json::parse(text);
        QVERIFY2(value.ok(), text.constData());
        QCOMPARE(Json::toText(*value), text);
        const bool isSame = QByteArray::number(text.toDouble(), 'g', QLocale::FloatingPointShortest) == text;
        QVERIFY2((value->typeId() == QMetaType::Double) == isSame, text.constData());
    }
}

void tst_Json::refusesInvalidText_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"", " ", "{", "[1,]", "{\"a\"}", "nul", "01", "1.", ".5", "+1", "NaN", "Infinity", "'a'",
                             "1 2", "{} x", "\"\\x\"", "\"\\ud800\""})
        QTest::newRow(text) << QByteArray(text);
    QTest::newRow("nul byte") << QByteArray("1\0", 2);
    QTest::newRow("hidden behind a nul byte") << QByteArray("{}\0{broken", 10);
    QTest::newRow("not UTF-8") << QByteArray("\"\xff\"");
}

void tst_Json::refusesInvalidText()
{
    QFETCH(QByteArray, text);
    const Result<QVariant> value = Json::parse(text);
    QVERIFY(!value.ok());
    QCOMPARE(value.failure().code, Failure::Code::Deserialization);
}

void tst_Json::limitsTheDepth()
{
    const auto nested = [](int depth) { return QByteArray(depth, '[') + QByteArray(depth, ']'); };
    QVERIFY(Json::parse(nested(Json::maximumDepth)).ok());
    QVERIFY(!Json::parse(nested(Json::maximumDepth + 1)).ok());
    QVERIFY(!Json::parse(nested(1'000'000)).ok());
    QVERIFY(Json::serialize(*Json::parse(nested(Json::maximumDepth))).ok());
    QVariant deep = 1;
    for (int i = 0; i < Json::maximumDepth + 2; ++i)
        deep = QVariantList{deep};
    QCOMPARE(Json::serialize(deep).failure().code, Failure::Code::Invalid);
}

void tst_Json::refusesUnrepresentableValues_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::newRow("NUL") << QVariant(QStringLiteral("a") + QChar(QChar::Null));
    QTest::newRow("lone high surrogate") << QVariant(QString(QChar(0xd83c)));
    QTest::newRow("lone low surrogate") << QVariant(QString(QChar(0xdf0a)) + QStringLiteral("x"));
    QTest::newRow("infinity") << QVariant(std::numeric_limits<double>::infinity());
    QTest::newRow("not a number") << QVariant(std::numeric_limits<double>::quiet_NaN());
    QTest::newRow("unknown type") << QVariant::fromValue(Failure());
    QTest::newRow("no decimal") << QVariant::fromValue(Decimal(QStringLiteral("1,5")));
    QTest::newRow("key") << QVariant(QVariantMap{{QString(QChar(QChar::Null)), 1}});
}

void tst_Json::refusesUnrepresentableValues()
{
    QFETCH(QVariant, value);
    for (const QVariant &candidate :
         {value, QVariant(QVariantList{1, value}), QVariant(QVariantMap{{QStringLiteral("a"), value}})}) {
        const Result<QByteArray> text = Json::serialize(candidate);
        QVERIFY(!text.ok());
        QCOMPARE(text.failure().code, Failure::Code::Invalid);
        QVERIFY(!text.failure().detail.isEmpty());
    }
}

void tst_Json::parsesObjectsOnly()
{
    QCOMPARE(*Json::parseObject("{\"a\":1}"), (QVariantMap{{QStringLiteral("a"), 1}}));
    for (const char *text : {"[]", "1", "null", "{"})
        QCOMPARE(Json::parseObject(text).failure().code, Failure::Code::Deserialization);
}

void tst_Json::comparesAsAServer_data()
{
    QTest::addColumn<QVariant>("left");
    QTest::addColumn<QVariant>("right");
    QTest::addColumn<bool>("isEquivalent");
    const auto add = [](const char *left, const char *right, bool isEquivalent) {
        QTest::addRow("%s %s", left, right) << *Json::parse(left) << *Json::parse(right) << isEquivalent;
    };
    add("1.50", "1.5", true);
    add("150e-2", "1.5", true);
    add("1", "1.0", true);
    add("0", "-0.0", true);
    add("1", "-1", false);
    add("9007199254740993", "9007199254740992", false);
    add("12345678901234567890.1", "12345678901234567890.2", false);
    add("1", "true", false);
    add("1", "\"1\"", false);
    add("\"\"", "null", false);
    add("null", "null", true);
    add("\"2024-01-01T00:00:00Z\"", "\"2024-01-01T00:00:00+00:00\"", true);
    add("\"2024-01-01T02:00:00+02:00\"", "\"2024-01-01T00:00:00Z\"", true);
    add("\"2024-01-01T00:00:00.123456Z\"", "\"2024-01-01T00:00:00.123457Z\"", false);
    add("\"2024-01-01T00:00:00.1Z\"", "\"2024-01-01T00:00:00.100000+00:00\"", true);
    add("\"a\"", "\"A\"", false);
    add("[1,2.0]", "[1.0,2]", true);
    add("[1,2]", "[2,1]", false);
    add("[1]", "[1,2]", false);
    add("{\"a\":1,\"b\":null}", "{\"b\":null,\"a\":1.0}", true);
    add("{\"a\":null}", "{}", false);
}

void tst_Json::comparesAsAServer()
{
    QFETCH(QVariant, left);
    QFETCH(QVariant, right);
    QTEST(Json::equivalent(left, right), "isEquivalent");
    QTEST(Json::equivalent(right, left), "isEquivalent");
    QVERIFY(Json::equivalent(left, left));
}

QTEST_GUILESS_MAIN(tst_Json)
#include "tst_json.moc"
