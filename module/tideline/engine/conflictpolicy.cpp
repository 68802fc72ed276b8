// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>
#include <tideline/core/syncevent.h>
#include <tideline/engine/conflictpolicy.h>

#include <algorithm>

namespace Tideline {

namespace {

bool isSentColumn(const TableConfig &table, const QString &column)
{
    return column != table.updatedAt && !table.key.contains(column);
}

bool isLocalNewer(const ConflictCase &conflict)
{
    // A row deleted for good has no time: the edit that a person still has in hands wins.
    if (!conflict.remote)
        return true;
    const QDateTime remoteTime =
        QDateTime::fromString(conflict.remote->value(conflict.table.updatedAt).toString(), Qt::ISODateWithMs);
    if (!remoteTime.isValid())
        return true;
    const QDateTime localTime = conflict.pending.constLast().createdAt.addMSecs(conflict.clockOffset);
    return localTime > remoteTime;
}

// The local side's wish, on top of the server's row; where that is gone, all that the local row has.
RowVersion localWins(const ConflictCase &conflict)
{
    RowVersion view = localView(conflict.table, conflict.remote, conflict.pending);
    const bool isMarkedHere =
        std::any_of(conflict.pending.cbegin(), conflict.pending.cend(),
                    [&](const SyncEntry &entry) { return entry.payload.contains(conflict.table.deletedAt); });
    if (view && conflict.remote && isDeleted(conflict.table, conflict.remote) && !isMarkedHere)
        view->insert(conflict.table.deletedAt, QVariant()); // an edit that wins over a deletion brings the row back
    if (!view || conflict.remote)
        return view;
    QVariantMap whole = conflict.local.value_or(QVariantMap());
    whole.insert(*view);
    return whole;
}

RowVersion fieldMerge(const ConflictCase &conflict, bool isLocalPreferred)
{
    const QVariantMap base = conflict.pending.constFirst().base.value_or(QVariantMap());
    const QVariantMap local = *localView(conflict.table, conflict.pending.constFirst().base, conflict.pending);
    QVariantMap merged = *conflict.remote;
    for (auto it = local.cbegin(); it != local.cend(); ++it) {
        const QString &column = it.key();
        if (!isSentColumn(conflict.table, column) || Json::equivalent(it.value(), base.value(column)))
            continue; // not changed here
        const bool isRemoteChanged =
            conflict.remote->contains(column) && !Json::equivalent(conflict.remote->value(column), base.value(column));
        if (!isRemoteChanged || isLocalPreferred)
            merged.insert(column, it.value());
    }
    return merged;
}

} // namespace

RowVersion completed(const ConflictCase &conflict, ConflictStrategy strategy, const RowVersion &choice)
{
    if (!choice)
        return choice;
    const bool isMerging = strategy == ConflictStrategy::FieldMerge && conflict.remote && !conflict.pending.isEmpty()
                           && conflict.pending.constLast().operation != SyncOperation::Delete;
    const RowVersion whole = conflict.remote ? conflict.remote : conflict.local;
    QVariantMap row = isMerging ? *fieldMerge(conflict, false) : whole.value_or(QVariantMap());
    if (isDeleted(conflict.table, conflict.remote) && !conflict.table.deletedAt.isEmpty())
        row.insert(conflict.table.deletedAt, QVariant()); // unless the choice says otherwise: a row, not a deletion
    row.insert(*choice);
    if (conflict.remote)
        row.insert(conflict.table.updatedAt, conflict.remote->value(conflict.table.updatedAt));
    return row;
}

qsizetype shownCount(const TableConfig &table, const QList<SyncEntry> &pending, const RowVersion &local)
{
    const auto isShown = [&](const RowVersion &view) {
        if (!view || !local)
            return !view && !local;
        for (auto it = view->cbegin(); it != view->cend(); ++it) {
            if (!Json::equivalent(it.value(), local->value(it.key())))
                return false;
        }
        return true;
    };
    for (qsizetype count = pending.size(); count > 0; --count) {
        if (isShown(localView(table, pending.constFirst().base, pending.first(count))))
            return count;
    }
    return 0;
}

bool isSameQuestion(const ConflictRecord &left, const ConflictRecord &right)
{
    const auto isSame = [](const RowVersion &one, const RowVersion &other) {
        return Json::equivalent(toVariant(one), toVariant(other));
    };
    return left.id == right.id && isSame(left.base, right.base) && isSame(left.local, right.local)
           && isSame(left.remote, right.remote);
}

bool isDeleted(const TableConfig &table, const RowVersion &row)
{
    return !row || (!table.deletedAt.isEmpty() && !row->value(table.deletedAt).isNull());
}

bool isSameVersion(const TableConfig &table, const RowVersion &left, const RowVersion &right)
{
    if (!left || !right)
        return !left && !right;
    return Json::equivalent(left->value(table.updatedAt), right->value(table.updatedAt));
}

bool isFulfilled(const TableConfig &table, const SyncEntry &entry, const RowVersion &remote)
{
    if (entry.operation == SyncOperation::Delete)
        return isDeleted(table, remote);
    if (!remote)
        return false;
    for (auto it = entry.payload.cbegin(); it != entry.payload.cend(); ++it) {
        if (isSentColumn(table, it.key()) && !Json::equivalent(it.value(), remote->value(it.key())))
            return false;
    }
    return true;
}

RowVersion localView(const TableConfig &table, const RowVersion &remote, const QList<SyncEntry> &open)
{
    RowVersion view = remote;
    for (const SyncEntry &entry : open) {
        if (entry.isUnsynced()) {
            if (entry.operation == SyncOperation::Delete) {
                view.reset();
            } else {
                QVariantMap row = view.value_or(QVariantMap());
                row.insert(entry.payload);
                view = row;
            }
            continue;
        }
        if (!view || !entry.base || entry.operation == SyncOperation::Delete)
            continue;
        for (auto it = entry.payload.cbegin(); it != entry.payload.cend(); ++it) {
            const QString &column = it.key();
            if (isSentColumn(table, column) && Json::equivalent(view->value(column), entry.base->value(column)))
                view->insert(column, it.value());
        }
    }
    return view;
}

QVariantMap difference(const TableConfig &table, const QVariantMap &wanted, const QVariantMap &remote)
{
    QVariantMap columns;
    for (auto it = wanted.cbegin(); it != wanted.cend(); ++it) {
        if (isSentColumn(table, it.key()) && !Json::equivalent(it.value(), remote.value(it.key())))
            columns.insert(it.key(), it.value());
    }
    return columns;
}

Decision decide(const ConflictCase &conflict, ConflictStrategy strategy, ConflictStrategy mergeFallback)
{
    switch (strategy) {
    case ConflictStrategy::LastWriteWins:
        return {false, isLocalNewer(conflict) ? localWins(conflict) : conflict.remote};
    case ConflictStrategy::ServerWins:
        return {false, conflict.remote};
    case ConflictStrategy::ClientWins:
        return {false, localWins(conflict)};
    case ConflictStrategy::Custom:
    case ConflictStrategy::Manual:
        return {true, {}};
    case ConflictStrategy::FieldMerge: {
        const RowVersion local = localView(conflict.table, conflict.remote, conflict.pending);
        if (mergeFallback == ConflictStrategy::FieldMerge)
            mergeFallback = ConflictStrategy::LastWriteWins;
        if (!local || isDeleted(conflict.table, conflict.remote))
            return decide(conflict, mergeFallback, mergeFallback);
        switch (mergeFallback) {
        case ConflictStrategy::ServerWins:
            return {false, fieldMerge(conflict, false)};
        case ConflictStrategy::ClientWins:
            return {false, fieldMerge(conflict, true)};
        case ConflictStrategy::LastWriteWins:
        case ConflictStrategy::FieldMerge:
            return {false, fieldMerge(conflict, isLocalNewer(conflict))};
        case ConflictStrategy::Custom:
        case ConflictStrategy::Manual:
            // Nobody needs to be asked when the edits do not meet.
            if (const RowVersion left = fieldMerge(conflict, true), right = fieldMerge(conflict, false);
                Json::equivalent(toVariant(left), toVariant(right)))
                return {false, left};
            return {true, {}};
        }
    }
    }
    Q_UNREACHABLE();
    return {};
}

} // namespace Tideline
