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
    \inheaderfile tideline/models/conflictmodel.h
    \brief Conflicts, settled and open, as a table; oldest first.

    Beyond \c maximumRows it holds the newest, and totalCount() is -1.

    \sa StorageModel, differences()
*/

/*!
    A model of all conflicts, as a child of \a parent. It is empty until StorageModel::setStorage() and refresh().
*/
ConflictModel::ConflictModel(QObject *parent)
    : StorageModel(parent)
    , d(std::make_unique<Private>())
{
}

ConflictModel::~ConflictModel() = default;

/*!
    Which conflicts it shows.
*/
JournalFilter ConflictModel::filter() const
{
    return d->filter;
}

/*!
    \enum Tideline::ConflictModel::Column
    The columns of the table; the header has their names in the user's language.

    \value AtColumn When it was found or last changed.
    \value StateColumn \c open or \c resolved.
    \value TableColumn The table.
    \value RecordIdColumn The record's id.
    \value StrategyColumn The strategy, as toText() spells it.
    \value ChangedKeysColumn The names of the columns that either side has changed, in one text.
    \value ColumnCount How many columns there are.
*/

/*!
    \enum Tideline::ConflictModel::ConflictRole
    The fields of a row, whatever the column. In parentheses the names in QML. What they hold is described at
    ConflictRecord.

    \value IdRole (\c conflictId) QString.
    \value AtRole (\c at) QDateTime.
    \value OpenRole (\c open) bool.
    \value TableRole (\c table) QString.
    \value RecordIdRole (\c recordId) QString.
    \value StrategyRole (\c strategy) ConflictStrategy.
    \value ChangedKeysRole (\c changedKeys) QStringList: the columns that either side has changed.
    \value BaseRole (\c base) QVariantMap, masked, like the others; invalid where the row does not exist.
    \value LocalRole (\c local) QVariantMap.
    \value RemoteRole (\c remote) QVariantMap.
    \value ResolvedRole (\c resolved) QVariantMap.
*/

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
    The versions of the conflict at \a row side by side, changed columns first. They were compared before masking: a
    masked column still tells that it changed.
*/
QList<FieldDifference> ConflictModel::fields(int row) const
{
    return d->rows.at(row).fields;
}

/*! \reimp */
int ConflictModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->rows.size());
}

/*! \reimp */
int ConflictModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

/*! \reimp */
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

/*! \reimp */
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

/*! \reimp */
void ConflictModel::dropRows()
{
    d->rows.clear();
}

/*! \reimp */
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

/*! \reimp */
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

/*! \reimp */
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
