// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "views/detailpane.h"

#include <QtGui/QIcon>

#include <functional>

namespace Tideline {
class StorageModel;
} // namespace Tideline

namespace Tideline::Inspector {

class DetailHeading;
class JsonView;

// Every field of a row, for rows that need no pane of their own.
class DocumentDetail final : public DetailPane
{
    Q_OBJECT

public:
    class Heading
    {
    public:
        QIcon icon;
        QString title;
        QString text;
    };
    using HeadingOf = std::function<Heading(int row)>;

    DocumentDetail(const StorageModel &model, HeadingOf headingOf, QWidget *parent = nullptr);

    void showRow(int row) override;

private:
    const StorageModel &m_model;
    HeadingOf m_headingOf;
    DetailHeading *m_heading;
    JsonView *m_fields;
};

} // namespace Tideline::Inspector
