// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "views/detailpane.h"

class QTreeWidget;

namespace Tideline {
class ConflictModel;
} // namespace Tideline

namespace Tideline::Inspector {

class DetailHeading;

// The versions of a conflict side by side.
class ConflictDetail final : public DetailPane
{
    Q_OBJECT

public:
    explicit ConflictDetail(const ConflictModel &model, QWidget *parent = nullptr);

    void showRow(int row) override;

private:
    const ConflictModel &m_model;
    DetailHeading *m_heading;
    QTreeWidget *m_fields;
};

} // namespace Tideline::Inspector
