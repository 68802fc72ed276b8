// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/mainwindow.h"

#include "views/formats.h"
#include "views/messagepane.h"
#include "views/page.h"
#include "views/pages.h"
#include "views/verdictbar.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QLocale>
#include <QtCore/QMimeData>
#include <QtCore/QSettings>
#include <QtGui/QCloseEvent>
#include <QtGui/QDragEnterEvent>
#include <QtWidgets/QApplication>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QInputDialog>
#include <QtWidgets/QLabel>
#include <QtWidgets/QListWidget>
#include <QtWidgets/QMenuBar>
#include <QtWidgets/QMessageBox>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QStatusBar>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Tideline::Inspector {

namespace {

QString localFile(const QMimeData *data)
{
    return data->urls().size() == 1 ? data->urls().constFirst().toLocalFile() : QString();
}

} // namespace

MainWindow::MainWindow(QSettings *settings, QWidget *parent)
    : QMainWindow(parent)
    , m_settings(settings)
    , m_recentFiles(settings)
    , m_verdict(new VerdictBar)
    , m_central(new QStackedWidget)
    , m_message(new MessagePane)
    , m_workspace(new QWidget)
    , m_navigation(new QListWidget)
    , m_pageStack(new QStackedWidget)
    , m_fileLabel(new QLabel)
    , m_updatedLabel(new QLabel)
{
    setWindowIcon(QIcon(u":/tideline/icons/io.github.tideline.Inspector.svg"_s));
    setAcceptDrops(true);
    resize(1200, 760);
    makePages();
    makeLayout();
    makeMenus();

    m_ageTimer.setInterval(10s);
    connect(&m_ageTimer, &QTimer::timeout, this, [this] {
        updateOverview();
        currentPage()->updateAges();
    });
    connect(m_navigation, &QListWidget::currentRowChanged, this, &MainWindow::showPage);
    connect(m_message, &MessagePane::clicked, this, &MainWindow::chooseFile);
    connect(&m_session, &Session::changed, this, &MainWindow::refresh);
    connect(&m_session, &Session::unreadable, m_verdict, &VerdictBar::showFailure);

    m_navigation->setCurrentRow(0);
    showWelcome();
    restoreState();
}

MainWindow::~MainWindow() = default;

Result<void> MainWindow::openFile(const QString &path)
{
    const QString name = QFileInfo(path).fileName();
    const Result<void> opened = m_session.open(path);
    setWindowTitle(u"%1 – %2"_s.arg(name, tr("Tideline Inspector")));
    setWindowFilePath(path);
    m_fileLabel->setText(QDir::toNativeSeparators(QFileInfo(path).absoluteFilePath()));
    m_fileLabel->setToolTip(m_fileLabel->text());
    if (!opened) {
        m_ageTimer.stop();
        m_updatedLabel->clear();
        m_message->setMessage(Formats::icon(u"warning"_s), tr("%1 cannot be shown").arg(name), opened.failure().detail,
                              tr("Open another file…"));
        m_central->setCurrentWidget(m_message);
        return opened;
    }
    m_recentFiles.add(path);
    m_central->setCurrentWidget(m_workspace);
    m_ageTimer.start();
    refresh();
    return opened;
}

void MainWindow::showView(const QString &name)
{
    m_navigation->setCurrentRow(static_cast<int>(Pages::names().indexOf(name)));
}

void MainWindow::selectFirstRow()
{
    currentPage()->selectFirstRow();
}

void MainWindow::setSensitiveFields(const QStringList &fields)
{
    m_session.setSensitiveFields(fields);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_settings) {
        m_settings->setValue(u"window/geometry"_s, saveGeometry());
        for (const Page *page : std::as_const(m_pages))
            page->saveState(*m_settings);
    }
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (!localFile(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    // What failed is shown in the window.
    static_cast<void>(openFile(localFile(event->mimeData())));
}

void MainWindow::makePages()
{
    m_pages = {Pages::makeQueue(m_session.queue()), Pages::makeDeadLetters(m_session.deadLetters()),
               Pages::makeConflicts(m_session.conflicts()), Pages::makeCursors(m_session.cursors()),
               Pages::makeEvents(m_session.events())};
    for (Page *page : std::as_const(m_pages)) {
        m_pageStack->addWidget(page);
        auto *item = new QListWidgetItem(page->icon(), page->title());
        item->setSizeHint(QSize(0, fontMetrics().height() + 18));
        m_navigation->addItem(item);
    }
}

void MainWindow::makeLayout()
{
    m_navigation->setAccessibleName(tr("Views"));
    m_navigation->setFixedWidth(190);
    m_navigation->setFrameShape(QFrame::NoFrame);
    m_navigation->setIconSize(QSize(20, 20));
    m_navigation->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);

    auto *below = new QHBoxLayout;
    below->setSpacing(0);
    below->addWidget(m_navigation);
    below->addWidget(m_pageStack, 1);
    auto *layout = new QVBoxLayout(m_workspace);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_verdict);
    layout->addLayout(below, 1);
    m_central->addWidget(m_message);
    m_central->addWidget(m_workspace);
    setCentralWidget(m_central);

    m_fileLabel->setTextFormat(Qt::PlainText);
    m_fileLabel->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    statusBar()->addWidget(m_fileLabel, 1);
    statusBar()->addPermanentWidget(m_updatedLabel);
}

