// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitchanges.h"

#include "http/replyclassifier.h"
#include "plain/rowreader.h"

#include <tideline/core/json.h>

namespace Tideline::Rest {

namespace {

bool isList(const QVariant &value)
{
    return value.typeId() == QMetaType::QVariantList;
}

// Why the answer cannot be one to this request; empty where it can.
QString flaw(const TableCursor &wanted, const QVariantMap &answer)
{
    const QVariant rows = answer.value(QStringLiteral("rows"));
    const QVariant removed = answer.value(QStringLiteral("removed"));
    const QVariant cursor = answer.value(QStringLiteral("cursor"));
    const QVariant count = answer.value(QStringLiteral("count"));
    const bool hasMore = answer.value(QStringLiteral("more")).toBool();
    if (rows.isValid() && !isList(rows))
        return QStringLiteral("its rows are no list");
    if (removed.isValid() && !isList(removed))
        return QStringLiteral("its removed keys are no list");
    if (cursor.isValid() && (cursor.typeId() != QMetaType::QString || cursor.toString().isEmpty()))
        return QStringLiteral("its cursor is no text");
    if (count.isValid() && count.typeId() != QMetaType::LongLong)
        return QStringLiteral("its count is no number");
    if (!cursor.isValid() && (!rows.toList().isEmpty() || !removed.toList().isEmpty()))
        return QStringLiteral("it has changes, but no cursor");
    if (hasMore && cursor.isValid() && cursor.toString() == wanted.cursor)
        return QStringLiteral("there is more of it, but behind the same cursor");
    return {};
}

TableChanges failed(const TableCursor &wanted, const Failure &failure)
{
    TableChanges changes;
    changes.table = wanted.table.name;
    changes.failure = failure;
    return changes;
}

Failure misshapen(const TableConfig &table, const QString &why)
{
    return {Failure::Code::Deserialization,
            QStringLiteral("The server kit's answer about table %1 cannot be read (%2). Update the server kit, or set "
                           "mode to plain.")
                .arg(table.name, why)};
}

} // namespace

bool isForeignCursor(const QString &cursor)
{
    if (cursor.isEmpty())
        return false;
    const Result<QVariantMap> parsed = Json::parseObject(cursor.toUtf8());
    return !parsed || !parsed->contains(QStringLiteral("log"));
}

Result<QByteArray> kitWish(const TableCursor &wanted)
{
    const TableConfig &table = wanted.table;
    const bool hasCursor = !wanted.cursor.isEmpty() && !isForeignCursor(wanted.cursor);
    QVariantMap wish{
        {QStringLiteral("table"), table.name},
        {QStringLiteral("key"), table.key},
        {QStringLiteral("updatedAt"), table.updatedAt},
        {QStringLiteral("cursor"), hasCursor ? QVariant(wanted.cursor) : QVariant()},
        {QStringLiteral("count"), wanted.wantsRowCount},
    };
    if (!table.filter.isEmpty())
        wish.insert(QStringLiteral("filter"), table.filter);
    return Json::serialize(wish);
}

std::optional<QString> untrackedReason(const QVariantMap &answer)
{
    const QVariant reason = answer.value(QStringLiteral("untracked"));
    return reason.isValid() ? std::optional<QString>(reason.toString()) : std::nullopt;
}

TableChanges kitChanges(const TableCursor &wanted, const QVariantMap &answer)
{
    if (const QVariant error = answer.value(QStringLiteral("error")); error.isValid()) {
        const QVariantMap fields = error.toMap();
        return failed(wanted, databaseFailure(fields.value(QStringLiteral("code")).toString(),
                                              fields.value(QStringLiteral("message")).toString()));
    }
    if (const QString why = flaw(wanted, answer); !why.isEmpty())
        return failed(wanted, misshapen(wanted.table, why));

    TableChanges changes;
    changes.table = wanted.table.name;
    const QVariant cursor = answer.value(QStringLiteral("cursor"));
    changes.cursor = cursor.isValid() ? cursor.toString() : wanted.cursor;
    changes.hasMore = answer.value(QStringLiteral("more")).toBool();
    changes.isReset =
        answer.value(QStringLiteral("reset")).toBool() || (cursor.isValid() && isForeignCursor(wanted.cursor));
    if (const QVariant count = answer.value(QStringLiteral("count")); count.isValid())
        changes.rowCount = count.toLongLong();
    const QVariantList rows = answer.value(QStringLiteral("rows")).toList();
    changes.rows.reserve(rows.size());
    for (const QVariant &row : rows)
        changes.rows.append(remoteRow(wanted.table, row));
    const QVariantList removed = answer.value(QStringLiteral("removed")).toList();
    changes.removedIds.reserve(removed.size());
    for (const QVariant &key : removed) {
        const QString recordId = wanted.table.recordIdOf(key.toMap());
        if (recordId.isEmpty())
            return failed(wanted, misshapen(wanted.table, QStringLiteral("a removed record has no key")));
        changes.removedIds.append(recordId);
    }
    return changes;
}

} // namespace Tideline::Rest
