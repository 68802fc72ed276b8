// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/models/cursormodel.h>

#include <tideline/models/synchronize_p.h>
#include <tideline/stores/storage.h>

namespace Tideline {

namespace {

class Row
{
public:
    SyncCursor cursor;

    QString key() const { return cursor.table; }
    friend bool operator==(const Row &, const Row &) = default;
};

QVariant timeOrNull(const QDateTime &time)
{
    return time.isValid() ? QVariant(toText(time)) : QVariant();
}

} // namespace

class CursorModel::Private
{
public:
    QList<Row> rows;
};

/*!
    \class Tideline::CursorModel
    \inmodule Tideline
    \inheaderfile tideline/models/cursormodel.h
    \brief How far each table was pulled, by table name.

    A cursor's value is opaque: it is shown as it is stored.

    \sa StorageModel
*/

/*!
    A model of all cursors, as a child of \a parent. It is empty until StorageModel::setStorage() and refresh().
*/
CursorModel::CursorModel(QObject *parent)
    : StorageModel(parent)
    , d(std::make_unique<Private>())
{
}

CursorModel::~CursorModel() = default;

/*!
    \enum Tideline::CursorModel::Column
    The columns of the table; the header has their names in the user's language.

    \value TableColumn The table.
    \value PulledAtColumn When a pull last reached its end.
    \value ReconciledAtColumn When its ids were last compared with the server's.
    \value ValueColumn The cursor as it is stored.
    \value ColumnCount How many columns there are.
*/

/*!
    \enum Tideline::CursorModel::CursorRole
    The fields of a row, whatever the column. In parentheses the names in QML. What they hold is described at
    SyncCursor.

    \value TableRole (\c table) QString.
    \value PulledAtRole (\c pulledAt) QDateTime.
    \value ReconciledAtRole (\c reconciledAt) QDateTime.
    \value ValueRole (\c value) QString.
*/

/*!
    The cursor at \a row, which must be one of the model's.
*/
SyncCursor CursorModel::cursor(int row) const
{
    return d->rows.at(row).cursor;
}

/*! \reimp */
int CursorModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->rows.size());
}

/*! \reimp */
int CursorModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

/*! \reimp */
QHash<int, QByteArray> CursorModel::roleNames() const
{
    QHash<int, QByteArray> names = StorageModel::roleNames();
    names.insert({{TableRole, QByteArrayLiteral("table")},
                  {PulledAtRole, QByteArrayLiteral("pulledAt")},
                  {ReconciledAtRole, QByteArrayLiteral("reconciledAt")},
                  {ValueRole, QByteArrayLiteral("value")}});
    return names;
}

/*! \reimp */
Result<qint64> CursorModel::read(Storage &source)
{
    const Result<QList<SyncCursor>> cursors = source.timestamps().cursors();
    if (!cursors)
        return cursors.failure();
    QList<Row> fresh;
    for (const SyncCursor &cursor : cursors->mid(0, maximumRows))
        fresh.append(Row{cursor});
    synchronize(d->rows, fresh);
    return cursors->size();
}

/*! \reimp */
void CursorModel::dropRows()
{
    d->rows.clear();
}

/*! \reimp */
QString CursorModel::columnTitle(int column) const
{
    switch (static_cast<Column>(column)) {
    case TableColumn:
        return tr("Table");
    case PulledAtColumn:
        return tr("Last pulled");
    case ReconciledAtColumn:
        return tr("Ids compared");
    case ValueColumn:
        return tr("Cursor");
    case ColumnCount:
        break;
    }
    return {};
}

/*! \reimp */
QVariant CursorModel::value(int row, int column) const
{
    const SyncCursor &cursor = d->rows.at(row).cursor;
    switch (static_cast<Column>(column)) {
    case TableColumn:
        return cursor.table;
    case PulledAtColumn:
        return cursor.pulledAt;
    case ReconciledAtColumn:
        return cursor.reconciledAt;
    case ValueColumn:
        return cursor.value;
    case ColumnCount:
        break;
    }
    return {};
}

/*! \reimp */
QVariant CursorModel::field(int row, int role) const
{
    const SyncCursor &cursor = d->rows.at(row).cursor;
    switch (role) {
    case DocumentRole:
        return QVariantMap{{QStringLiteral("table"), cursor.table},
                           {QStringLiteral("cursor"), cursor.value},
                           {QStringLiteral("lastPulledAt"), timeOrNull(cursor.pulledAt)},
                           {QStringLiteral("reconciledAt"), timeOrNull(cursor.reconciledAt)}};
    case TableRole:
        return cursor.table;
    case PulledAtRole:
        return cursor.pulledAt;
    case ReconciledAtRole:
        return cursor.reconciledAt;
    case ValueRole:
        return cursor.value;
    default:
        return {};
    }
}

} // namespace Tideline
