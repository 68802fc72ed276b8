// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/plaintree.h"

namespace Tideline::Inspector {

PlainTree::PlainTree(const QStringList &headers, QWidget *parent)
    : QTreeWidget(parent)
{
    setHeaderLabels(headers);
    setRootIsDecorated(false);
    setAlternatingRowColors(true);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setFrameShape(QFrame::NoFrame);
}

} // namespace Tideline::Inspector
