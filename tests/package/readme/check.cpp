// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT
//
// Linked to the example of README.md: types a task into its window, waits until the row has come back with the time
// that the server set, and ends the program.

#include <QtCore/QTimer>
#include <QtGui/QKeyEvent>
#include <QtSql/QSqlQuery>
#include <QtWidgets/QApplication>
#include <QtWidgets/QLineEdit>

namespace {

void type()
{
    for (QWidget *widget : QApplication::allWidgets()) {
        auto *input = qobject_cast<QLineEdit *>(widget);
        if (!input)
            continue;
        input->setText("Water the plants 🌱");
        QKeyEvent press(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, "\r");
        QCoreApplication::sendEvent(input, &press);
        return;
    }
    qFatal("The example has no line to type into.");
}

void check()
{
    QTimer::singleShot(0, &type);
    auto *poll = new QTimer(qApp);
    QObject::connect(poll, &QTimer::timeout, [] {
        QSqlQuery query("select count(*) from tasks where title = 'Water the plants 🌱' and updated_at is not null");
        if (query.next() && query.value(0).toInt() == 1)
            QCoreApplication::quit();
    });
    poll->start(20);
    QTimer::singleShot(30'000, [] { qFatal("The task was not synced within 30 seconds."); });
}

} // namespace

Q_COREAPP_STARTUP_FUNCTION(check)
