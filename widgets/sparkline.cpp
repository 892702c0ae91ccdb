// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sparkline.h"

#include <QPainter>
#include <QPolygonF>

#include <algorithm>

namespace fathom::widgets {

namespace {
constexpr double kWidth = 1.2;
constexpr double kDot = 1.8; ///< its radius
} // namespace

void drawSparkline(QPainter* painter, const QRectF& area, std::span<const SparkPoint> points,
                   const QColor& line, const QColor& dot) {
    if (points.empty()) return;
    const auto byLow = [](const SparkPoint& a, const SparkPoint& b) { return a.low < b.low; };
    const auto byHigh = [](const SparkPoint& a, const SparkPoint& b) { return a.high < b.high; };
    const double least = std::min_element(points.begin(), points.end(), byLow)->low;
    const double range = std::max_element(points.begin(), points.end(), byHigh)->high - least;
    const double first = points.front().x;
    const double length = points.back().x - first;
    const QRectF inner = area.adjusted(kDot, kDot, -kDot, -kDot);
    const auto place = [&](double x, double value) {
        const double across = length > 0 ? (x - first) / length : 1;
        const double up = range > 0 ? (value - least) / range : 0.5;
        return QPointF(inner.left() + across * inner.width(), inner.bottom() - up * inner.height());
    };
    // Through each stretch from one extreme to the other, the one that is nearer first.
    QPolygonF polygon;
    double before = points.front().low;
    for (const SparkPoint& point : points) {
        const bool isRising = before - point.low < point.high - before;
        polygon << place(point.x, isRising ? point.low : point.high);
        if (point.low < point.high) polygon << place(point.x, isRising ? point.high : point.low);
        before = isRising ? point.high : point.low;
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(line, kWidth));
    painter->setBrush(Qt::NoBrush);
    painter->drawPolyline(polygon);
    painter->setPen(Qt::NoPen);
    painter->setBrush(dot);
    painter->drawEllipse(polygon.last(), kDot, kDot);
    painter->restore();
}

} // namespace fathom::widgets
