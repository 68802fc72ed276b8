// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/mainwindow.h"
#include "app/translations.h"
#include "support/sampledatabase.h"

#include <QtCore/QDir>
#include <QtCore/QMimeData>
#include <QtCore/QRegularExpression>
#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtGui/QClipboard>
#include <QtGui/QDragEnterEvent>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListWidget>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QTableView>
#include <QtWidgets/QTreeWidget>

#include <optional>

using namespace Qt::StringLiterals;
using namespace Tideline;
using Inspector::MainWindow;

namespace {

template <typename Widget>
Widget *shown(const MainWindow &window)
{
    const QList<Widget *> widgets = window.findChildren<Widget *>();
    for (Widget *widget : widgets) {
        if (widget->isVisible())
            return widget;
    }
    return nullptr;
}

QString labelText(const MainWindow &window, const QString &name)
{
    const QList<QLabel *> labels = window.findChildren<QLabel *>(name);
    for (const QLabel *label : labels) {
        if (label->isVisible())
            return label->text();
    }
    return {};
}

QString cell(const QTableView &table, int row, int column)
{
    return table.model()->index(row, column).data().toString();
}

QMap<QString, QByteArray> contents(const QString &directory)
{
    QMap<QString, QByteArray> files;
    const QStringList names = QDir(directory).entryList(QDir::Files | QDir::Hidden | QDir::System);
    for (const QString &name : names) {
        QFile file(QDir(directory).filePath(name));
        if (file.open(QIODevice::ReadOnly))
            files.insert(name, file.readAll());
    }
    return files;
}

QTreeWidgetItem *itemNamed(const QTreeWidget &tree, const QString &name)
{
    return tree.findItems(name, Qt::MatchExactly | Qt::MatchRecursive).value(0);
}

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void saysThatNoFileIsOpen();
    void showsCountsAndVerdict();
    void switchesViewsByKeyboard();
    void sortsByAClickOnAHeader();
    void filtersAndClearsTheFilter();
    void showsThePayloadOfTheSelectedRow();
    void showsAConflictSideBySide();
    void followsAnotherConnection();
    void keepsTheSelectionWhileItFollows();
    void copiesRowsAsJson();
    void masksSensitiveFields();
    void saysWhyAFileCannotBeShown_data();
    void saysWhyAFileCannotBeShown();
    void opensADroppedFile();
    void remembersTheWindowInItsSettingsOnly();
    void leavesTheFileAndItsDirectoryAsTheyWere();
    void namesEveryViewAndInput();

private:
    void fill();
    void openWindow();

    std::optional<QTemporaryDir> m_directory;
    std::optional<QTemporaryDir> m_settingsDirectory;
    std::unique_ptr<QSettings> m_settings;
    QString m_path;
    std::unique_ptr<MainWindow> m_window;
};

void TestMainWindow::initTestCase()
{
    Inspector::installTranslations(*QCoreApplication::instance());
}

void TestMainWindow::init()
{
    QTest::failOnWarning(QRegularExpression(u"^(?!This plugin does not support propagateSizeHints)"_s));
    m_directory.emplace();
    m_settingsDirectory.emplace();
    m_settings = std::make_unique<QSettings>(m_settingsDirectory->filePath(u"settings.ini"_s), QSettings::IniFormat);
    m_path = m_directory->filePath(u"app.db"_s);
}

void TestMainWindow::cleanup()
{
    m_window.reset();
    m_settings.reset();
    m_settingsDirectory.reset();
    m_directory.reset();
}

void TestMainWindow::fill()
{
    SampleDatabase database(m_path);
    QVERIFY(database.isOpen());
    QVERIFY(database.fillWithFieldService(systemClock()));
}

void TestMainWindow::openWindow()
{
    m_window = std::make_unique<MainWindow>(m_settings.get());
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestMainWindow::saysThatNoFileIsOpen()
{
    openWindow();
    QCOMPARE(labelText(*m_window, u"messageTitle"_s), u"No database is open"_s);
    QVERIFY(!shown<QTableView>(*m_window));
    QTest::keyClick(m_window.get(), Qt::Key_F5); // nothing to refresh, and no harm
}

void TestMainWindow::showsCountsAndVerdict()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    QCOMPARE(labelText(*m_window, u"verdict"_s), u"Stuck"_s);
    QVERIFY(labelText(*m_window, u"verdictSentence"_s).contains(u"3 dead letters, 1 open conflict."_s));
    QCOMPARE(labelText(*m_window, u"pendingValue"_s), u"41"_s);
    QCOMPARE(labelText(*m_window, u"deadValue"_s), u"3"_s);
    QCOMPARE(labelText(*m_window, u"conflictsValue"_s), u"1"_s);
    QCOMPARE(labelText(*m_window, u"countText"_s), u"41 rows"_s);
    QCOMPARE(shown<QTableView>(*m_window)->model()->rowCount(), 41);
}

