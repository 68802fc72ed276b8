// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/models/storagemodel.h>

#include <tideline/stores/storage.h>

namespace Tideline {

class StorageModel::Private
{
public:
    Storage *storage = nullptr;
    qint64 totalCount = 0;
    Failure failure;
    QStringList sensitiveFields;
};

/*!
    \class Tideline::StorageModel
    \inmodule Tideline
    \inheaderfile tideline/models/storagemodel.h
    \brief The base of the models over a database: EntryModel, ConflictModel, CursorModel and EventModel.

    A model shows copies of what its storage's listings give. refresh() reads them again and applies the difference as
    insertions, removals and changes, never as a reset, so that a view keeps its selection and its scroll position.
    Connect it to SyncEngine::queueChanged(), or call it when Storage::dataVersion() has changed.

    A model lives on the thread of its storage. The rows stay as they are when the storage goes; call
    \c{setStorage(nullptr)} before that.

    At most \c maximumRows rows are held; totalCount() says how many there are, so that a view can tell.
*/

/*!
    \property Tideline::StorageModel::totalCount
    How many rows the filter finds, also beyond those that are shown; -1 when there are more than are shown and the
    storage does not count them.
*/

/*!
    \property Tideline::StorageModel::failure
    Why the last refresh() failed. The rows of the one before stay shown.
*/

/*!
    \property Tideline::StorageModel::sensitiveFields
    Names of fields whose values are replaced by \c{***}, at any depth, in everything that the model gives.
*/

/*!
    \property Tideline::StorageModel::count
    How many rows are shown.
*/

/*!
    \variable Tideline::StorageModel::maximumRows
    How many rows a model holds at most, whatever its filter says.
*/

/*!
    \enum Tideline::StorageModel::Role
    What every cell gives beside Qt's own roles.

    \value SortRole The cell's raw value, a QDateTime, a number or a text; the same as Qt::DisplayRole.
    \value DocumentRole The row as the JSON object of the command line.
    \value FirstOwnRole Where the roles of a derived model begin.
*/

/*!
    \fn void Tideline::StorageModel::countChanged()
    Rows have come or gone, or totalCount has changed.
*/

/*!
    \fn void Tideline::StorageModel::refreshed()
    A refresh() has ended, well or not.
*/

/*!
    \fn Result<qint64> Tideline::StorageModel::read(Storage &source)
    Reads the rows from \a source and hands them to synchronize(). Answers how many there are in all, -1 where that is
    not counted.
*/

/*!
    \fn void Tideline::StorageModel::dropRows()
    Forgets the rows, within a reset of the model.
*/

/*!
    \fn QString Tideline::StorageModel::columnTitle(int column) const
    The title of \a column in the user's language.
*/

/*!
    \fn QVariant Tideline::StorageModel::value(int row, int column) const
    The raw value of the cell in \a row and \a column.
*/

/*!
    \fn QVariant Tideline::StorageModel::field(int row, int role) const
    What \a row gives for \a role, one of the user's roles but SortRole.
*/

/*!
    Called by the derived models; \a parent owns the model.
*/

StorageModel::StorageModel(QObject *parent)
    : QAbstractTableModel(parent)
    , d(std::make_unique<Private>())
{
    const auto announce = [this] { Q_EMIT countChanged(); };
    connect(this, &QAbstractItemModel::rowsInserted, this, announce);
    connect(this, &QAbstractItemModel::rowsRemoved, this, announce);
    connect(this, &QAbstractItemModel::modelReset, this, announce);
}

StorageModel::~StorageModel() = default;

/*!
    What it shows; null where setStorage() was not called yet. Not owned.
*/
Storage *StorageModel::storage() const
{
    return d->storage;
}

/*!
    Shows \a storage, which must outlive the model or its next setStorage(). Another storage empties the model until
    refresh(); a null one leaves the rows as they are, and refresh() does nothing.
*/
void StorageModel::setStorage(Storage *storage)
{
    if (d->storage == storage)
        return;
    d->storage = storage;
    if (!storage)
        return;
    beginResetModel();
    dropRows();
    d->totalCount = 0;
    d->failure = {};
    endResetModel();
}

/*!
    Reads the storage and shows what differs. Returns false where that failed, failure() says why, or where there is no
    storage.
*/
bool StorageModel::refresh()
{
    if (!d->storage)
        return false;
    const Result<qint64> total = read(*d->storage);
    d->failure = total.failure();
    if (total && *total != d->totalCount) {
        d->totalCount = *total;
        Q_EMIT countChanged();
    }
    Q_EMIT refreshed();
    return total.ok();
}

int StorageModel::count() const
{
    return rowCount();
}

qint64 StorageModel::totalCount() const
{
    return d->totalCount;
}

Failure StorageModel::failure() const
{
    return d->failure;
}

QStringList StorageModel::sensitiveFields() const
{
    return d->sensitiveFields;
}

void StorageModel::setSensitiveFields(const QStringList &fields)
{
    if (d->sensitiveFields == fields)
        return;
    d->sensitiveFields = fields;
    Q_EMIT sensitiveFieldsChanged();
    refresh();
}

/*! \reimp */
QVariant StorageModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    if (role == Qt::DisplayRole || role == SortRole)
        return value(index.row(), index.column());
    return role < Qt::UserRole ? QVariant() : field(index.row(), role);
}

/*! \reimp */
QVariant StorageModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole && section >= 0 && section < columnCount())
        return columnTitle(section);
    return QAbstractTableModel::headerData(section, orientation, role);
}

/*! \reimp */
QHash<int, QByteArray> StorageModel::roleNames() const
{
    QHash<int, QByteArray> names = QAbstractTableModel::roleNames();
    names.insert(SortRole, QByteArrayLiteral("sortValue"));
    names.insert(DocumentRole, QByteArrayLiteral("document"));
    return names;
}

} // namespace Tideline
