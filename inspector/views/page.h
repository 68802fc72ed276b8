// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "views/tableproxy.h"

#include <QtCore/QTimer>
#include <QtWidgets/QWidget>

class QLabel;
class QLineEdit;
class QSettings;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace Tideline {
class StorageModel;
} // namespace Tideline

namespace Tideline::Inspector {

class DetailPane;
class MessagePane;

// What makes one page differ from the others.
class PageSpec
{
public:
    QString name; // for the command line and the settings: "queue", ...
    QString title;
    QString iconName;
    QString emptyTitle;
    QString emptyText;
    int sortColumn = 0;
    Qt::SortOrder sortOrder = Qt::AscendingOrder;
    QHash<int, ColumnFormat> formats;
    QHash<int, int> widths;
    QList<int> hiddenColumns;
};

// A model as a table with a filter line above and the details of the current row below.
class Page final : public QWidget
{
    Q_OBJECT

public:
    // Takes the detail pane; the model must outlive the page.
    Page(StorageModel &model, const PageSpec &spec, DetailPane *detail, QWidget *parent = nullptr);

    QString name() const;
    QString title() const;
    QIcon icon() const;

    void markStale(); // the database has changed: read at the next refreshStale()
    void refreshStale();
    void updateAges();
    void focusFilter();
    void selectFirstRow();
    void saveState(QSettings &settings) const;
    void restoreState(const QSettings &settings);

private:
    void applyFilter();
    void updateTexts();
    void showCurrentRow();
    void copySelection();

    StorageModel &m_model;
    PageSpec m_spec;
    bool m_isStale = true;
    TableProxy *m_proxy;
    QTimer m_filterDelay;
    QLineEdit *m_filter;
    QLabel *m_count;
    QStackedWidget *m_stack;
    QTableView *m_table;
    MessagePane *m_message;
    QSplitter *m_splitter;
    DetailPane *m_detail;
};

} // namespace Tideline::Inspector
