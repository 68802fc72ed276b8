// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <QtCore/QObject>

using namespace Tideline;

namespace {

QVariant decimal(const char *digits)
{
    return QVariant::fromValue(Decimal(QString::fromLatin1(digits)));
}

// A Decimal compares by its digits, and the type counts too: 1 is not true.
QByteArray json(const QVariant &value)
{
    return Json::toText(value);
}

} // namespace

// The contract of LocalStore, for every implementation.
class tst_LocalStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addImplementations(); }
    void init();
    void cleanup();

    void createsTables();
    void givesValuesBackExactly_data();
    void givesValuesBackExactly();
    void refusesWhatDoesNotFit_data();
    void refusesWhatDoesNotFit();
    void updatesOnlyGivenColumns();
    void readsAPartOfARow();
    void insertsOnlyWhatIsNotThere();
    void takesTheKeyFromTheRecordId();
    void ignoresUnknownColumns();
    void keepsCompositeKeysApart();
    void escapesIdentifiers();
    void listsInKeyOrder();
    void takesStock();
    void takesStockByAnyKey();
    void removesRows();
    void takesBackWithoutCommit();
    void reportsUnknownTables();
    void reportsMissingKeys();
    void doesNotTakeAFailureForAMissingTable();

private:
    void create(const TableSchema &schema);
    void put(const TableConfig &table, const QString &recordId, const QVariantMap &values);
    LocalStore &local() { return m_storage->local(); }

    const TableConfig m_table{QStringLiteral("things")};
    const TableSchema m_schema{QStringLiteral("things"),
                               {{QStringLiteral("id"), ColumnInfo::Type::Text, true, true},
                                {QStringLiteral("text"), ColumnInfo::Type::Text},
                                {QStringLiteral("integer"), ColumnInfo::Type::Integer},
                                {QStringLiteral("real"), ColumnInfo::Type::Real},
                                {QStringLiteral("decimal"), ColumnInfo::Type::Decimal},
                                {QStringLiteral("boolean"), ColumnInfo::Type::Boolean},
                                {QStringLiteral("json"), ColumnInfo::Type::Json},
                                {QStringLiteral("blob"), ColumnInfo::Type::Blob},
                                {QStringLiteral("updated_at"), ColumnInfo::Type::Text}}};
    std::unique_ptr<StorageFixture> m_fixture;
    std::unique_ptr<Storage> m_storage;
};

void tst_LocalStore::init()
{
    QFETCH_GLOBAL(QString, implementation);
    m_fixture = std::make_unique<StorageFixture>(implementation);
    auto storage = m_fixture->open();
    VERIFY_OK(storage);
    m_storage = std::move(*storage);
    create(m_schema);
}

void tst_LocalStore::cleanup()
{
    m_storage.reset();
    m_fixture.reset();
}

void tst_LocalStore::create(const TableSchema &schema)
{
    const auto created = local().createTable(schema);
    VERIFY_OK(created);
    QVERIFY(*created);
}

void tst_LocalStore::put(const TableConfig &table, const QString &recordId, const QVariantMap &values)
{
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return local().upsertRow(transaction, table, recordId, values); });
}

void tst_LocalStore::createsTables()
{
    QCOMPARE(*local().schema(m_schema.name), m_schema);
    const auto again = local().createTable(m_schema);
    VERIFY_OK(again);
    QVERIFY(!*again);
    VERIFY_FAILS(local().createTable({QStringLiteral("keyless"), {{QStringLiteral("a")}}}), Invalid);
    VERIFY_FAILS(local().createTable(
                     {QStringLiteral("tideline_x"), {{QStringLiteral("a"), ColumnInfo::Type::Text, true, true}}}),
                 Invalid);
}

