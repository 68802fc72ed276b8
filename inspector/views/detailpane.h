// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QWidget>

namespace Tideline::Inspector {

// Shows one row of a page's model.
class DetailPane : public QWidget
{
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual void showRow(int row) = 0; // of the model, not of the view
};

} // namespace Tideline::Inspector
