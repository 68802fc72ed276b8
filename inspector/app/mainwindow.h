// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "app/recentfiles.h"
#include "app/session.h"

#include <QtCore/QTimer>
#include <QtWidgets/QMainWindow>

class QLabel;
class QListWidget;
class QMenu;
class QSettings;
class QStackedWidget;

namespace Tideline::Inspector {

class MessagePane;
class Page;
class VerdictBar;

class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    // Null settings: nothing is remembered. They must outlive the window.
    explicit MainWindow(QSettings *settings, QWidget *parent = nullptr);
    ~MainWindow() override;

    // A failure is also shown in the window.
    Result<void> openFile(const QString &path);
    void showView(const QString &name); // one of Pages::names()
    void selectFirstRow();
    void setSensitiveFields(const QStringList &fields);

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    void makePages();
    void makeMenus();
    void makeLayout();
    void restoreState();
    void chooseFile();
    void chooseSensitiveFields();
    void closeFile();
    void showAbout();
    void updateRecentMenu();
    void showWelcome();
    void showPage(int index);
    void refresh();
    void updateOverview();
    Page *currentPage() const;

    QSettings *m_settings;
    RecentFiles m_recentFiles;
    Session m_session;
    QTimer m_ageTimer;
    QList<Page *> m_pages;
    VerdictBar *m_verdict;
    QStackedWidget *m_central;
    MessagePane *m_message;
    QWidget *m_workspace;
    QListWidget *m_navigation;
    QStackedWidget *m_pageStack;
    QMenu *m_recentMenu = nullptr;
    QLabel *m_fileLabel;
    QLabel *m_updatedLabel;
};

} // namespace Tideline::Inspector