void tst_LocalStore::givesValuesBackExactly_data()
{
    QTest::addColumn<QString>("column");
    QTest::addColumn<QVariant>("value");
    const auto add = [](const char *tag, const char *column, const QVariant &value) {
        QTest::newRow(tag) << QString::fromLatin1(column) << value;
    };
    add("null", "text", QVariant());
    add("empty text", "text", QStringLiteral(""));
    add("digits", "text", QStringLiteral("007"));
    add("exponent", "text", QStringLiteral("1e5"));
    add("unicode", "text", QStringLiteral("Grüße \U0001F30A '\" \\ \n"));
    add("byte order mark", "text", QStringLiteral("\uFEFF\uFEFFtext"));
    add("microseconds", "text", QStringLiteral("2024-02-29T23:59:59.123456+00:00"));
    add("true as text", "text", QStringLiteral("true"));
    add("largest", "integer", std::numeric_limits<qlonglong>::max());
    add("smallest", "integer", std::numeric_limits<qlonglong>::min());
    add("beyond double", "integer", 9007199254740993LL);
    add("no integer", "integer", QVariant());
    add("real", "real", 0.1);
    add("tiny", "real", 5e-324);
    add("not a number", "real", QStringLiteral("NaN"));
    add("1.50", "decimal", decimal("1.50"));
    add("1.5", "decimal", 1.5);
    add("1e300", "decimal", decimal("1e300"));
    add("30 digits", "decimal", decimal("123456789012345678901234567890.12345678901234567890"));
    add("whole", "decimal", 12LL);
    add("true", "boolean", true);
    add("false", "boolean", false);
    add("no boolean", "boolean", QVariant());
    add("object", "json",
        QVariantMap{{QStringLiteral("a"), QVariantList{1LL, QVariant(), QStringLiteral(""), decimal("1.0")}},
                    {QStringLiteral("b"), QVariantMap()}});
    add("array", "json", QVariantList());
    add("json true", "json", true);
    add("json number", "json", decimal("1.50"));
    add("json text", "json", QStringLiteral("text"));
    add("json digits", "json", QStringLiteral("12"));
    add("blob", "blob", QStringLiteral("\\x00ff10"));
    add("empty blob", "blob", QStringLiteral("\\x"));
}

void tst_LocalStore::givesValuesBackExactly()
{
    QFETCH(QString, column);
    QFETCH(QVariant, value);
    put(m_table, QStringLiteral("1"), {{column, value}});
    const auto row = local().row(m_table, QStringLiteral("1"));
    VERIFY_OK(row);
    QVERIFY(*row);
    QCOMPARE(json((**row).value(column)), json(value));
    // A second write of what was read changes nothing.
    put(m_table, QStringLiteral("1"), **row);
    QCOMPARE(json(**local().row(m_table, QStringLiteral("1"))), json(**row));
}

void tst_LocalStore::refusesWhatDoesNotFit_data()
{
    QTest::addColumn<QString>("column");
    QTest::addColumn<QVariant>("value");
    const auto add = [](const char *tag, const char *column, const QVariant &value) {
        QTest::newRow(tag) << QString::fromLatin1(column) << value;
    };
    add("fraction", "integer", 1.5);
    add("2^63", "integer", decimal("9223372036854775808"));
    add("unsigned", "integer", std::numeric_limits<qulonglong>::max());
    add("too precise", "real", decimal("0.1234567890123456789"));
    add("2^53+1", "real", 9007199254740993LL);
    add("two", "boolean", 2LL);
    add("word", "boolean", QStringLiteral("true"));
    add("object", "integer", QVariantMap{{QStringLiteral("a"), 1}});
    add("bool", "integer", true);
}

void tst_LocalStore::refusesWhatDoesNotFit()
{
    QFETCH(QString, column);
    QFETCH(QVariant, value);
    put(m_table, QStringLiteral("1"), {{QStringLiteral("text"), QStringLiteral("before")}});
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    const auto refused = local().upsertRow(**transaction, m_table, QStringLiteral("1"),
                                           {{column, value}, {QStringLiteral("text"), QStringLiteral("after")}});
    VERIFY_FAILS(refused, Deserialization);
    QVERIFY(refused.failure().detail.contains(column));
    QVERIFY(refused.failure().detail.contains(m_table.name));
    // The transaction goes on without it.
    VERIFY_OK(local().upsertRow(**transaction, m_table, QStringLiteral("2"), {}));
    VERIFY_OK((*transaction)->commit());
    QCOMPARE((**local().row(m_table, QStringLiteral("1"))).value(QStringLiteral("text")), QStringLiteral("before"));
    QCOMPARE(*local().rowCount(m_table.name), 2);
}

