// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/documentdetail.h"

#include "views/detailheading.h"
#include "views/jsonview.h"

#include <tideline/models/storagemodel.h>

#include <QtWidgets/QVBoxLayout>

namespace Tideline::Inspector {

DocumentDetail::DocumentDetail(const StorageModel &model, HeadingOf headingOf, QWidget *parent)
    : DetailPane(parent)
    , m_model(model)
    , m_headingOf(std::move(headingOf))
    , m_heading(new DetailHeading)
    , m_fields(new JsonView(tr("Fields")))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_heading);
    layout->addWidget(m_fields, 1);
}

void DocumentDetail::showRow(int row)
{
    const Heading heading = m_headingOf(row);
    m_heading->setContents(heading.icon, heading.title, heading.text);
    m_fields->setValue(m_model.index(row, 0).data(StorageModel::DocumentRole));
}

} // namespace Tideline::Inspector
