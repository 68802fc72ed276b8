// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memorylocalstore.h>

#include <tideline/core/decimal.h>
#include <tideline/core/json.h>

#include <algorithm>

namespace Tideline {

namespace {

using Type = ColumnInfo::Type;

Failure unknownTable(const QString &name)
{
    return {Failure::Code::Invalid,
            QStringLiteral("There is no table %1 in the local database. Create it, or correct the name.").arg(name)};
}

bool isNumber(const QVariant &parsed)
{
    return parsed.typeId() == QMetaType::LongLong || parsed.typeId() == QMetaType::Double
           || parsed.metaType() == QMetaType::fromType<Decimal>();
}

QString asText(const QVariant &value)
{
    return value.typeId() == QMetaType::QString ? value.toString() : QString::fromUtf8(Json::toText(value));
}

std::optional<QVariant> asInteger(const QVariant &number)
{
    if (number.typeId() == QMetaType::LongLong)
        return number;
    // 1e3 and 1.0 are whole numbers too.
    const double real = asText(number).toDouble();
    if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0))
        return {};
    const QVariant candidate(static_cast<qlonglong>(real));
    return Json::equivalent(candidate, number) ? std::optional(candidate) : std::nullopt;
}

std::optional<QVariant> asReal(const QVariant &number)
{
    const Result<QVariant> real = Json::parse(Json::toText(asText(number).toDouble()));
    return real && Json::equivalent(*real, number) ? std::optional(*real) : std::nullopt;
}

// The value as a column of this type gives it back; empty where it cannot.
std::optional<QVariant> stored(Type type, const QVariant &value)
{
    if (!value.isValid() || type == Type::Json)
        return value;
    const bool isText = value.typeId() == QMetaType::QString;
    const Result<QVariant> parsed = isText ? Json::parse(value.toString().toUtf8()) : Result<QVariant>(value);
    const std::optional<QVariant> number =
        parsed && isNumber(*parsed) ? std::optional(*parsed) : std::optional<QVariant>();
    switch (type) {
    case Type::Text:
        return asText(value);
    case Type::Integer:
        return number ? asInteger(*number) : isText ? std::optional(value) : std::nullopt;
    case Type::Real:
        return number ? asReal(*number) : isText ? std::optional(value) : std::nullopt;
    case Type::Decimal:
        return number ? number : isText ? std::optional(value) : std::nullopt;
    case Type::Boolean:
        if (value.typeId() == QMetaType::Bool)
            return value;
        if (!isText && number && (Json::equivalent(*number, 0) || Json::equivalent(*number, 1)))
            return Json::equivalent(*number, 1);
        return {};
    case Type::Blob:
        return isText ? std::optional(value) : std::nullopt;
    case Type::Json:
        break;
    }
    return value;
}

QStringList keyOf(const TableSchema &schema)
{
    QStringList key;
    for (const ColumnInfo &column : schema.columns) {
        if (column.isKey)
            key.append(column.name);
    }
    key.sort();
    return key;
}

Result<QVariant> keyValue(const ColumnInfo &column, const QString &part)
{
    const auto value = column.type == Type::Boolean && part == QStringLiteral("true")    ? QVariant(true)
                       : column.type == Type::Boolean && part == QStringLiteral("false") ? QVariant(false)
                                                                                         : QVariant(part);
    const auto kept = stored(column.type, value);
    bool isDigits = false;
    (void)part.toLongLong(&isDigits);
    if (!kept || (kept->typeId() != QMetaType::QString && asText(*kept) != part)
        || (column.type == Type::Integer && isDigits && asText(*kept) != QString::number(part.toLongLong()))) {
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("Key column %1 cannot have this id. Use the id as the column would hold it.")
                           .arg(column.name));
    }
    return *kept;
}

// Numbers before texts, as in SQLite.
bool isLess(const QVariant &left, const QVariant &right)
{
    const bool areNumbers = isNumber(left) && isNumber(right);
    if (!areNumbers)
        return isNumber(left) != isNumber(right) ? isNumber(left) : asText(left) < asText(right);
    if (left.typeId() == QMetaType::LongLong && right.typeId() == QMetaType::LongLong)
        return left.toLongLong() < right.toLongLong();
    return asText(left).toDouble() < asText(right).toDouble();
}

class MemoryInventory final : public Inventory
{
public:
    explicit MemoryInventory(const QMap<QString, QString> &versions)
        : m_versions(versions)
    {
    }

    Result<QHash<QString, QString>> strike(const QStringList &recordIds) override
    {
        QHash<QString, QString> struck;
        for (const QString &recordId : recordIds) {
            if (m_versions.contains(recordId))
                struck.insert(recordId, m_versions.take(recordId));
        }
        return struck;
    }

    Result<QStringList> next(qsizetype limit) override
    {
        QStringList recordIds;
        while (recordIds.size() < limit && !m_versions.isEmpty()) {
            recordIds.append(m_versions.firstKey());
            m_versions.erase(m_versions.begin());
        }
        return recordIds;
    }

private:
    QMap<QString, QString> m_versions;
};

} // namespace

MemoryLocalStore::MemoryLocalStore(MemoryView &view)
    : m_view(view)
{
}