void tst_LocalStore::updatesOnlyGivenColumns()
{
    put(m_table, QStringLiteral("1"), {{QStringLiteral("text"), QStringLiteral("a")}, {QStringLiteral("integer"), 1}});
    put(m_table, QStringLiteral("1"), {{QStringLiteral("integer"), 2}});
    const QVariantMap row = **local().row(m_table, QStringLiteral("1"));
    QCOMPARE(row.value(QStringLiteral("text")), QStringLiteral("a"));
    QCOMPARE(row.value(QStringLiteral("integer")), 2);
    put(m_table, QStringLiteral("1"), {{QStringLiteral("text"), QVariant()}});
    QVERIFY(!(**local().row(m_table, QStringLiteral("1"))).value(QStringLiteral("text")).isValid());
    put(m_table, QStringLiteral("1"), {});
    QCOMPARE(*local().rowCount(m_table.name), 1);
    // All columns are there, also those that were never given.
    QCOMPARE(row.size(), m_schema.columns.size());
}

void tst_LocalStore::readsAPartOfARow()
{
    const QString id = QStringLiteral("1");
    put(m_table, id, {{QStringLiteral("text"), QStringLiteral("a")}, {QStringLiteral("integer"), 7}});
    const auto part = local().rowPart(m_table, id, {QStringLiteral("integer"), QStringLiteral("no such column")});
    VERIFY_OK(part);
    QVERIFY(*part);
    QCOMPARE(json(**part), QByteArray(R"({"integer":7})"));
    const auto nothing = local().rowPart(m_table, id, {});
    VERIFY_OK(nothing);
    QVERIFY(*nothing && (*nothing)->isEmpty());
    const auto absent = local().rowPart(m_table, QStringLiteral("2"), {QStringLiteral("integer")});
    VERIFY_OK(absent);
    QVERIFY(!*absent);
}

void tst_LocalStore::insertsOnlyWhatIsNotThere()
{
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    const auto insert = [&](const QString &id, const QVariantMap &values) {
        return local().insertRow(**transaction, m_table, id, values);
    };
    // With other columns each, so that none takes over what was made ready for another.
    auto inserted = insert(QStringLiteral("1"), {{QStringLiteral("text"), QStringLiteral("a")}});
    VERIFY_OK(inserted);
    QVERIFY(*inserted);
    inserted = insert(QStringLiteral("2"), {{QStringLiteral("integer"), 2}, {QStringLiteral("real"), 0.5}});
    VERIFY_OK(inserted);
    QVERIFY(*inserted);
    inserted = insert(QStringLiteral("1"), {{QStringLiteral("text"), QStringLiteral("b")}});
    VERIFY_OK(inserted);
    QVERIFY(!*inserted);
    QCOMPARE(insert(QStringLiteral("3"), {{QStringLiteral("integer"), 0.5}}).failure().code,
             Failure::Code::Deserialization);
    VERIFY_OK((*transaction)->commit());

    QCOMPARE(*local().rowCount(m_table.name), 2);
    QCOMPARE((*local().row(m_table, QStringLiteral("1")))->value(QStringLiteral("text")).toString(),
             QStringLiteral("a"));
    QCOMPARE((*local().row(m_table, QStringLiteral("2")))->value(QStringLiteral("real")).toDouble(), 0.5);
}

void tst_LocalStore::takesTheKeyFromTheRecordId()
{
    const QString odd = QStringLiteral("%41 + , ) \" ' ü");
    put(m_table, odd, {{QStringLiteral("id"), QStringLiteral("other")}, {QStringLiteral("integer"), 1}});
    QVERIFY(!*local().row(m_table, QStringLiteral("other")));
    const auto row = local().row(m_table, odd);
    VERIFY_OK(row);
    QVERIFY(*row);
    QCOMPARE((**row).value(QStringLiteral("id")), odd);

    const TableConfig numbered(QStringLiteral("numbered"));
    create({numbered.name, {{QStringLiteral("id"), ColumnInfo::Type::Integer, true, true}}});
    put(numbered, QStringLiteral("9007199254740993"), {});
    QCOMPARE((**local().row(numbered, QStringLiteral("9007199254740993"))).value(QStringLiteral("id")),
             9007199254740993LL);
    QVERIFY(!*local().row(numbered, QStringLiteral("x")));
    // 007 is not the id of row 7.
    put(numbered, QStringLiteral("7"), {});
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_FAILS(local().upsertRow(**transaction, numbered, QStringLiteral("007"), {}), Invalid);
    VERIFY_FAILS(local().upsertRow(**transaction, numbered, QString(), {}), Invalid);
}

