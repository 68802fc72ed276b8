// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QWidget>

class QLabel;

namespace Tideline::Inspector {

// Icon, bold title and a line of text above a detail pane's contents.
class DetailHeading : public QWidget
{
    Q_OBJECT

public:
    explicit DetailHeading(QWidget *parent = nullptr);

    void setContents(const QIcon &icon, const QString &title, const QString &text, const QString &toolTip = {});

private:
    QLabel *m_icon;
    QLabel *m_title;
    QLabel *m_text;
};

} // namespace Tideline::Inspector
