// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QObject>
#include <QtCore/QString>

namespace Tideline::Inspector {

class MainWindow;

// Saves a picture of a window once it has been painted.
class Screenshot final : public QObject
{
    Q_OBJECT

public:
    // The window must outlive the screenshot.
    Screenshot(MainWindow &window, const QString &path, QObject *parent = nullptr);

    bool eventFilter(QObject *object, QEvent *event) override;

Q_SIGNALS:
    void finished(bool isSaved);

private:
    void take();

    MainWindow &m_window;
    QString m_path;
};

} // namespace Tideline::Inspector
