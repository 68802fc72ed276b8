// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/screenshot.h"

#include "app/mainwindow.h"

#include <QtCore/QEvent>
#include <QtCore/QTimer>
#include <QtGui/QPixmap>

namespace Tideline::Inspector {

Screenshot::Screenshot(MainWindow &window, const QString &path, QObject *parent)
    : QObject(parent)
    , m_window(window)
    , m_path(path)
{
    window.installEventFilter(this);
}

bool Screenshot::eventFilter(QObject *object, QEvent *event)
{
    if (object == &m_window && event->type() == QEvent::Paint) {
        m_window.removeEventFilter(this);
        QTimer::singleShot(0, this, [this] {
            m_window.selectFirstRow();
            QTimer::singleShot(0, this, &Screenshot::take); // the details lay themselves out first
        });
    }
    return QObject::eventFilter(object, event);
}

void Screenshot::take()
{
    Q_EMIT finished(m_window.grab().save(m_path));
}

} // namespace Tideline::Inspector
