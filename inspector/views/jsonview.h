// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QWidget>

class QLabel;
class QPlainTextEdit;
class QStackedWidget;
class QToolButton;
class QTreeWidget;

namespace Tideline::Inspector {

// A JSON value as a tree, or as raw text.
class JsonView : public QWidget
{
    Q_OBJECT

public:
    explicit JsonView(const QString &accessibleName, QWidget *parent = nullptr);

    void setValue(const QVariant &value);
    void setText(const QString &text); // instead of a value: why there is none

private:
    QStackedWidget *m_stack;
    QTreeWidget *m_tree;
    QPlainTextEdit *m_raw;
    QLabel *m_text;
    QToolButton *m_rawButton;
};

} // namespace Tideline::Inspector
