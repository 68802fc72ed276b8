// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/models/entrymodel.h>

#include <tideline/core/json.h>
#include <tideline/core/syncevent.h>
#include <tideline/models/synchronize_p.h>
#include <tideline/stores/storage.h>

namespace Tideline {

namespace {

class Row
{
public:
    SyncEntry entry;
    qint64 size = 0; // of the payload as it is stored, before masking

    QString key() const { return entry.id; }
    friend bool operator==(const Row &, const Row &) = default;
};

} // namespace

class EntryModel::Private
{
public:
    QList<Row> rows;
    EntryFilter filter;
};

/*!
    \class Tideline::EntryModel
    \inmodule Tideline
    \inheaderfile tideline/models/entrymodel.h
    \brief Queued changes or dead letters as a table.

    Which entries it shows is setFilter()'s decision; without one, it shows those that are pending or in flight. They
    stand in the queue's order. Beyond \c maximumRows it holds those at the head of the queue: what blocks stands there.

    Each cell gives a raw value (a number, a QDateTime, a text in the spelling of the command line); QML finds the
    fields of a row under role names (\c entryId, \c table, \c payload, ...).

    \sa StorageModel
*/

/*!
    A model of the pending entries, as a child of \a parent. It is empty until StorageModel::setStorage() and refresh().
*/
EntryModel::EntryModel(QObject *parent)
    : StorageModel(parent)
    , d(std::make_unique<Private>())
{
    d->filter.states = {EntryState::Pending, EntryState::InFlight};
}

EntryModel::~EntryModel() = default;

/*!
    Which entries it shows.
*/
EntryFilter EntryModel::filter() const
{
    return d->filter;
}

/*!
    \enum Tideline::EntryModel::Column
    The columns of the table; the header has their names in the user's language.

    \value SequenceColumn The place in the queue, a number.
    \value StateColumn The state, as toText() spells it.
    \value TableColumn The table.
    \value RecordIdColumn The record's id.
    \value OperationColumn The operation, as toText() spells it.
    \value AttemptsColumn How many refusals were counted.
    \value CreatedAtColumn When the change was made.
    \value NextRetryAtColumn When it will be sent again; invalid where it waits for no time.
    \value FinishedAtColumn When it was done, given up or superseded; invalid before.
    \value SizeColumn The size of the payload as JSON, in bytes, before masking.
    \value ErrorColumn The last failure's detail.
    \value ColumnCount How many columns there are.
*/

/*!
    \enum Tideline::EntryModel::EntryRole
    The fields of a row, whatever the column. In parentheses the names in QML. What they hold is described at SyncEntry.

    \value IdRole (\c entryId) QString.
    \value SequenceRole (\c sequence) qint64.
    \value StateRole (\c state) EntryState.
    \value TableRole (\c table) QString.
    \value RecordIdRole (\c recordId) QString.
    \value OperationRole (\c operation) SyncOperation.
    \value PayloadRole (\c payload) QVariantMap, masked.
    \value BaseRole (\c base) QVariantMap, masked; invalid where there is none.
    \value RetryCountRole (\c retryCount) int.
    \value CreatedAtRole (\c createdAt) QDateTime.
    \value NextRetryAtRole (\c nextRetryAt) QDateTime.
    \value FinishedAtRole (\c finishedAt) QDateTime.
    \value SizeRole (\c size) qint64, in bytes.
    \value HeldByRole (\c heldBy) QString.
    \value ErrorRole (\c error) Failure.
*/

/*!
    Shows the entries that \a filter finds, at once where there is a storage. A limit above \c maximumRows is lowered to
    it.
*/
void EntryModel::setFilter(const EntryFilter &filter)
{
    d->filter = filter;
    refresh();
}

/*!
    The entry at \a row, with sensitive fields masked; \a row must be one of the model's.
*/
SyncEntry EntryModel::entry(int row) const
{
    return d->rows.at(row).entry;
}

/*!
    What became of each attempt to send the entry at \a row, oldest first. Reads the storage; fails with Invalid without
    one.
*/
Result<QList<SyncAttempt>> EntryModel::attempts(int row) const
{
    if (!storage())
        return Failure(Failure::Code::Invalid, QStringLiteral("The model has no storage. Call setStorage() first."));
    return storage()->queue().attempts(d->rows.at(row).entry.id);
}

/*! \reimp */
int EntryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->rows.size());
}

/*! \reimp */
int EntryModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