Result<MemoryTable> MemoryLocalStore::table(const TableConfig &config) const
{
    const MemoryData data = m_view.read();
    const auto found = data.tables.constFind(config.name);
    if (found == data.tables.constEnd())
        return unknownTable(config.name);
    QStringList key = config.key;
    key.sort();
    if (key != keyOf(found->schema)) {
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("The local table %1 has another key than (%2). Correct the table's key.")
                           .arg(config.name, config.key.join(QStringLiteral(", "))));
    }
    return *found;
}

Result<TableSchema> MemoryLocalStore::schema(const QString &name)
{
    const MemoryData data = m_view.read();
    const auto found = data.tables.constFind(name);
    if (found == data.tables.constEnd())
        return unknownTable(name);
    return found->schema;
}

Result<std::optional<QVariantMap>> MemoryLocalStore::row(const TableConfig &config, const QString &recordId)
{
    const auto known = table(config);
    if (!known)
        return known.failure();
    const auto id = config.canonicalRecordId(recordId);
    if (!id)
        return id.failure();
    const auto found = known->rows.constFind(*id);
    return found == known->rows.constEnd() ? std::optional<QVariantMap>() : std::optional(*found);
}

Result<QList<QVariantMap>> MemoryLocalStore::rows(const TableConfig &config, qint64 limit)
{
    const auto known = table(config);
    if (!known)
        return known.failure();
    QList<QVariantMap> rows = known->rows.values();
    std::stable_sort(rows.begin(), rows.end(), [&](const QVariantMap &left, const QVariantMap &right) {
        for (const QString &key : config.key) {
            if (isLess(left.value(key), right.value(key)))
                return true;
            if (isLess(right.value(key), left.value(key)))
                return false;
        }
        return false;
    });
    return limit < 0 ? rows : rows.mid(0, limit);
}

Result<qint64> MemoryLocalStore::rowCount(const QString &name)
{
    const MemoryData data = m_view.read();
    const auto found = data.tables.constFind(name);
    if (found == data.tables.constEnd())
        return unknownTable(name);
    return static_cast<qint64>(found->rows.size());
}

Result<std::unique_ptr<Inventory>> MemoryLocalStore::inventory(const TableConfig &config)
{
    const auto all = rows(config, -1);
    if (!all)
        return all.failure();
    QMap<QString, QString> versions;
    for (const QVariantMap &row : *all) {
        const QVariant version = row.value(config.updatedAt);
        versions.insert(config.recordIdOf(row), version.isValid() ? asText(version) : QString());
    }
    return std::unique_ptr<Inventory>(std::make_unique<MemoryInventory>(versions));
}

Result<void> MemoryLocalStore::upsertRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId, const QVariantMap &values)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    const auto known = table(config);
    if (!known)
        return known.failure();
    const auto id = config.canonicalRecordId(recordId);
    const auto parts = config.keyParts(recordId);
    if (!id || !parts)
        return id.failure();

    QVariantMap row = known->rows.value(*id);
    for (const ColumnInfo &column : known->schema.columns) {
        if (const qsizetype part = config.key.indexOf(column.name); part >= 0) {
            const auto key = keyValue(column, parts->at(part));
            if (!key)
                return key.failure();
            row.insert(column.name, *key);
            continue;
        }
        if (!values.contains(column.name)) {
            row.insert(column.name, row.value(column.name));
            continue;
        }
        // There and back, so that the types are those of JSON.
        const auto json = Json::serialize(values.value(column.name));
        if (!json)
            return json.failure();
        const auto parsed = Json::parse(*json);
        const auto kept = parsed ? stored(column.type, *parsed) : std::nullopt;
        if (!kept) {
            return Failure(
                Failure::Code::Deserialization,
                QStringLiteral("Column %2 of table %1 cannot hold this value exactly. Give it a type that can.")
                    .arg(config.name, column.name));
        }
        row.insert(column.name, *kept);
    }
    data->tables[config.name].rows.insert(*id, row);
    return {};
}

Result<void> MemoryLocalStore::removeRow(StoreTransaction &transaction, const TableConfig &config,
                                         const QString &recordId)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    if (const auto known = table(config); !known)
        return known.failure();
    const auto id = config.canonicalRecordId(recordId);
    if (!id)
        return id.failure();
    data->tables[config.name].rows.remove(*id);
    return {};
}

Result<void> MemoryLocalStore::clear(StoreTransaction &transaction, const QString &name)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    if (const auto found = data->tables.find(name); found != data->tables.end())
        found->rows.clear();
    return {};
}

Result<bool> MemoryLocalStore::createTable(const TableSchema &schema)
{
    if (m_view.read().tables.contains(schema.name))
        return false;
    if (schema.name.isEmpty() || schema.name.startsWith(QStringLiteral("tideline_")) || keyOf(schema).isEmpty()) {
        return Failure(
            Failure::Code::Invalid,
            QStringLiteral("Table %1 cannot be made here: it needs a key, and a name that does not begin with "
                           "tideline_.")
                .arg(schema.name));
    }
    auto transaction = m_view.begin();
    if (!transaction)
        return transaction.failure();
    m_view.change(**transaction)->tables.insert(schema.name, {schema, {}});
    if (const auto committed = (*transaction)->commit(); !committed)
        return committed.failure();
    return true;
}

} // namespace Tideline
