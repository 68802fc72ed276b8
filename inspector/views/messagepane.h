// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QWidget>

class QLabel;
class QPushButton;

namespace Tideline::Inspector {

// Words in the place of a view that has nothing to show.
class MessagePane final : public QWidget
{
    Q_OBJECT

public:
    explicit MessagePane(QWidget *parent = nullptr);

    // Without a button's text there is no button.
    void setMessage(const QIcon &icon, const QString &title, const QString &text, const QString &buttonText = {});

Q_SIGNALS:
    void clicked();

private:
    QLabel *m_icon;
    QLabel *m_title;
    QLabel *m_text;
    QPushButton *m_button;
};

} // namespace Tideline::Inspector
