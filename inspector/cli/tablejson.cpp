// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "tablejson.h"

#include "configreader.h"

#include <algorithm>

namespace Tideline::Cli {

namespace {

// What is wrong with a value to filter by; empty where it is fine.
QString filterFlaw(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::QVariantMap:
        return QStringLiteral("must be a text, a number, true, false or null, or a list of them, not an object");
    case QMetaType::QString:
        return value.toString().contains(QChar::Null) ? QStringLiteral("holds a NUL character") : QString();
    case QMetaType::QVariantList:
        break;
    default:
        return {};
    }
    const QVariantList values = value.toList();
    if (values.isEmpty())
        return QStringLiteral("must list at least one value: an empty list would match no row");
    for (const QVariant &element : values) {
        if (!element.isValid())
            return QStringLiteral("must be a list without null: rows with null can only be had alone, by null itself");
        if (element.typeId() == QMetaType::QVariantList)
            return QStringLiteral("must be a list of values, not of lists");
        if (const QString flaw = filterFlaw(element); !flaw.isEmpty())
            return flaw;
    }
    return {};
}

void readFilter(ConfigReader *reader, QVariantMap *filter)
{
    const QString key = QStringLiteral("filter");
    const QVariant value = reader->any(key);
    if (!reader->has(key))
        return;
    if (value.typeId() != QMetaType::QVariantMap)
        return reader->refuse(key, QStringLiteral("must be an object of columns and values"));
    *filter = value.toMap();
    for (auto it = filter->cbegin(); it != filter->cend(); ++it) {
        if (it.key().isEmpty())
            reader->refuse(key, QStringLiteral("must name columns"));
        if (const QString flaw = filterFlaw(it.value()); !flaw.isEmpty())
            reader->refuse(key + QLatin1Char('.') + it.key(), flaw);
    }
}

Result<TableConfig> parsedTable(const QVariantMap &object, const QString &prefix)
{
    TableConfig table;
    ConfigReader reader(object, prefix);
    reader.requireKey(QStringLiteral("name"));
    reader.text(QStringLiteral("name"), &table.name);

    const QString key = QStringLiteral("key");
    if (reader.any(key).typeId() == QMetaType::QVariantList) {
        reader.texts(key, &table.key);
        if (table.key.isEmpty())
            reader.refuse(key, QStringLiteral("must name at least one column"));
    } else if (reader.has(key)) {
        QString column;
        reader.text(key, &column);
        table.key = {column};
    }

    reader.text(QStringLiteral("updatedAt"), &table.updatedAt);
    reader.optionalText(QStringLiteral("deletedAt"), &table.deletedAt);
    reader.optionalText(QStringLiteral("owner"), &table.owner);

    bool isCaptured = false;
    reader.flag(QStringLiteral("capture"), &isCaptured);
    if (isCaptured)
        reader.refuse(QStringLiteral("capture"),
                      QStringLiteral("can only be false: change capture comes in a later version"));
    readFilter(&reader, &table.filter);

    if (reader.has(QStringLiteral("conflictStrategy"))) {
        ConflictStrategy strategy = ConflictStrategy::LastWriteWins;
        reader.choice(QStringLiteral("conflictStrategy"), &strategy, namedStrategies());
        table.conflictStrategy = strategy;
    }
    if (const Result<void> finished = reader.finish(); !finished)
        return finished.failure();
    return table;
}

Failure refusedTables(const QString &why)
{
    return {Failure::Code::Invalid, why};
}

} // namespace

QMap<QString, ConflictStrategy> namedStrategies()
{
    QMap<QString, ConflictStrategy> names;
    for (const ConflictStrategy strategy :
         {ConflictStrategy::LastWriteWins, ConflictStrategy::ServerWins, ConflictStrategy::ClientWins,
          ConflictStrategy::FieldMerge, ConflictStrategy::Manual})
        names.insert(toText(strategy), strategy);
    return names;
}

Result<QList<TableConfig>> parsedTables(const QVariant &value)
{
    const QVariantList list = value.toList();
    if (value.typeId() != QMetaType::QVariantList || list.isEmpty())
        return refusedTables(QStringLiteral("\"tables\" must be a list of at least one table name or object."));
    QList<TableConfig> tables;
    for (qsizetype i = 0; i < list.size(); ++i) {
        QVariantMap object = list.at(i).toMap();
        if (list.at(i).typeId() == QMetaType::QString)
            object.insert(QStringLiteral("name"), list.at(i));
        else if (list.at(i).typeId() != QMetaType::QVariantMap)
            return refusedTables(QStringLiteral("\"tables[%1]\" must be a table name or an object.").arg(i));
        const Result<TableConfig> table = parsedTable(object, QStringLiteral("tables[%1].").arg(i));
        if (!table)
            return table.failure();
        if (std::any_of(tables.cbegin(), tables.cend(),
                        [&](const TableConfig &other) { return other.name == table->name; }))
            return refusedTables(
                QStringLiteral("\"tables[%1].name\" names table %2 a second time.").arg(i).arg(table->name));
        tables.append(*table);
    }
    return tables;
}

} // namespace Tideline::Cli
