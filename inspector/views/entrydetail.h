// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "views/detailpane.h"

class QTabWidget;
class QTreeWidget;

namespace Tideline {
class EntryModel;
class SyncEntry;
} // namespace Tideline

namespace Tideline::Inspector {

class DetailHeading;
class JsonView;

// Payload, attempts, base and properties of a queue entry.
class EntryDetail final : public DetailPane
{
    Q_OBJECT

public:
    explicit EntryDetail(const EntryModel &model, QWidget *parent = nullptr);

    void showRow(int row) override;

private:
    void showAttempts(int row);
    void showProperties(const SyncEntry &entry);

    const EntryModel &m_model;
    DetailHeading *m_heading;
    QTabWidget *m_tabs;
    JsonView *m_payload;
    QTreeWidget *m_attempts;
    JsonView *m_base;
    QTreeWidget *m_properties;
};

} // namespace Tideline::Inspector
