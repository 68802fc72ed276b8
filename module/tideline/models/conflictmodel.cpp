// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/models/conflictmodel.h>

#include <tideline/core/syncevent.h>
#include <tideline/models/synchronize_p.h>
#include <tideline/stores/storage.h>

namespace Tideline {

namespace {

class Row
{
public:
    ConflictRecord conflict;
    QList<FieldDifference> fields;

    QString key() const { return conflict.id; }
    friend bool operator==(const Row &, const Row &) = default;
};

QStringList changedKeys(const Row &row)
{
    QStringList keys;
    for (const FieldDifference &field : row.fields) {
        if (field.isChanged())
            keys.append(field.key);
    }
    return keys;
}

} // namespace

class ConflictModel::Private
{
public:
    QList<Row> rows;
    JournalFilter filter;
};

/*!
    \class Tideline::ConflictModel
    \inmodule Tideline
    \brief Conflicts, settled and open, as a table; oldest first.

    Beyond \c maximumRows it holds the newest, and totalCount() is -1.

    \sa StorageModel, differences()
*/

ConflictModel::ConflictModel(QObject *parent)
    : StorageModel(parent)
    , d(std::make_unique<Private>())
{
}

ConflictModel::~ConflictModel() = default;

JournalFilter ConflictModel::filter() const
{
    return d->filter;
}

/*!
    Shows the conflicts that \a filter finds, at once where there is a storage.
*/
void ConflictModel::setFilter(const JournalFilter &filter)
{
    d->filter = filter;
    refresh();
}

/*!
    The conflict at \a row, with sensitive fields masked; \a row must be one of the model's.
*/
ConflictRecord ConflictModel::conflict(int row) const
{
    return d->rows.at(row).conflict;
}

/*!
    Its versions side by side, changed columns first. They were compared before masking: a masked column still tells
    that it changed.
*/
QList<FieldDifference> ConflictModel::fields(int row) const
{
    return d->rows.at(row).fields;
}

int ConflictModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->rows.size());
}

int ConflictModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QHash<int, QByteArray> ConflictModel::roleNames() const
{
    QHash<int, QByteArray> names = StorageModel::roleNames();
    names.insert({{IdRole, QByteArrayLiteral("conflictId")},
                  {AtRole, QByteArrayLiteral("at")},
                  {OpenRole, QByteArrayLiteral("open")},
                  {TableRole, QByteArrayLiteral("table")},
                  {RecordIdRole, QByteArrayLiteral("recordId")},
                  {StrategyRole, QByteArrayLiteral("strategy")},
                  {ChangedKeysRole, QByteArrayLiteral("changedKeys")},
                  {BaseRole, QByteArrayLiteral("base")},
                  {LocalRole, QByteArrayLiteral("local")},
                  {RemoteRole, QByteArrayLiteral("remote")},
                  {ResolvedRole, QByteArrayLiteral("resolved")}});
    return names;
}

Result<qint64> ConflictModel::read(Storage &source)
{
    JournalFilter filter = d->filter;
    const bool isCapped = filter.limit < 0 || filter.limit > maximumRows;
    if (isCapped)
        filter.limit = maximumRows + 1; // one more tells that there are more
    Result<QList<ConflictRecord>> conflicts = source.journal().conflicts(filter);
    if (!conflicts)
        return conflicts.failure();
    const bool hasMore = isCapped && conflicts->size() > maximumRows;
    if (hasMore)
        conflicts->removeFirst();
    QList<Row> fresh;
    fresh.reserve(conflicts->size());
    for (const ConflictRecord &conflict : *conflicts)
        fresh.append({masked(conflict, sensitiveFields()), masked(differences(conflict), sensitiveFields())});
    synchronize(d->rows, fresh);
    return hasMore ? -1 : static_cast<qint64>(fresh.size());
}

void ConflictModel::dropRows()
{
    d->rows.clear();
}

QString ConflictModel::columnTitle(int column) const
{
    switch (static_cast<Column>(column)) {
    case AtColumn:
        return tr("Time");
    case StateColumn:
        return tr("State");
    case TableColumn:
        return tr("Table");
    case RecordIdColumn:
        return tr("Record");
    case StrategyColumn:
        return tr("Strategy");
    case ChangedKeysColumn:
        return tr("Changed columns");
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ConflictModel::value(int row, int column) const
{
    const ConflictRecord &conflict = d->rows.at(row).conflict;
    switch (static_cast<Column>(column)) {
    case AtColumn:
        return conflict.at;
    case StateColumn:
        return conflict.isOpen ? QStringLiteral("open") : QStringLiteral("resolved");
    case TableColumn:
        return conflict.table;
    case RecordIdColumn:
        return conflict.recordId;
    case StrategyColumn:
        return toText(conflict.strategy);
    case ChangedKeysColumn:
        return changedKeys(d->rows.at(row)).join(QStringLiteral(", "));
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ConflictModel::field(int row, int role) const
{
    const ConflictRecord &conflict = d->rows.at(row).conflict;
    switch (role) {
    case DocumentRole:
        return toVariantMap(conflict);
    case IdRole:
        return conflict.id;
    case AtRole:
        return conflict.at;
    case OpenRole:
        return conflict.isOpen;
    case TableRole:
        return conflict.table;
    case RecordIdRole:
        return conflict.recordId;
    case StrategyRole:
        return QVariant::fromValue(conflict.strategy);
    case ChangedKeysRole:
        return changedKeys(d->rows.at(row));
    case BaseRole:
        return toVariant(conflict.base);
    case LocalRole:
        return toVariant(conflict.local);
    case RemoteRole:
        return toVariant(conflict.remote);
    case ResolvedRole:
        return toVariant(conflict.resolved);
    default:
        return {};
    }
}

} // namespace Tideline
