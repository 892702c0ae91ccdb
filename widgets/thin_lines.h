// SPDX-License-Identifier: GPL-3.0-or-later
// Many thin antialiased lines (Wu 1991): a hundred times faster than QPainter's strokes, which take
// milliseconds for each polyline.
#pragma once

#include <QImage>
#include <QPolygonF>

namespace fathom::widgets {

/// Draws the polyline into a Format_ARGB32_Premultiplied image, in its pixels; what lies outside is cut off.
/// `thickness` is in whole pixels.
void drawThinLine(QImage& image, const QPolygonF& line, const QColor& color, int thickness);

} // namespace fathom::widgets
