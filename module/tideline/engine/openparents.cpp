// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/openparents.h>

#include <QtCore/QSet>

namespace Tideline {

namespace {

constexpr qsizetype longestKey = 100; // texts that are longer are no keys

// What may be somebody's key among the row's values, spelled as one.
QSet<QString> possibleKeys(const SyncEntry &child)
{
    QSet<QString> keys;
    for (const QVariant &value : child.payload) {
        switch (value.typeId()) {
        case QMetaType::QString:
        case QMetaType::Int:
        case QMetaType::LongLong:
        case QMetaType::ULongLong:
            if (const QString text = value.toString(); !text.isEmpty() && text.size() <= longestKey)
                keys.insert(text);
            break;
        default:
            break;
        }
    }
    return keys;
}

} // namespace

Result<QList<SyncEntry>> openParents(Storage &storage, const TableCatalog &tables, const SyncEntry &child)
{
    QList<SyncEntry> parents;
    const QSet<QString> keys = possibleKeys(child);
    for (const TableConfig &table : tables) {
        if (table.key.size() != 1)
            continue;
        for (const QString &key : keys) {
            const Result<QString> recordId = table.canonicalRecordId(key);
            if (!recordId || (table.name == child.table && *recordId == child.recordId))
                continue;
            const Result<QList<SyncEntry>> open = storage.queue().openEntries(table.name, *recordId);
            if (!open)
                return open.failure();
            parents.append(*open);
        }
    }
    return parents;
}

} // namespace Tideline