/*! \reimp */
QHash<int, QByteArray> EntryModel::roleNames() const
{
    QHash<int, QByteArray> names = StorageModel::roleNames();
    names.insert({{IdRole, QByteArrayLiteral("entryId")},
                  {SequenceRole, QByteArrayLiteral("sequence")},
                  {StateRole, QByteArrayLiteral("state")},
                  {TableRole, QByteArrayLiteral("table")},
                  {RecordIdRole, QByteArrayLiteral("recordId")},
                  {OperationRole, QByteArrayLiteral("operation")},
                  {PayloadRole, QByteArrayLiteral("payload")},
                  {BaseRole, QByteArrayLiteral("base")},
                  {RetryCountRole, QByteArrayLiteral("retryCount")},
                  {CreatedAtRole, QByteArrayLiteral("createdAt")},
                  {NextRetryAtRole, QByteArrayLiteral("nextRetryAt")},
                  {FinishedAtRole, QByteArrayLiteral("finishedAt")},
                  {SizeRole, QByteArrayLiteral("size")},
                  {HeldByRole, QByteArrayLiteral("heldBy")},
                  {ErrorRole, QByteArrayLiteral("error")}});
    return names;
}

/*! \reimp */
Result<qint64> EntryModel::read(Storage &source)
{
    EntryFilter filter = d->filter;
    if (filter.limit < 0 || filter.limit > maximumRows)
        filter.limit = maximumRows;
    const Result<qint64> total = source.queue().entryCount(filter);
    if (!total)
        return total.failure();
    const Result<QList<SyncEntry>> entries = source.queue().entries(filter);
    if (!entries)
        return entries.failure();
    QList<Row> fresh;
    fresh.reserve(entries->size());
    for (const SyncEntry &entry : *entries)
        fresh.append({masked(entry, sensitiveFields()), Json::toText(entry.payload).size()});
    synchronize(d->rows, fresh);
    return *total;
}

/*! \reimp */
void EntryModel::dropRows()
{
    d->rows.clear();
}

/*! \reimp */
QString EntryModel::columnTitle(int column) const
{
    switch (static_cast<Column>(column)) {
    case SequenceColumn:
        return tr("No.");
    case StateColumn:
        return tr("State");
    case TableColumn:
        return tr("Table");
    case RecordIdColumn:
        return tr("Record");
    case OperationColumn:
        return tr("Operation");
    case AttemptsColumn:
        return tr("Retries");
    case CreatedAtColumn:
        return tr("Queued");
    case NextRetryAtColumn:
        return tr("Next attempt");
    case FinishedAtColumn:
        return tr("Given up");
    case SizeColumn:
        return tr("Size");
    case ErrorColumn:
        return tr("Last error");
    case ColumnCount:
        break;
    }
    return {};
}

/*! \reimp */
QVariant EntryModel::value(int row, int column) const
{
    const SyncEntry &entry = d->rows.at(row).entry;
    switch (static_cast<Column>(column)) {
    case SequenceColumn:
        return entry.sequence;
    case StateColumn:
        return toText(entry.state);
    case TableColumn:
        return entry.table;
    case RecordIdColumn:
        return entry.recordId;
    case OperationColumn:
        return toText(entry.operation);
    case AttemptsColumn:
        return entry.retryCount;
    case CreatedAtColumn:
        return entry.createdAt;
    case NextRetryAtColumn:
        return entry.nextRetryAt;
    case FinishedAtColumn:
        return entry.finishedAt;
    case SizeColumn:
        return d->rows.at(row).size;
    case ErrorColumn:
        return entry.error.detail;
    case ColumnCount:
        break;
    }
    return {};
}

/*! \reimp */
QVariant EntryModel::field(int row, int role) const
{
    const SyncEntry &entry = d->rows.at(row).entry;
    switch (role) {
    case DocumentRole:
        return toVariantMap(entry);
    case IdRole:
        return entry.id;
    case SequenceRole:
        return entry.sequence;
    case StateRole:
        return QVariant::fromValue(entry.state);
    case TableRole:
        return entry.table;
    case RecordIdRole:
        return entry.recordId;
    case OperationRole:
        return QVariant::fromValue(entry.operation);
    case PayloadRole:
        return entry.payload;
    case BaseRole:
        return toVariant(entry.base);
    case RetryCountRole:
        return entry.retryCount;
    case CreatedAtRole:
        return entry.createdAt;
    case NextRetryAtRole:
        return entry.nextRetryAt;
    case FinishedAtRole:
        return entry.finishedAt;
    case SizeRole:
        return d->rows.at(row).size;
    case HeldByRole:
        return entry.heldBy;
    case ErrorRole:
        return QVariant::fromValue(entry.error);
    default:
        return {};
    }
}

} // namespace Tideline
