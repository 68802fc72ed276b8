// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtWidgets/QProxyStyle>

namespace Tideline::Inspector {

// The application's style with more room around the cells of tables, trees and their headers, and a selection that
// leaves icons and text readable.
class RoomyStyle final : public QProxyStyle
{
    Q_OBJECT

public:
    static void applyTo(QWidget &view);

    void drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                     const QWidget *widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override;

    int pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                           const QWidget *widget) const override;
};

} // namespace Tideline::Inspector
