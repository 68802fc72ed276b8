// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/detailtree.h"

#include "views/roomystyle.h"

#include <QtWidgets/QHeaderView>

namespace Tideline::Inspector {

DetailTree::DetailTree(const QStringList &headers, QWidget *parent)
    : QTreeWidget(parent)
{
    setHeaderLabels(headers);
    setRootIsDecorated(false);
    setAlternatingRowColors(true);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setFrameShape(QFrame::NoFrame);
    RoomyStyle::applyTo(*this);
    RoomyStyle::applyTo(*header());
}

} // namespace Tideline::Inspector
