// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/roomystyle.h"

#include <QtWidgets/QStyleOption>
#include <QtWidgets/QWidget>

namespace Tideline::Inspector {

namespace {

constexpr int room = 5;

// A tint of the theme's selection colour instead of the full one, on which coloured icons would vanish.
void soften(QPalette &palette)
{
    constexpr qreal share = 0.3;
    for (QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
        const QColor strong = palette.color(group, QPalette::Highlight);
        const QColor base = palette.color(group, QPalette::Base);
        const auto mixed = [](float a, float b) {
            return a * static_cast<float>(share) + b * static_cast<float>(1 - share);
        };
        palette.setColor(group, QPalette::Highlight,
                         QColor::fromRgbF(mixed(strong.redF(), base.redF()), mixed(strong.greenF(), base.greenF()),
                                          mixed(strong.blueF(), base.blueF())));
        palette.setColor(group, QPalette::HighlightedText, palette.color(group, QPalette::Text));
    }
}

} // namespace

void RoomyStyle::applyTo(QWidget &view)
{
    auto *style = new RoomyStyle;
    style->setParent(&view);
    view.setStyle(style);
}

void RoomyStyle::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                             const QWidget *widget) const
{
    const auto *item = qstyleoption_cast<const QStyleOptionViewItem *>(option);
    if (element != CE_ItemViewItem || !item) {
        QProxyStyle::drawControl(element, option, painter, widget);
        return;
    }
    QStyleOptionViewItem softened(*item);
    soften(softened.palette);
    QProxyStyle::drawControl(element, &softened, painter, widget);
}

void RoomyStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                               const QWidget *widget) const
{
    const auto *item = qstyleoption_cast<const QStyleOptionViewItem *>(option);
    if (element != PE_PanelItemViewRow || !item) {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        return;
    }
    QStyleOptionViewItem softened(*item);
    soften(softened.palette);
    QProxyStyle::drawPrimitive(element, &softened, painter, widget);
}

int RoomyStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    const int pixels = QProxyStyle::pixelMetric(metric, option, widget);
    return metric == PM_FocusFrameHMargin || metric == PM_HeaderMargin ? pixels + room : pixels;
}

QSize RoomyStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                   const QWidget *widget) const
{
    const QSize contents = QProxyStyle::sizeFromContents(type, option, size, widget);
    return type == CT_ItemViewItem ? contents + QSize(0, room) : contents;
}

} // namespace Tideline::Inspector
