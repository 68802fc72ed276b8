// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitchange.h"

#include "kit/kitprotocol.h"
#include "plain/rowreader.h"

#include <tideline/core/json.h>

namespace Tideline::Rest {

namespace {

QString operationName(SyncOperation operation)
{
    switch (operation) {
    case SyncOperation::Upsert:
        return QStringLiteral("upsert");
    case SyncOperation::Patch:
        return QStringLiteral("patch");
    case SyncOperation::Delete:
        return QStringLiteral("delete");
    }
    Q_UNREACHABLE();
    return {};
}

// What all changes of a run have in common, as an object that is still open.
QByteArray runHead(const KitChange &change)
{
    const TableConfig &table = change.table;
    const QVariant mark = table.deletedAt.isEmpty() ? QVariant() : table.deletedAt;
    QByteArray head = Json::toText(QVariantMap{
        {QStringLiteral("table"), table.name},
        {QStringLiteral("operation"), operationName(change.operation)},
        {QStringLiteral("based"), change.isBased},
        {QStringLiteral("key"), table.key},
        {QStringLiteral("updatedAt"), table.updatedAt},
        {QStringLiteral("deletedAt"), mark},
        {QStringLiteral("columns"), change.columns},
    });
    head.chop(1);
    return head;
}

void appendMember(QByteArray &text, const char *name, const QList<KitChange> &changes, qsizetype first, qsizetype count,
                  QByteArray KitChange::*value)
{
    text.append(",\"").append(name).append("\":[");
    for (qsizetype i = first; i < first + count; ++i) {
        if (i > first)
            text.append(',');
        text.append(changes.at(i).*value);
    }
    text.append(']');
}

} // namespace

KitChange::KitChange(const PushItem &item, qsizetype indexInPush)
    : index(indexInPush)
    , table(item.table)
    , operation(item.entry.operation)
    , isBased(item.entry.base.has_value())
{
    if (isBased && operation == SyncOperation::Upsert)
        operation = SyncOperation::Patch; // the row is there: the same columns are set
    const Result<QStringList> parts = table.keyParts(item.entry.recordId);
    if (!parts) {
        failure = parts.failure();
        return;
    }
    // A patch of a row that nobody here has seen is never done: it only asks for the row.
    const bool sendsColumns = operation == SyncOperation::Upsert || (operation == SyncOperation::Patch && isBased);
    QVariantMap values = sendsColumns ? item.entry.payload : QVariantMap();
    values.remove(table.updatedAt);
    for (const QString &column : qAsConst(table.key))
        values.remove(column);
    columns = values.keys();
    for (qsizetype i = 0; i < table.key.size(); ++i)
        values.insert(table.key.at(i), parts->at(i));
    const Result<QByteArray> text = Json::serialize(values);
    if (!text) {
        failure = text.failure();
        return;
    }
    row = *text;
    id = Json::toText(item.entry.id);
    const std::optional<QString> version = isBased ? versionOf(table, *item.entry.base) : std::nullopt;
    base = version ? Json::toText(*version) : QByteArrayLiteral("null");
}

bool KitChange::joins(const KitChange &other) const
{
    return operation == other.operation && isBased == other.isBased && columns == other.columns && table == other.table;
}

qsizetype runLength(const QList<KitChange> &changes, qsizetype first)
{
    qsizetype count = 1;
    while (first + count < changes.size() && changes.at(first + count).joins(changes.at(first)))
        ++count;
    return count;
}

QByteArray kitRequest(const QList<KitChange> &changes)
{
    QByteArray text = QByteArrayLiteral("{\"version\":") + QByteArray::number(kitVersion) + ",\"runs\":[";
    for (qsizetype first = 0; first < changes.size();) {
        const qsizetype count = runLength(changes, first);
        if (first > 0)
            text.append(',');
        text.append(runHead(changes.at(first)));
        appendMember(text, "ids", changes, first, count, &KitChange::id);
        if (changes.at(first).isBased)
            appendMember(text, "bases", changes, first, count, &KitChange::base);
        appendMember(text, "rows", changes, first, count, &KitChange::row);
        text.append('}');
        first += count;
    }
    text.append("]}");
    return text;
}

} // namespace Tideline::Rest
