// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QTreeWidget>

namespace Tideline::Inspector {

// A flat list with columns, as the detail panes use it.
class PlainTree final : public QTreeWidget
{
    Q_OBJECT

public:
    explicit PlainTree(const QStringList &headers, QWidget *parent = nullptr);
};

} // namespace Tideline::Inspector