void tst_LocalStore::ignoresUnknownColumns()
{
    put(m_table, QStringLiteral("1"),
        {{QStringLiteral("unknown"), QVariantMap()}, {QStringLiteral("text"), QStringLiteral("a")}});
    const QVariantMap row = **local().row(m_table, QStringLiteral("1"));
    QVERIFY(!row.contains(QStringLiteral("unknown")));
    QCOMPARE(row.value(QStringLiteral("text")), QStringLiteral("a"));
}

void tst_LocalStore::keepsCompositeKeysApart()
{
    TableConfig table(QStringLiteral("pairs"));
    table.key = {QStringLiteral("b"), QStringLiteral("a")};
    create({table.name,
            {{QStringLiteral("a"), ColumnInfo::Type::Text, true, true},
             {QStringLiteral("b"), ColumnInfo::Type::Integer, true, true},
             {QStringLiteral("c"), ColumnInfo::Type::Text}}});
    put(table, QStringLiteral("[1,\"x\"]"), {{QStringLiteral("c"), QStringLiteral("one")}});
    put(table, QStringLiteral("[\"1\",\"y\"]"), {{QStringLiteral("c"), QStringLiteral("two")}});
    put(table, QStringLiteral("[\"1\", \"x\"]"), {{QStringLiteral("c"), QStringLiteral("three")}});
    QCOMPARE(*local().rowCount(table.name), 2);
    const QVariantMap row = **local().row(table, QStringLiteral("[\"1\",\"x\"]"));
    QCOMPARE(row.value(QStringLiteral("a")), QStringLiteral("x"));
    QCOMPARE(row.value(QStringLiteral("b")), 1);
    QCOMPARE(row.value(QStringLiteral("c")), QStringLiteral("three"));
    QCOMPARE(table.recordIdOf(row), QStringLiteral("[\"1\",\"x\"]"));
    VERIFY_FAILS(local().row(table, QStringLiteral("1")), Invalid);
}

void tst_LocalStore::escapesIdentifiers()
{
    TableConfig table(QStringLiteral("my \"odd\" 'table'; --"));
    table.key = {QStringLiteral("the \"key\"")};
    const QString column = QStringLiteral("a ? :b [c] `d`");
    create(
        {table.name, {{table.key.constFirst(), ColumnInfo::Type::Text, true, true}, {column, ColumnInfo::Type::Text}}});
    put(table, QStringLiteral("k"), {{column, QStringLiteral("v")}});
    put(table, QStringLiteral("k"), {{column, QStringLiteral("w")}});
    QCOMPARE((**local().row(table, QStringLiteral("k"))).value(column), QStringLiteral("w"));
    QCOMPARE(local().rows(table, -1)->size(), 1);
    const auto inventory = local().inventory(table);
    VERIFY_OK(inventory);
    QCOMPARE((*inventory)->strike({QStringLiteral("k")})->size(), 1);
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
        return local().removeRow(transaction, table, QStringLiteral("k"));
    });
    QCOMPARE(*local().rowCount(table.name), 0);
}

