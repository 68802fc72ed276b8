// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/page.h"

#include "views/detailpane.h"
#include "views/formats.h"
#include "views/jsontext.h"
#include "views/messagepane.h"

#include <tideline/models/storagemodel.h>

#include <QtCore/QSettings>
#include <QtGui/QAction>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QTableView>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Tideline::Inspector {

namespace {

void configure(QTableView &table)
{
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::ExtendedSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setAlternatingRowColors(true);
    table.setShowGrid(false);
    table.setWordWrap(false);
    table.setSortingEnabled(true);
    table.setTabKeyNavigation(false);
    table.setFrameShape(QFrame::NoFrame);
    table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.setContextMenuPolicy(Qt::ActionsContextMenu);
    table.verticalHeader()->hide();
    table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + 10);
    table.horizontalHeader()->setHighlightSections(false);
    table.horizontalHeader()->setStretchLastSection(true);
    table.horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

} // namespace

Page::Page(StorageModel &model, const PageSpec &spec, DetailPane *detail, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_spec(spec)
    , m_proxy(new TableProxy(this))
    , m_filter(new QLineEdit)
    , m_count(new QLabel)
    , m_stack(new QStackedWidget)
    , m_table(new QTableView)
    , m_message(new MessagePane)
    , m_splitter(new QSplitter(Qt::Vertical))
    , m_detail(detail)
{
    for (auto it = spec.formats.cbegin(); it != spec.formats.cend(); ++it)
        m_proxy->setFormat(it.key(), it.value());
    m_proxy->setSourceModel(&model);

    m_filter->setPlaceholderText(tr("Filter: words that a row must contain"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(Formats::icon(u"filter"_s), QLineEdit::LeadingPosition);
    m_filter->setAccessibleName(tr("Filter for %1").arg(spec.title));
    m_count->setTextFormat(Qt::RichText);
    m_count->setTextInteractionFlags(Qt::LinksAccessibleByKeyboard | Qt::LinksAccessibleByMouse);
    m_count->setObjectName(u"countText"_s);

    configure(*m_table);
    m_table->setModel(m_proxy);
    m_table->setAccessibleName(spec.title);
    for (auto it = spec.widths.cbegin(); it != spec.widths.cend(); ++it)
        m_table->setColumnWidth(it.key(), it.value());
    for (int column : spec.hiddenColumns)
        m_table->hideColumn(column);
    m_table->sortByColumn(spec.sortColumn, spec.sortOrder);
    auto *copy = new QAction(Formats::icon(u"copy"_s), tr("&Copy as JSON"), m_table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(copy);

    auto *filterLine = new QHBoxLayout;
    filterLine->setContentsMargins(10, 8, 10, 8);
    filterLine->setSpacing(12);
    filterLine->addWidget(m_filter, 1);
    filterLine->addWidget(m_count);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_message);
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_detail);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({330, 260});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addLayout(filterLine);
    layout->addWidget(m_splitter, 1);

    m_filterDelay.setSingleShot(true);
    m_filterDelay.setInterval(150ms); // a pause in typing: the filter reads every row
    connect(&m_filterDelay, &QTimer::timeout, this, &Page::applyFilter);
    connect(m_filter, &QLineEdit::textChanged, &m_filterDelay, qOverload<>(&QTimer::start));
    connect(m_count, &QLabel::linkActivated, m_filter, &QLineEdit::clear);
    connect(m_message, &MessagePane::clicked, m_filter, &QLineEdit::clear);
    connect(copy, &QAction::triggered, this, &Page::copySelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &Page::showCurrentRow);
    connect(&m_model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex &first, const QModelIndex &last) {
                const int row = m_proxy->mapToSource(m_table->currentIndex()).row();
                if (row >= first.row() && row <= last.row())
                    showCurrentRow();
            });
    connect(&m_model, &StorageModel::refreshed, this, &Page::updateTexts);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &Page::updateTexts);
    showCurrentRow();
    updateTexts();
}

QString Page::name() const
{
    return m_spec.name;
}

QString Page::title() const
{
    return m_spec.title;
}

QIcon Page::icon() const
{
    return Formats::icon(m_spec.iconName);
}

void Page::markStale()
{
    m_isStale = true;
}

void Page::refreshStale()
{
    if (!m_isStale)
        return;
    m_isStale = !m_model.refresh();
}

void Page::updateAges()
{
    m_table->viewport()->update();
}

void Page::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void Page::selectFirstRow()
{
    if (m_proxy->rowCount() == 0)
        return;
    m_table->selectRow(0);
    m_table->setFocus();
}

void Page::saveState(QSettings &settings) const
{
    settings.setValue(u"pages/%1/splitter"_s.arg(m_spec.name), m_splitter->saveState());
    settings.setValue(u"pages/%1/header"_s.arg(m_spec.name), m_table->horizontalHeader()->saveState());
}

void Page::restoreState(const QSettings &settings)
{
    m_splitter->restoreState(settings.value(u"pages/%1/splitter"_s.arg(m_spec.name)).toByteArray());
    m_table->horizontalHeader()->restoreState(settings.value(u"pages/%1/header"_s.arg(m_spec.name)).toByteArray());
}

void Page::applyFilter()
{
    m_proxy->setFilterText(m_filter->text());
    updateTexts();
}

void Page::updateTexts()
{
    const int shown = m_proxy->rowCount();
    const int held = m_model.rowCount();
    const QString total = m_model.totalCount() < 0 ? tr("more") : Formats::number(m_model.totalCount());
    if (m_proxy->hasFilter()) {
        m_count->setText(tr("%1 of %2; %3")
                             .arg(Formats::number(shown), Formats::number(held),
                                  u"<a href=\"clear\">%1</a>"_s.arg(tr("clear filter"))));
    } else if (m_model.totalCount() == held) {
        m_count->setText(tr("%n row(s)", nullptr, held));
    } else {
        m_count->setText(tr("%1 of %2 loaded").arg(Formats::number(held), total));
    }

    const Failure failure = m_model.failure();
    if (failure.isFailure() && held == 0)
        m_message->setMessage(Formats::icon(u"warning"_s), tr("Cannot be read"), failure.detail);
    else if (held == 0)
        m_message->setMessage(Formats::icon(m_spec.iconName), m_spec.emptyTitle, m_spec.emptyText);
    else
        m_message->setMessage(Formats::icon(u"filter"_s), tr("The filter hides every row"),
                              tr("0 of %n row(s) match.", nullptr, held), tr("Clear filter"));
    m_stack->setCurrentWidget(shown == 0 ? static_cast<QWidget *>(m_message) : m_table);
    if (failure.isFailure() && held != 0)
        m_count->setText(tr("As it was; the last refresh failed: %1").arg(failure.detail.toHtmlEscaped()));
    m_detail->setVisible(shown != 0);
}

void Page::showCurrentRow()
{
    const QModelIndex current = m_proxy->mapToSource(m_table->currentIndex());
    m_detail->setEnabled(current.isValid());
    if (current.isValid())
        m_detail->showRow(current.row());
}

void Page::copySelection()
{
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QVariantList documents;
    for (const QModelIndex &row : rows)
        documents.append(row.data(StorageModel::DocumentRole));
    if (!documents.isEmpty())
        QGuiApplication::clipboard()->setText(indentedJson(documents));
}

} // namespace Tideline::Inspector
