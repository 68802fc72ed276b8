// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/conflictdetail.h"

#include "views/detailheading.h"
#include "views/formats.h"
#include "views/jsontext.h"
#include "views/plaintree.h"

#include <tideline/core/json.h>
#include <tideline/models/conflictmodel.h>

#include <QtWidgets/QHeaderView>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

namespace {

enum Column { KeyColumn, ChangeColumn, BaseColumn, LocalColumn, RemoteColumn, ResolvedColumn };

QString changeText(const FieldDifference &field)
{
    if (field.isChangedLocally && field.isChangedRemotely)
        return ConflictDetail::tr("both sides");
    if (field.isChangedLocally)
        return ConflictDetail::tr("this device");
    return field.isChangedRemotely ? ConflictDetail::tr("server") : QString();
}

void setCell(QTreeWidgetItem *item, int column, const std::optional<QVariant> &value)
{
    if (!value) {
        item->setText(column, u"–"_s);
        item->setToolTip(column, ConflictDetail::tr("This version does not hold the column."));
        return;
    }
    const bool isText = value->typeId() == QMetaType::QString;
    const QString text = isText ? value->toString() : QString::fromUtf8(Json::toText(*value));
    item->setText(column, isText && text.isEmpty() ? u"\"\""_s : text);
    item->setToolTip(column, isText ? text : indentedJson(*value));
}

// The name of a version's column: says so where the row is not there.
QString versionTitle(const QString &name, const std::optional<QVariantMap> &version, const QString &absent)
{
    return version ? name : u"%1 (%2)"_s.arg(name, absent);
}

} // namespace

ConflictDetail::ConflictDetail(const ConflictModel &model, QWidget *parent)
    : DetailPane(parent)
    , m_model(model)
    , m_heading(new DetailHeading)
    , m_fields(new PlainTree({tr("Column"), tr("Changed by"), tr("Base"), tr("Local"), tr("Remote"), tr("Resolved")}))
{
    m_fields->setAccessibleName(tr("Versions of the record"));
    m_fields->header()->resizeSection(KeyColumn, 150);
    m_fields->header()->resizeSection(ChangeColumn, 120);
    for (int column : {BaseColumn, LocalColumn, RemoteColumn})
        m_fields->header()->resizeSection(column, 175);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_heading);
    layout->addWidget(m_fields, 1);
}

void ConflictDetail::showRow(int row)
{
    const ConflictRecord conflict = m_model.conflict(row);
    const QString state = conflict.isOpen ? u"open"_s : u"resolved"_s;
    //: 1: table, 2: record, 3: open or resolved
    const QString title = tr("%1 %2: %3").arg(conflict.table, conflict.recordId, Formats::conflictState(state));
    const QString text =
        conflict.isOpen
            ? tr("Waits for a decision since %1.").arg(Formats::absoluteTime(conflict.at))
            : tr("%1, on %2.").arg(Formats::strategy(toText(conflict.strategy)), Formats::absoluteTime(conflict.at));
    m_heading->setContents(Formats::conflictIcon(state), title, text);

    const QString isGone = tr("no row");
    m_fields->setHeaderLabels(
        {tr("Column"), tr("Changed by"), versionTitle(tr("Base"), conflict.base, tr("not recorded")),
         versionTitle(tr("Local"), conflict.local, isGone), versionTitle(tr("Remote"), conflict.remote, isGone),
         conflict.isOpen ? tr("Resolved (open)") : versionTitle(tr("Resolved"), conflict.resolved, isGone)});
    m_fields->clear();
    QFont bold = m_fields->font();
    bold.setBold(true);
    const QList<FieldDifference> fields = m_model.fields(row);
    for (const FieldDifference &field : fields) {
        auto *item = new QTreeWidgetItem({field.key, changeText(field)});
        item->setToolTip(KeyColumn, field.key);
        setCell(item, BaseColumn, field.base);
        setCell(item, LocalColumn, field.local);
        setCell(item, RemoteColumn, field.remote);
        setCell(item, ResolvedColumn, field.resolved);
        if (field.isChanged()) {
            item->setIcon(
                ChangeColumn,
                Formats::icon(field.isChangedLocally && field.isChangedRemotely ? u"conflict"_s : u"changed"_s));
            item->setFont(KeyColumn, bold);
        }
        if (field.isChangedLocally)
            item->setFont(LocalColumn, bold);
        if (field.isChangedRemotely)
            item->setFont(RemoteColumn, bold);
        m_fields->addTopLevelItem(item);
    }
}

} // namespace Tideline::Inspector
