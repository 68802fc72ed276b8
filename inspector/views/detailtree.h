// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QTreeWidget>

namespace Tideline::Inspector {

// Rows with columns, as the detail panes use them.
class DetailTree final : public QTreeWidget
{
    Q_OBJECT

public:
    explicit DetailTree(const QStringList &headers, QWidget *parent = nullptr);
};

} // namespace Tideline::Inspector
