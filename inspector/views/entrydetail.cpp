// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/entrydetail.h"

#include "views/detailheading.h"
#include "views/detailtree.h"
#include "views/formats.h"
#include "views/jsonview.h"

#include <tideline/models/entrymodel.h>

#include <QtWidgets/QHeaderView>
#include <QtWidgets/QTabWidget>
#include <QtWidgets/QTreeWidget>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

EntryDetail::EntryDetail(const EntryModel &model, QWidget *parent)
    : DetailPane(parent)
    , m_model(model)
    , m_heading(new DetailHeading)
    , m_tabs(new QTabWidget)
    , m_payload(new JsonView(tr("Payload")))
    , m_attempts(new DetailTree({tr("Time"), tr("Answer"), tr("What it says")}))
    , m_base(new JsonView(tr("Base")))
    , m_properties(new DetailTree({tr("Property"), tr("Value")}))
{
    m_attempts->setAccessibleName(tr("Attempts to send"));
    m_attempts->header()->resizeSection(0, 220);
    m_attempts->header()->resizeSection(1, 220);
    m_properties->setAccessibleName(tr("Properties"));
    m_properties->header()->resizeSection(0, 180);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_payload, tr("Payload"));
    m_tabs->addTab(m_attempts, tr("Attempts"));
    m_tabs->addTab(m_base, tr("Base"));
    m_tabs->addTab(m_properties, tr("Properties"));
    m_tabs->setTabToolTip(2, tr("The last version of the server that this device had seen when the change was made"));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_heading);
    layout->addWidget(m_tabs, 1);
}

void EntryDetail::showRow(int row)
{
    const SyncEntry entry = m_model.entry(row);
    const QString state = toText(entry.state);
    //: 1: operation, 2: table, 3: record, 4: state
    const QString title =
        tr("%1 of %2 %3: %4")
            .arg(Formats::operation(toText(entry.operation)), entry.table, entry.recordId, Formats::entryState(state));
    QString text = entry.error.isFailure() ? u"%1 — %2"_s.arg(Formats::failureCode(entry.error), entry.error.detail)
                                           : tr("No error so far.");
    if (!entry.heldBy.isEmpty())
        text += u"\n"_s + tr("Waits for the settlement of %1.").arg(entry.heldBy);
    m_heading->setContents(Formats::entryIcon(state), title, text);

    if (entry.operation == SyncOperation::Delete && entry.payload.isEmpty())
        m_payload->setText(tr("A delete has no payload."));
    else
        m_payload->setValue(entry.payload);
    if (entry.base)
        m_base->setValue(*entry.base);
    else
        m_base->setText(tr("No base: this device knew of no version on the server when the change was made."));
    showAttempts(row);
    showProperties(entry);
}

void EntryDetail::showAttempts(int row)
{
    m_attempts->clear();
    const Result<QList<SyncAttempt>> attempts = m_model.attempts(row);
    if (!attempts) {
        m_tabs->setTabText(1, tr("Attempts"));
        m_attempts->addTopLevelItem(new QTreeWidgetItem({tr("Cannot be read"), {}, attempts.failure().detail}));
        return;
    }
    m_tabs->setTabText(1, tr("Attempts (%1)").arg(Formats::number(attempts->size())));
    for (const SyncAttempt &attempt : *attempts) {
        const QString answer = attempt.failure.isFailure() ? Formats::failureCode(attempt.failure) : tr("Accepted");
        auto *item = new QTreeWidgetItem({Formats::absoluteTime(attempt.at), answer, attempt.failure.detail});
        item->setIcon(0, Formats::icon(attempt.failure.isFailure() ? u"warning"_s : u"done"_s));
        item->setToolTip(0, Formats::relativeTime(attempt.at, systemClock()));
        item->setToolTip(1, answer);
        item->setToolTip(2, attempt.failure.detail);
        m_attempts->addTopLevelItem(item);
    }
    if (attempts->isEmpty())
        m_attempts->addTopLevelItem(new QTreeWidgetItem({tr("No attempt was made yet.")}));
}

void EntryDetail::showProperties(const SyncEntry &entry)
{
    m_properties->clear();
    const auto add = [this](const QString &name, const QString &value) {
        auto *item = new QTreeWidgetItem({name, value.isEmpty() ? tr("none") : value});
        item->setToolTip(1, value);
        m_properties->addTopLevelItem(item);
    };
    add(tr("Entry id"), entry.id);
    add(tr("Number in the queue"), Formats::number(entry.sequence));
    add(tr("Table"), entry.table);
    add(tr("Record"), entry.recordId);
    add(tr("Queued"), Formats::absoluteTime(entry.createdAt));
    add(tr("Last sent"), Formats::absoluteTime(entry.sentAt));
    add(tr("Retries"), Formats::number(entry.retryCount));
    add(tr("Next attempt"), Formats::absoluteTime(entry.nextRetryAt));
    add(tr("Finished"), Formats::absoluteTime(entry.finishedAt));
    add(tr("Waits for"), entry.heldBy);
    add(tr("Travels in"), entry.mergedInto);
}

} // namespace Tideline::Inspector