void MainWindow::makeMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    QAction *open = file->addAction(Formats::icon(u"open"_s), tr("&Open…"), this, &MainWindow::chooseFile);
    open->setShortcut(QKeySequence::Open);
    m_recentMenu = file->addMenu(tr("Open &recent"));
    connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::updateRecentMenu);
    QAction *close = file->addAction(tr("&Close"), this, &MainWindow::closeFile);
    close->setShortcut(QKeySequence::Close);
    file->addSeparator();
    QAction *quit = file->addAction(tr("&Quit"), this, &QWidget::close);
    quit->setShortcut(QKeySequence::Quit);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < m_pages.size(); ++i) {
        QAction *action = view->addAction(m_pages.at(i)->icon(), m_pages.at(i)->title(), this,
                                          [this, i] { m_navigation->setCurrentRow(i); });
        action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + i)));
    }
    view->addSeparator();
    QAction *filter =
        view->addAction(Formats::icon(u"filter"_s), tr("&Filter"), this, [this] { currentPage()->focusFilter(); });
    filter->setShortcut(QKeySequence::Find);
    QAction *refreshAction = view->addAction(Formats::icon(u"refresh"_s), tr("&Refresh"), this, &MainWindow::refresh);
    refreshAction->setShortcut(QKeySequence(Qt::Key_F5));
    view->addSeparator();
    view->addAction(tr("&Sensitive fields…"), this, &MainWindow::chooseSensitiveFields);

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(windowIcon(), tr("&About Tideline Inspector"), this, &MainWindow::showAbout);
}

void MainWindow::restoreState()
{
    if (!m_settings)
        return;
    restoreGeometry(m_settings->value(u"window/geometry"_s).toByteArray());
    for (Page *page : std::as_const(m_pages))
        page->restoreState(*m_settings);
}

void MainWindow::chooseFile()
{
    auto *dialog = new QFileDialog(this, tr("Open a database"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("SQLite databases (*.db *.sqlite *.sqlite3)"), tr("All files (*)")});
    if (!m_session.path().isEmpty())
        dialog->setDirectory(QFileInfo(m_session.path()).absolutePath());
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString &path) { static_cast<void>(openFile(path)); }); // the window shows a failure
    dialog->open();
}

void MainWindow::chooseSensitiveFields()
{
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Sensitive fields"));
    dialog->setLabelText(
        tr("Values of these fields are hidden until the window is closed (names, separated by commas):"));
    dialog->setTextValue(m_session.sensitiveFields().join(u", "_s));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString &text) {
        QStringList fields;
        for (const QString &field : text.split(u',', Qt::SkipEmptyParts))
            fields.append(field.trimmed());
        fields.removeAll(QString());
        setSensitiveFields(fields);
    });
    dialog->open();
}

void MainWindow::closeFile()
{
    m_session.close();
    m_ageTimer.stop();
    showWelcome();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About Tideline Inspector"),
                                tr("Tideline Inspector %1").arg(QCoreApplication::applicationVersion()),
                                QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(windowIcon().pixmap(64, 64));
    box->setInformativeText(tr("Shows what waits in the sync queue of a database, and why. It only reads."));
    box->open();
}

void MainWindow::updateRecentMenu()
{
    m_recentMenu->clear();
    const QStringList paths = m_recentFiles.paths();
    for (const QString &path : paths) {
        // An ampersand in a path is no shortcut.
        const QString text = QDir::toNativeSeparators(path).replace(u'&', u"&&"_s);
        m_recentMenu->addAction(text, this, [this, path] { static_cast<void>(openFile(path)); });
    }
    if (paths.isEmpty()) {
        m_recentMenu->addAction(tr("No files yet"))->setEnabled(false);
        return;
    }
    m_recentMenu->addSeparator();
    m_recentMenu->addAction(tr("Clear this list"), this, [this] { m_recentFiles.clear(); });
}

void MainWindow::showWelcome()
{
    setWindowTitle(tr("Tideline Inspector"));
    setWindowFilePath({});
    m_fileLabel->clear();
    m_updatedLabel->clear();
    m_message->setMessage(windowIcon(), tr("No database is open"),
                          tr("Open the SQLite file of an application that syncs with Tideline, or drop it here. "
                             "It is only read, never changed, also while the application works."),
                          tr("Open…"));
    m_central->setCurrentWidget(m_message);
}

void MainWindow::showPage(int index)
{
    m_pageStack->setCurrentIndex(index);
    currentPage()->refreshStale();
}

void MainWindow::refresh()
{
    if (!m_session.isOpen())
        return;
    for (Page *page : std::as_const(m_pages))
        page->markStale();
    currentPage()->refreshStale();
    updateOverview();
    m_updatedLabel->setText(tr("Read-only, follows the file. As of %1").arg(QLocale().toString(QTime::currentTime())));
}

void MainWindow::updateOverview()
{
    const QDateTime now = systemClock();
    const Result<Overview> overview = m_session.overview(now);
    if (!overview) {
        m_verdict->showFailure(overview.failure());
        return;
    }
    m_verdict->showStatus(overview->status, overview->oldest, now);
    const auto setCount = [this](int row, qint64 count) {
        const QString title = m_pages.at(row)->title();
        m_navigation->item(row)->setText(count == 0 ? title : tr("%1 (%2)").arg(title, Formats::number(count)));
    };
    setCount(0, overview->status.pending);
    setCount(1, overview->status.dead);
    setCount(2, overview->status.conflicts);
}

Page *MainWindow::currentPage() const
{
    return m_pages.at(m_pageStack->currentIndex());
}

} // namespace Tideline::Inspector