void TestMainWindow::switchesViewsByKeyboard()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    const QList<int> rows{41, 3, 4, 3, 60};
    for (int i = static_cast<int>(rows.size()) - 1; i >= 0; --i) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
        QCOMPARE(shown<QTableView>(*m_window)->model()->rowCount(), rows.at(i));
        QCOMPARE(m_window->findChild<QListWidget *>()->currentRow(), i);
    }
}

void TestMainWindow::sortsByAClickOnAHeader()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    QTableView *table = shown<QTableView>(*m_window);
    QCOMPARE(cell(*table, 0, EntryModel::SequenceColumn), u"1"_s);
    QHeaderView *header = table->horizontalHeader();
    const auto click = [&](int column) {
        const QPoint point(header->sectionViewportPosition(column) + 20, header->height() / 2);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, point);
    };
    click(EntryModel::SequenceColumn);
    QCOMPARE(cell(*table, 0, EntryModel::SequenceColumn), u"41"_s); // by number: 9 would come first by text
    click(EntryModel::CreatedAtColumn);
    const QModelIndex first = table->model()->index(0, EntryModel::CreatedAtColumn);
    const QModelIndex last = table->model()->index(40, EntryModel::CreatedAtColumn);
    QVERIFY(first.data(StorageModel::SortRole).toDateTime() < last.data(StorageModel::SortRole).toDateTime());
}

void TestMainWindow::filtersAndClearsTheFilter()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    auto *filter = qobject_cast<QLineEdit *>(QApplication::focusWidget());
    QVERIFY(filter);
    QTest::keyClicks(filter, u"visits upsert"_s);
    const QAbstractItemModel *model = shown<QTableView>(*m_window)->model();
    QTRY_VERIFY(model->rowCount() < 41);
    QVERIFY(model->rowCount() > 0);
    for (int row = 0; row < model->rowCount(); ++row)
        QCOMPARE(model->index(row, EntryModel::TableColumn).data().toString(), u"visits"_s);
    QVERIFY(labelText(*m_window, u"countText"_s).startsWith(u"%1 of 41; "_s.arg(model->rowCount())));

    QTest::keyClicks(filter, u" nothing-has-this-word"_s);
    QTRY_COMPARE(labelText(*m_window, u"messageTitle"_s), u"The filter hides every row"_s);
    QCOMPARE(labelText(*m_window, u"messageText"_s), u"0 of 41 rows match."_s);
    filter->clear();
    QTRY_COMPARE(model->rowCount(), 41);
    QTest::keyClicks(filter, u"druckVENTIL"_s); // in the payload only
    QTRY_COMPARE(model->rowCount(), 5);
}

void TestMainWindow::showsThePayloadOfTheSelectedRow()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    QTableView *table = shown<QTableView>(*m_window);
    const QModelIndex second = table->model()->index(1, EntryModel::TableColumn);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(second).center());
    const QTreeWidget *payload = shown<QTreeWidget>(*m_window);
    QVERIFY(payload);
    QVERIFY(itemNamed(*payload, u"title"_s));
    QCOMPARE(itemNamed(*payload, u"title"_s)->text(1), u"Vedlikehold: kjølevannspumpe nr. 2"_s);
    QVERIFY(itemNamed(*payload, u"name"_s)); // of the customer
    QTest::keyClick(table, Qt::Key_Down);
    QCOMPARE(itemNamed(*payload, u"title"_s)->text(1), u"Überdruckventil prüfen"_s);
}

void TestMainWindow::showsAConflictSideBySide()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    m_window->showView(u"conflicts"_s);
    QTableView *table = shown<QTableView>(*m_window);
    table->selectRow(1); // 502: last write wins
    const QTreeWidget *fields = shown<QTreeWidget>(*m_window);
    QVERIFY(fields);
    const QTreeWidgetItem *first = fields->topLevelItem(0);
    QCOMPARE(first->text(0), u"title"_s);
    QCOMPARE(first->text(1), u"both sides"_s);
    QCOMPARE(first->text(2), u"Überdruckventil prüfen"_s);
    QCOMPARE(first->text(3), u"Überdruckventil prüfen (today)"_s);
    QCOMPARE(first->text(4), u"Überdruckventil prüfen – moved to Friday"_s);
    QCOMPARE(first->text(5), first->text(4));
    QCOMPARE(itemNamed(*fields, u"status"_s)->text(1), u"server"_s);
    QCOMPARE(itemNamed(*fields, u"priority"_s)->text(1), u"this device"_s);
    QCOMPARE(itemNamed(*fields, u"phone"_s)->text(1), QString());
}

void TestMainWindow::followsAnotherConnection()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    SampleDatabase application(m_path);
    QVERIFY(application.isOpen());
    QVERIFY(application.addEntry(SampleDatabase::entry(u"new"_s)));
    QTRY_COMPARE(labelText(*m_window, u"pendingValue"_s), u"42"_s);
    QCOMPARE(shown<QTableView>(*m_window)->model()->rowCount(), 42);
    QVERIFY(application.addEntry(SampleDatabase::entry(u"bad"_s, u"tasks"_s, EntryState::Dead)));
    QTRY_COMPARE(labelText(*m_window, u"deadValue"_s), u"4"_s);
    m_window->showView(u"dead"_s);
    QCOMPARE(shown<QTableView>(*m_window)->model()->rowCount(), 4);
}

