// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/tableconfig.h>

#include <QtCore/QObject>
#include <QtTest/QTest>

using namespace Tideline;

class tst_TableConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesASingleKeyLiterally();
    void takesACompositeKeyAsAnArray();
    void namesTheRecordOfARow();
    void knowsItsColumns();
};

void tst_TableConfig::takesASingleKeyLiterally()
{
    const TableConfig table(QStringLiteral("t"));
    for (const char *id : {"1", "null", "[1]", "007", "%41 + , ) \"", " "}) {
        const QString text = QString::fromUtf8(id);
        QCOMPARE(*table.canonicalRecordId(text), text);
        QCOMPARE(*table.keyParts(text), QStringList{text});
    }
    QCOMPARE(table.keyParts(QString()).failure().code, Failure::Code::Invalid);
    QCOMPARE(table.canonicalRecordId(QString()).failure().code, Failure::Code::Invalid);
}

void tst_TableConfig::takesACompositeKeyAsAnArray()
{
    TableConfig table(QStringLiteral("t"));
    table.key = {QStringLiteral("a"), QStringLiteral("b")};
    const QString canonical = QStringLiteral("[\"1\",\"x,]\"]");
    QCOMPARE(*table.canonicalRecordId(QStringLiteral(" [1, \"x,]\"]")), canonical);
    QCOMPARE(*table.canonicalRecordId(canonical), canonical);
    QCOMPARE(*table.keyParts(canonical), (QStringList{QStringLiteral("1"), QStringLiteral("x,]")}));
    for (const char *id : {"", "1", "[1]", "[1,2,3]", "[1,null]", "{\"a\":1}", "[1,"})
        QCOMPARE(table.canonicalRecordId(QString::fromUtf8(id)).failure().code, Failure::Code::Invalid);
}

void tst_TableConfig::namesTheRecordOfARow()
{
    TableConfig table(QStringLiteral("t"));
    QCOMPARE(table.recordIdOf({{QStringLiteral("id"), 5LL}}), QStringLiteral("5"));
    QCOMPARE(table.recordIdOf({{QStringLiteral("id"), QStringLiteral("x")}}), QStringLiteral("x"));
    QCOMPARE(table.recordIdOf({{QStringLiteral("id"), QVariant()}}), QString());
    QCOMPARE(table.recordIdOf({}), QString());
    table.key = {QStringLiteral("b"), QStringLiteral("a")};
    const QVariantMap row{{QStringLiteral("a"), QStringLiteral("x")}, {QStringLiteral("b"), 9007199254740993LL}};
    QCOMPARE(table.recordIdOf(row), QStringLiteral("[\"9007199254740993\",\"x\"]"));
    QCOMPARE(*table.canonicalRecordId(table.recordIdOf(row)), table.recordIdOf(row));
    QCOMPARE(table.recordIdOf({{QStringLiteral("a"), 1}}), QString());
}

void tst_TableConfig::knowsItsColumns()
{
    const TableSchema schema{QStringLiteral("t"), {{QStringLiteral("id")}}};
    QVERIFY(schema.hasColumn(QStringLiteral("id")));
    QVERIFY(!schema.hasColumn(QStringLiteral("ID")));
}

QTEST_GUILESS_MAIN(tst_TableConfig)
#include "tst_tableconfig.moc"