void tst_LocalStore::listsInKeyOrder()
{
    for (const char *id : {"b", "c", "a"})
        put(m_table, QString::fromLatin1(id), {});
    const auto ids = [&](qint64 limit) {
        QStringList list;
        const auto rows = local().rows(m_table, limit);
        if (!withoutFailure(rows.failure()))
            return QStringList{QStringLiteral("failure")};
        for (const QVariantMap &row : *rows)
            list.append(row.value(QStringLiteral("id")).toString());
        return list;
    };
    QCOMPARE(ids(-1), (QStringList{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
    QCOMPARE(ids(2), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(ids(0), QStringList());

    const TableConfig numbered(QStringLiteral("numbered"));
    create({numbered.name, {{QStringLiteral("id"), ColumnInfo::Type::Integer, true, true}}});
    for (const int id : {10, 9, -1})
        put(numbered, QString::number(id), {});
    QList<qlonglong> numbers;
    const auto rows = local().rows(numbered, -1);
    for (const QVariantMap &row : *rows)
        numbers.append(row.value(QStringLiteral("id")).toLongLong());
    QCOMPARE(numbers, (QList<qlonglong>{-1, 9, 10}));
}

void tst_LocalStore::takesStock()
{
    const QString version = QStringLiteral("2024-02-29T23:59:59.123456+00:00");
    put(m_table, QStringLiteral("a"), {{QStringLiteral("updated_at"), version}});
    for (const char *id : {"b", "c", "d", "e"})
        put(m_table, QString::fromLatin1(id), {});
    const auto inventory = local().inventory(m_table);
    VERIFY_OK(inventory);
    put(m_table, QStringLiteral("later"), {});

    const auto struck = (*inventory)->strike({QStringLiteral("c"), QStringLiteral("a"), QStringLiteral("nobody")});
    VERIFY_OK(struck);
    QCOMPARE(*struck, (QHash<QString, QString>{{QStringLiteral("a"), version}, {QStringLiteral("c"), QString()}}));
    QCOMPARE((*inventory)->strike({QStringLiteral("a")})->size(), 0);
    QCOMPARE(*(*inventory)->next(2), (QStringList{QStringLiteral("b"), QStringLiteral("d")}));
    QCOMPARE(*(*inventory)->next(2), QStringList{QStringLiteral("e")});
    QCOMPARE(*(*inventory)->next(2), QStringList());
    QCOMPARE(*local().rowCount(m_table.name), 6);
}

void tst_LocalStore::takesStockByAnyKey()
{
    TableConfig table(QStringLiteral("pairs"));
    table.key = {QStringLiteral("place"), QStringLiteral("number")};
    table.updatedAt = QStringLiteral("nowhere");
    create({table.name,
            {{QStringLiteral("place"), ColumnInfo::Type::Text, true, true},
             {QStringLiteral("number"), ColumnInfo::Type::Integer, true, true}}});
    QStringList ids;
    for (const QString &place : {QStringLiteral("10"), QStringLiteral("a \"b\""), QString()}) {
        for (const int number : {10, 9, -1}) {
            ids.append(table.recordIdOf({{table.key.at(0), place}, {table.key.at(1), number}}));
            put(table, ids.constLast(), {});
        }
    }
    const auto first = local().inventory(table);
    const auto second = local().inventory(table);
    VERIFY_OK(first);
    VERIFY_OK(second);
    const QString wrong =
        table.recordIdOf({{table.key.at(0), QStringLiteral("10")}, {table.key.at(1), QStringLiteral("x")}});
    QCOMPARE((*first)->strike(ids.mid(1) + QStringList(wrong))->size(), 8);
    QCOMPARE(*(*first)->next(100), ids.mid(0, 1));
    QStringList all;
    for (auto some = (*second)->next(2); some && !some->isEmpty(); some = (*second)->next(2))
        all += *some;
    all.sort();
    ids.sort();
    QCOMPARE(all, ids);
}

void tst_LocalStore::removesRows()
{
    put(m_table, QStringLiteral("1"), {});
    put(m_table, QStringLiteral("2"), {});
    put(m_table, QStringLiteral("3"), {});
    for (int i = 0; i < 2; ++i) {
        COMMITTED(*m_storage, [&](StoreTransaction &transaction) {
            return local().removeRow(transaction, m_table, QStringLiteral("1"));
        });
        QCOMPARE(*local().rowCount(m_table.name), 2);
    }
    COMMITTED(*m_storage, [&](StoreTransaction &transaction) { return local().clear(transaction, m_table.name); });
    QCOMPARE(*local().rowCount(m_table.name), 0);
    // A table that is gone must not keep anybody from logging out.
    COMMITTED(*m_storage,
              [&](StoreTransaction &transaction) { return local().clear(transaction, QStringLiteral("no")); });
}

void tst_LocalStore::takesBackWithoutCommit()
{
    put(m_table, QStringLiteral("1"), {{QStringLiteral("text"), QStringLiteral("a")}});
    {
        auto transaction = m_storage->begin();
        VERIFY_OK(transaction);
        VERIFY_OK(local().upsertRow(**transaction, m_table, QStringLiteral("1"),
                                    {{QStringLiteral("text"), QStringLiteral("b")}}));
        VERIFY_OK(local().upsertRow(**transaction, m_table, QStringLiteral("2"), {}));
        QCOMPARE((**local().row(m_table, QStringLiteral("1"))).value(QStringLiteral("text")), QStringLiteral("b"));
    }
    QCOMPARE((**local().row(m_table, QStringLiteral("1"))).value(QStringLiteral("text")), QStringLiteral("a"));
    QVERIFY(!*local().row(m_table, QStringLiteral("2")));
}

void tst_LocalStore::reportsUnknownTables()
{
    const TableConfig unknown(QStringLiteral("unknown"));
    VERIFY_FAILS(local().schema(unknown.name), Invalid);
    VERIFY_FAILS(local().row(unknown, QStringLiteral("1")), Invalid);
    VERIFY_FAILS(local().rows(unknown, -1), Invalid);
    VERIFY_FAILS(local().rowCount(unknown.name), Invalid);
    VERIFY_FAILS(local().inventory(unknown), Invalid);
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_FAILS(local().upsertRow(**transaction, unknown, QStringLiteral("1"), {}), Invalid);
    VERIFY_FAILS(local().removeRow(**transaction, unknown, QStringLiteral("1")), Invalid);
    // Our own tables are nobody's data.
    VERIFY_FAILS(local().schema(QStringLiteral("tideline_entry")), Invalid);
    QVERIFY(!*local().hasTable(unknown.name));
    QVERIFY(*local().hasTable(m_table.name));
}

void tst_LocalStore::reportsMissingKeys()
{
    TableConfig table = m_table;
    table.key = {QStringLiteral("nowhere")};
    VERIFY_FAILS(local().row(table, QStringLiteral("1")), Invalid);
    VERIFY_FAILS(local().rows(table, -1), Invalid);
    auto transaction = m_storage->begin();
    VERIFY_OK(transaction);
    VERIFY_FAILS(local().upsertRow(**transaction, table, QStringLiteral("1"), {}), Invalid);
    // Text is no key of this table: two rows may have the same.
    table.key = {QStringLiteral("text")};
    VERIFY_FAILS(local().upsertRow(**transaction, table, QStringLiteral("1"), {}), Invalid);
}

void tst_LocalStore::doesNotTakeAFailureForAMissingTable()
{
    // No store fails at will in its schema alone.
    class BrokenStore final : public LocalStore
    {
    public:
        Result<TableSchema> schema(const QString &) override { return m_failure; }
        Result<std::optional<QVariantMap>> row(const TableConfig &, const QString &) override { return m_failure; }
        Result<QList<QVariantMap>> rows(const TableConfig &, qint64) override { return m_failure; }
        Result<qint64> rowCount(const QString &) override { return m_failure; }
        Result<std::unique_ptr<Inventory>> inventory(const TableConfig &) override { return m_failure; }
        Result<void> upsertRow(StoreTransaction &, const TableConfig &, const QString &, const QVariantMap &) override
        {
            return m_failure;
        }
        Result<void> removeRow(StoreTransaction &, const TableConfig &, const QString &) override { return m_failure; }
        Result<void> clear(StoreTransaction &, const QString &) override { return m_failure; }
        Result<bool> createTable(const TableSchema &) override { return m_failure; }

    private:
        Failure m_failure{Failure::Code::LocalStore, QStringLiteral("The disk reported an error.")};
    };
    BrokenStore broken;
    VERIFY_FAILS(broken.hasTable(m_table.name), LocalStore);
}

QTEST_GUILESS_MAIN(tst_LocalStore)
#include "tst_localstore.moc"