void TestMainWindow::keepsTheSelectionWhileItFollows()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    QTableView *table = shown<QTableView>(*m_window);
    table->selectRow(30);
    const QString id = table->currentIndex().data(EntryModel::IdRole).toString();
    table->scrollTo(table->currentIndex(), QAbstractItemView::PositionAtBottom);
    const int position = table->verticalScrollBar()->value();
    QVERIFY(position > 0);
    SampleDatabase application(m_path);
    QVERIFY(application.isOpen());
    QVERIFY(application.addEntry(SampleDatabase::entry(u"new"_s)));
    QTRY_COMPARE(table->model()->rowCount(), 42);
    QCOMPARE(table->currentIndex().data(EntryModel::IdRole).toString(), id);
    QCOMPARE(table->selectionModel()->selectedRows().size(), 1);
    QCOMPARE(table->verticalScrollBar()->value(), position);
}

void TestMainWindow::copiesRowsAsJson()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    m_window->selectFirstRow();
    QTableView *table = shown<QTableView>(*m_window);
    QTest::keyClick(table, Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    const QString text = QApplication::clipboard()->text();
    QVERIFY(text.startsWith(u"[\n"_s));
    QCOMPARE(text.count(u"\"recordId\""_s), 2);
    QVERIFY(text.contains(u"\"2026-11-20T08:15:30.123456+00:00\""_s));
}

void TestMainWindow::masksSensitiveFields()
{
    fill();
    openWindow();
    m_window->setSensitiveFields({u"phone"_s});
    QVERIFY(m_window->openFile(m_path));
    m_window->selectFirstRow();
    const QTreeWidget *payload = shown<QTreeWidget>(*m_window);
    QCOMPARE(itemNamed(*payload, u"phone"_s)->text(1), u"***"_s);
    m_window->setSensitiveFields({});
    QCOMPARE(itemNamed(*payload, u"phone"_s)->text(1), u"+47 555 0199"_s);
}

void TestMainWindow::saysWhyAFileCannotBeShown_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("no database") << QByteArray("This is a letter, not a database. ").repeated(100);
    QTest::newRow("empty") << QByteArray();
}

void TestMainWindow::saysWhyAFileCannotBeShown()
{
    QFETCH(QByteArray, bytes);
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
    file.close();
    const QMap<QString, QByteArray> before = contents(m_directory->path());
    openWindow();
    const Result<void> opened = m_window->openFile(m_path);
    QVERIFY(!opened);
    QCOMPARE(labelText(*m_window, u"messageTitle"_s), u"app.db cannot be shown"_s);
    QVERIFY(!opened.failure().detail.isEmpty());
    QCOMPARE(labelText(*m_window, u"messageText"_s), opened.failure().detail);
    QCOMPARE(contents(m_directory->path()), before);
}

void TestMainWindow::opensADroppedFile()
{
    fill();
    openWindow();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(m_path)});
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(m_window.get(), &drop);
    QCOMPARE(labelText(*m_window, u"pendingValue"_s), u"41"_s);
}

void TestMainWindow::remembersTheWindowInItsSettingsOnly()
{
    fill();
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    m_window->resize(1010, 700);
    QVERIFY(m_window->close());
    m_settings->sync();
    QCOMPARE(m_settings->value(u"recentFiles"_s).toStringList(), QStringList{m_path});
    m_window.reset();
    openWindow();
    QCOMPARE(m_window->size(), QSize(1010, 700));
}

void TestMainWindow::leavesTheFileAndItsDirectoryAsTheyWere()
{
    fill();
    const QMap<QString, QByteArray> before = contents(m_directory->path());
    QCOMPARE(before.keys(), QStringList{u"app.db"_s});
    openWindow();
    QVERIFY(m_window->openFile(m_path));
    for (int key = Qt::Key_1; key <= Qt::Key_5; ++key) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(key), Qt::ControlModifier);
        m_window->selectFirstRow();
        QTest::keyClick(m_window.get(), Qt::Key_F5);
        QCOMPARE(contents(m_directory->path()), before);
    }
    m_window.reset();
    QCOMPARE(contents(m_directory->path()), before);
}

void TestMainWindow::namesEveryViewAndInput()
{
    fill();
    openWindow();
    const QList<QAbstractItemView *> views = m_window->findChildren<QAbstractItemView *>();
    for (const QAbstractItemView *view : views)
        QVERIFY2(qobject_cast<const QHeaderView *>(view) || !view->accessibleName().isEmpty(),
                 view->metaObject()->className());
    const QList<QLineEdit *> inputs = m_window->findChildren<QLineEdit *>();
    QCOMPARE(inputs.size(), 5);
    for (const QLineEdit *input : inputs)
        QVERIFY(!input->accessibleName().isEmpty());
}

QTEST_MAIN(TestMainWindow)

#include "tst_mainwindow.moc"
