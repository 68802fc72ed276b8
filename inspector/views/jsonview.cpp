// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/jsonview.h"

#include "views/jsontext.h"

#include <tideline/core/json.h>

#include <QtGui/QFontDatabase>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QTreeWidget>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

namespace {

QString scalarText(const QVariant &value)
{
    if (value.typeId() == QMetaType::QString)
        return value.toString();
    return QString::fromUtf8(Json::toText(value));
}

QTreeWidgetItem *makeItem(const QString &key, const QVariant &value)
{
    auto *item = new QTreeWidgetItem({key});
    if (value.typeId() == QMetaType::QVariantMap) {
        const QVariantMap map = value.toMap();
        item->setText(1, JsonView::tr("{%n field(s)}", nullptr, static_cast<int>(map.size())));
        for (auto it = map.cbegin(); it != map.cend(); ++it)
            item->addChild(makeItem(it.key(), it.value()));
    } else if (value.typeId() == QMetaType::QVariantList) {
        const QVariantList list = value.toList();
        item->setText(1, JsonView::tr("[%n element(s)]", nullptr, static_cast<int>(list.size())));
        for (qsizetype i = 0; i < list.size(); ++i)
            item->addChild(makeItem(QString::number(i), list.at(i)));
    } else {
        item->setText(1, scalarText(value));
        item->setToolTip(1, scalarText(value));
        item->setFont(1, QFontDatabase::systemFont(QFontDatabase::FixedFont));
    }
    item->setToolTip(0, key);
    return item;
}

} // namespace

JsonView::JsonView(const QString &accessibleName, QWidget *parent)
    : QWidget(parent)
    , m_stack(new QStackedWidget)
    , m_tree(new QTreeWidget)
    , m_raw(new QPlainTextEdit)
    , m_text(new QLabel)
    , m_rawButton(new QToolButton)
{
    m_tree->setHeaderLabels({tr("Field"), tr("Value")});
    m_tree->setAccessibleName(tr("%1 as a tree").arg(accessibleName));
    m_tree->setAlternatingRowColors(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->header()->resizeSection(0, 240);
    m_raw->setReadOnly(true);
    m_raw->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_raw->setAccessibleName(tr("%1 as JSON").arg(accessibleName));
    m_raw->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_raw->setFrameShape(QFrame::NoFrame);
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setForegroundRole(QPalette::PlaceholderText);
    m_stack->addWidget(m_tree);
    m_stack->addWidget(m_raw);
    m_stack->addWidget(m_text);

    m_rawButton->setText(tr("Raw JSON"));
    m_rawButton->setCheckable(true);
    m_rawButton->setAutoRaise(true);
    m_rawButton->setAccessibleName(tr("Show %1 as raw JSON").arg(accessibleName));
    connect(m_rawButton, &QToolButton::toggled, this,
            [this](bool isRaw) { m_stack->setCurrentWidget(isRaw ? static_cast<QWidget *>(m_raw) : m_tree); });

    auto *buttons = new QVBoxLayout;
    buttons->setContentsMargins(4, 4, 4, 4);
    buttons->addWidget(m_rawButton);
    buttons->addStretch();
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_stack, 1);
    layout->addLayout(buttons);
}

void JsonView::setValue(const QVariant &value)
{
    m_raw->setPlainText(indentedJson(value));
    m_tree->clear();
    QTreeWidgetItem *root = makeItem({}, value);
    m_tree->addTopLevelItems(root->takeChildren());
    delete root;
    m_tree->expandToDepth(1);
    m_rawButton->setEnabled(true);
    m_stack->setCurrentWidget(m_rawButton->isChecked() ? static_cast<QWidget *>(m_raw) : m_tree);
}

void JsonView::setText(const QString &text)
{
    m_tree->clear();
    m_raw->clear();
    m_text->setText(text);
    m_rawButton->setEnabled(false);
    m_stack->setCurrentWidget(m_text);
}

} // namespace Tideline::Inspector
