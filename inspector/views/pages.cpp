// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/pages.h"

#include "views/conflictdetail.h"
#include "views/documentdetail.h"
#include "views/entrydetail.h"
#include "views/formats.h"
#include "views/page.h"

#include <tideline/models/conflictmodel.h>
#include <tideline/models/cursormodel.h>
#include <tideline/models/entrymodel.h>
#include <tideline/models/eventmodel.h>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

namespace {

ColumnFormat fixedPitch()
{
    ColumnFormat format;
    format.isFixedPitch = true;
    return format;
}

// A column whose values are words of cli.md.
ColumnFormat words(QString (*text)(const QString &), QIcon (*icon)(const QString &) = nullptr)
{
    ColumnFormat format;
    format.text = [text](const QVariant &value) { return text(value.toString()); };
    if (icon)
        format.icon = [icon](const QVariant &value) { return icon(value.toString()); };
    return format;
}

ColumnFormat dueTime()
{
    ColumnFormat format;
    format.text = [](const QVariant &value) { return Formats::dueTime(value.toDateTime(), systemClock()); };
    return format;
}

PageSpec entrySpec()
{
    PageSpec spec;
    spec.formats = {
        {EntryModel::StateColumn, words(&Formats::entryState, &Formats::entryIcon)},
        {EntryModel::OperationColumn, words(&Formats::operation)},
        {EntryModel::RecordIdColumn, fixedPitch()},
        {EntryModel::NextRetryAtColumn, dueTime()},
        {EntryModel::SizeColumn,
         ColumnFormat{[](const QVariant &value) { return Formats::bytes(value.toLongLong()); }, {}, false}},
    };
    spec.widths = {
        {EntryModel::SequenceColumn, 60},   {EntryModel::StateColumn, 115},       {EntryModel::TableColumn, 100},
        {EntryModel::RecordIdColumn, 100},  {EntryModel::OperationColumn, 88},    {EntryModel::AttemptsColumn, 80},
        {EntryModel::CreatedAtColumn, 125}, {EntryModel::NextRetryAtColumn, 100}, {EntryModel::FinishedAtColumn, 125},
        {EntryModel::SizeColumn, 85},
    };
    return spec;
}

} // namespace

QStringList Pages::names()
{
    return {u"queue"_s, u"dead"_s, u"conflicts"_s, u"cursors"_s, u"events"_s};
}

Page *Pages::makeQueue(EntryModel &model)
{
    PageSpec spec = entrySpec();
    spec.name = u"queue"_s;
    spec.title = tr("Queue");
    spec.iconName = u"queue"_s;
    spec.emptyTitle = tr("Nothing is waiting");
    spec.emptyText = tr("Every change made on this device was accepted by the server, or stands under Dead letters.");
    spec.hiddenColumns = {EntryModel::FinishedAtColumn};
    return new Page(model, spec, new EntryDetail(model));
}

Page *Pages::makeDeadLetters(EntryModel &model)
{
    PageSpec spec = entrySpec();
    spec.name = u"dead"_s;
    spec.title = tr("Dead letters");
    spec.iconName = u"dead"_s;
    spec.emptyTitle = tr("No dead letters");
    spec.emptyText = tr("The server has refused no change for good.");
    spec.hiddenColumns = {EntryModel::StateColumn, EntryModel::NextRetryAtColumn};
    return new Page(model, spec, new EntryDetail(model));
}

Page *Pages::makeConflicts(ConflictModel &model)
{
    PageSpec spec;
    spec.name = u"conflicts"_s;
    spec.title = tr("Conflicts");
    spec.iconName = u"conflict"_s;
    spec.emptyTitle = tr("No conflicts");
    spec.emptyText = tr("No record was changed on this device and on the server at the same time.");
    spec.sortColumn = ConflictModel::AtColumn;
    spec.sortOrder = Qt::DescendingOrder;
    spec.formats = {
        {ConflictModel::StateColumn, words(&Formats::conflictState, &Formats::conflictIcon)},
        {ConflictModel::StrategyColumn, words(&Formats::strategy)},
        {ConflictModel::RecordIdColumn, fixedPitch()},
    };
    spec.widths = {
        {ConflictModel::AtColumn, 130},       {ConflictModel::StateColumn, 110},    {ConflictModel::TableColumn, 140},
        {ConflictModel::RecordIdColumn, 160}, {ConflictModel::StrategyColumn, 230},
    };
    return new Page(model, spec, new ConflictDetail(model));
}

Page *Pages::makeCursors(CursorModel &model)
{
    PageSpec spec;
    spec.name = u"cursors"_s;
    spec.title = tr("Cursors");
    spec.iconName = u"pull"_s;
    spec.emptyTitle = tr("No table was pulled yet");
    spec.emptyText = tr("A cursor tells up to which change of the server a table was received.");
    spec.sortColumn = CursorModel::TableColumn;
    spec.formats = {{CursorModel::ValueColumn, fixedPitch()}};
    spec.widths = {
        {CursorModel::TableColumn, 200}, {CursorModel::PulledAtColumn, 160}, {CursorModel::ReconciledAtColumn, 160}};
    auto *detail = new DocumentDetail(model, [&model](int row) {
        const SyncCursor cursor = model.cursor(row);
        const QString text = cursor.pulledAt.isValid()
                                 ? tr("Last pulled: %1").arg(Formats::absoluteTime(cursor.pulledAt))
                                 : tr("A pull of this table has not ended well yet.");
        return DocumentDetail::Heading{Formats::icon(u"pull"_s), cursor.table, text};
    });
    return new Page(model, spec, detail);
}

Page *Pages::makeEvents(EventModel &model)
{
    PageSpec spec;
    spec.name = u"events"_s;
    spec.title = tr("Events");
    spec.iconName = u"events"_s;
    spec.emptyTitle = tr("No events");
    spec.emptyText = tr("The engine has logged nothing yet.");
    spec.sortColumn = EventModel::SequenceColumn;
    spec.sortOrder = Qt::DescendingOrder;
    spec.formats = {
        {EventModel::NameColumn, words(&Formats::eventName, &Formats::eventIcon)},
        {EventModel::RecordIdColumn, fixedPitch()},
    };
    spec.widths = {
        {EventModel::SequenceColumn, 70}, {EventModel::AtColumn, 130},       {EventModel::NameColumn, 200},
        {EventModel::TableColumn, 130},   {EventModel::RecordIdColumn, 130},
    };
    auto *detail = new DocumentDetail(model, [&model](int row) {
        const LoggedEvent event = model.loggedEvent(row);
        const QString error = model.index(row, EventModel::DetailColumn).data().toString();
        const bool isError = event.detail.contains(u"error"_s);
        const QString text = Formats::absoluteTime(event.at) + (isError ? u"\n"_s + error : QString());
        return DocumentDetail::Heading{Formats::eventIcon(event.name), Formats::eventName(event.name), text};
    });
    return new Page(model, spec, detail);
}

} // namespace Tideline::Inspector
