// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/models/eventmodel.h>

#include <tideline/core/json.h>
#include <tideline/core/syncevent.h>
#include <tideline/models/synchronize_p.h>
#include <tideline/stores/storage.h>

namespace Tideline {

namespace {

class Row
{
public:
    LoggedEvent event;

    qint64 key() const { return event.sequence; }
    friend bool operator==(const Row &, const Row &) = default;
};

// The fields that say more than the other columns do.
QString detailText(const LoggedEvent &event)
{
    QVariantMap detail = event.detail;
    const QVariantMap error = detail.value(QStringLiteral("error")).toMap();
    if (!error.isEmpty())
        return error.value(QStringLiteral("detail")).toString();
    for (const char *known : {"event", "timestamp", "table", "recordId"})
        detail.remove(QString::fromLatin1(known));
    QStringList parts;
    for (auto it = detail.cbegin(); it != detail.cend(); ++it)
        parts.append(it.key() + QStringLiteral(": ") + QString::fromUtf8(Json::toText(it.value())));
    return parts.join(QStringLiteral(", "));
}

} // namespace

class EventModel::Private
{
public:
    QList<Row> rows;
    JournalFilter filter;
};

/*!
    \class Tideline::EventModel
    \inmodule Tideline
    \inheaderfile tideline/models/eventmodel.h
    \brief The log of the engine's events as a table; oldest first.

    A journal keeps the newest 10,000 events, which is also what the model holds at most.

    \sa StorageModel
*/

/*!
    A model of the whole log, as a child of \a parent. It is empty until StorageModel::setStorage() and refresh().
*/
EventModel::EventModel(QObject *parent)
    : StorageModel(parent)
    , d(std::make_unique<Private>())
{
}

EventModel::~EventModel() = default;

/*!
    Which events it shows.
*/
JournalFilter EventModel::filter() const
{
    return d->filter;
}

/*!
    \enum Tideline::EventModel::Column
    The columns of the table; the header has their names in the user's language.

    \value SequenceColumn The place in the log, a number.
    \value AtColumn When it happened.
    \value NameColumn The name of the event's class.
    \value TableColumn The table; may be empty.
    \value RecordIdColumn The record's id; may be empty.
    \value DetailColumn The failure's detail where there is one, else the fields that the other columns do not show.
    \value ColumnCount How many columns there are.
*/

/*!
    \enum Tideline::EventModel::EventRole
    The fields of a row, whatever the column. In parentheses the names in QML. What they hold is described at
    LoggedEvent; the whole event is in StorageModel::DocumentRole.

    \value SequenceRole (\c sequence) qint64.
    \value AtRole (\c at) QDateTime.
    \value NameRole (\c name) QString.
    \value TableRole (\c table) QString.
    \value RecordIdRole (\c recordId) QString.
*/

/*!
    Shows the events that \a filter finds, at once where there is a storage.
*/
void EventModel::setFilter(const JournalFilter &filter)
{
    d->filter = filter;
    refresh();
}

/*!
    The event at \a row, with sensitive fields masked; \a row must be one of the model's.
*/
LoggedEvent EventModel::loggedEvent(int row) const
{
    return d->rows.at(row).event;
}

/*! \reimp */
int EventModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->rows.size());
}

/*! \reimp */
int EventModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

/*! \reimp */
QHash<int, QByteArray> EventModel::roleNames() const
{
    QHash<int, QByteArray> names = StorageModel::roleNames();
    names.insert({{SequenceRole, QByteArrayLiteral("sequence")},
                  {AtRole, QByteArrayLiteral("at")},
                  {NameRole, QByteArrayLiteral("name")},
                  {TableRole, QByteArrayLiteral("table")},
                  {RecordIdRole, QByteArrayLiteral("recordId")}});
    return names;
}

/*! \reimp */
Result<qint64> EventModel::read(Storage &source)
{
    JournalFilter filter = d->filter;
    const bool isCapped = filter.limit < 0 || filter.limit > maximumRows;
    if (isCapped)
        filter.limit = maximumRows + 1; // one more tells that there are more
    Result<QList<LoggedEvent>> events = source.journal().events(filter);
    if (!events)
        return events.failure();
    const bool hasMore = isCapped && events->size() > maximumRows;
    if (hasMore)
        events->removeFirst();
    QList<Row> fresh;
    fresh.reserve(events->size());
    for (LoggedEvent &event : *events) {
        event.detail = masked(event.detail, sensitiveFields());
        fresh.append(Row{event});
    }
    synchronize(d->rows, fresh);
    return hasMore ? -1 : static_cast<qint64>(fresh.size());
}

/*! \reimp */
void EventModel::dropRows()
{
    d->rows.clear();
}

/*! \reimp */
QString EventModel::columnTitle(int column) const
{
    switch (static_cast<Column>(column)) {
    case SequenceColumn:
        return tr("No.");
    case AtColumn:
        return tr("Time");
    case NameColumn:
        return tr("Event");
    case TableColumn:
        return tr("Table");
    case RecordIdColumn:
        return tr("Record");
    case DetailColumn:
        return tr("Details");
    case ColumnCount:
        break;
    }
    return {};
}

/*! \reimp */
QVariant EventModel::value(int row, int column) const
{
    const LoggedEvent &event = d->rows.at(row).event;
    switch (static_cast<Column>(column)) {
    case SequenceColumn:
        return event.sequence;
    case AtColumn:
        return event.at;
    case NameColumn:
        return event.name;
    case TableColumn:
        return event.table;
    case RecordIdColumn:
        return event.recordId;
    case DetailColumn:
        return detailText(event);
    case ColumnCount:
        break;
    }
    return {};
}

/*! \reimp */
QVariant EventModel::field(int row, int role) const
{
    const LoggedEvent &event = d->rows.at(row).event;
    switch (role) {
    case DocumentRole:
        return event.detail;
    case SequenceRole:
        return event.sequence;
    case AtRole:
        return event.at;
    case NameRole:
        return event.name;
    case TableRole:
        return event.table;
    case RecordIdRole:
        return event.recordId;
    default:
        return {};
    }
}

} // namespace Tideline
