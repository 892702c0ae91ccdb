// SPDX-License-Identifier: GPL-3.0-or-later
// A curve as small as a word, without axes.
#pragma once

#include <QColor>
#include <QRectF>

#include <span>
#include <vector>

class QPainter;

namespace fathom::widgets {

/// The least and the greatest of a stretch of a curve; equal where it is one point.
struct SparkPoint {
    double x = 0; ///< ascending
    float low = 0;
    float high = 0;
};

/// From the first x to the last over the whole width, from the least value to the greatest over the height:
/// no spike is left out. A dot marks the last. Nothing without points.
void drawSparkline(QPainter* painter, const QRectF& area, std::span<const SparkPoint> points,
                   const QColor& line, const QColor& dot);

} // namespace fathom::widgets
