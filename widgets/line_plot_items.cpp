// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_plot_items.h"

#include "widgets/theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>

namespace fathom::widgets {

namespace {
constexpr double kLeastDistance = 4; // pixels between two marks that can be told apart
constexpr int kTick = 7;
constexpr std::size_t kLabelRows = 3;
constexpr int kLabelPad = 3;
constexpr double kNormal = 1.6; // pixels
constexpr double kThin = 1;
constexpr std::size_t kCrowd = 32; // curves, of which thin lines show more
constexpr double kThick = 2.4;
constexpr double kFaint = 0.4; // of the colour over the background
constexpr double kDimmed = 0.3;
constexpr double kFaded = 0.22;
constexpr float kBand = 0.2F;
} // namespace

std::vector<const PlotCurve*> CurvesPlottable::inOrder() const {
    std::vector<const PlotCurve*> curves;
    for (const auto& curve : m_curves | std::views::reverse) // the newest in front
        if (curve->visible) curves.push_back(curve.get());
    const auto rank = [&](const PlotCurve* curve) {
        return (m_highlighted && m_highlighted(*curve) ? 2 : 0) + (curve->pale() ? 0 : 1);
    };
    std::stable_sort(curves.begin(), curves.end(),
                     [&](const PlotCurve* a, const PlotCurve* b) { return rank(a) > rank(b); });
    return curves;
}

QColor CurvesPlottable::colorOf(const PlotCurve& curve) const {
    double strength = curve.spec.dimmed ? kDimmed : curve.pale() ? kFaint : 1;
    if (m_highlighted && !m_highlighted(curve)) strength *= kFaded;
    return strength < 1 ? blend(m_surface, curve.color, strength) : curve.color;
}

void CurvesPlottable::draw(QCPPainter* painter) {
    const QCPAxis* key = keyAxis();
    const QCPAxis* value = valueAxis();
    const double ratio = painter->device()->devicePixelRatioF();
    const QRect area = clipRect();
    // Whole device pixels, which a fractional ratio would otherwise smear.
    const QPoint from(qFloor(area.left() * ratio), qFloor(area.top() * ratio));
    const QSize size(qCeil((area.right() + 1) * ratio) - from.x(),
                     qCeil((area.bottom() + 1) * ratio) - from.y());
    if (size.isEmpty()) return;
    const auto x = [&](int pixel) { return key->pixelToCoord(pixel / ratio); };
    const auto y = [&](int pixel) { return value->pixelToCoord(pixel / ratio); };
    m_raster.begin({.size = size,
                    .x = m_scales.x,
                    .y = m_scales.y,
                    .xFrom = x(from.x()),
                    .xTo = x(from.x() + size.width()),
                    .yFrom = y(from.y() + size.height()),
                    .yTo = y(from.y())});
    const std::vector<const PlotCurve*> curves = inOrder();
    const double normal = curves.size() > kCrowd ? kThin : kNormal;
    for (const PlotCurve* curve : curves) {
        const bool highlighted = m_highlighted && m_highlighted(*curve);
        const double width = (curve->pale() ? kThin : highlighted ? kThick : normal) * ratio;
        RasterPen pen{.color = colorOf(*curve), .width = width};
        if (curve->dash != Qt::SolidLine)
            for (const double part : QPen(curve->dash).dashPattern())
                pen.dash.push_back(part * std::max(width, 1.6 * ratio));
        m_raster.draw(curve->data, pen);
    }
    for (const PlotCurve* curve : curves) {
        QColor color = colorOf(*curve);
        color.setAlphaF(kBand);
        m_raster.fill(curve->lower, curve->upper, color);
    }
    QImage image = m_raster.finish();
    image.setDevicePixelRatio(ratio);
    painter->drawImage(QPointF(from) / ratio, image);
    for (const PlotCurve* curve : curves | std::views::reverse) // those in front last
        if (curve->spec.markers) drawDots(painter, *curve);
}

void CurvesPlottable::drawDots(QCPPainter* painter, const PlotCurve& curve) const {
    const QCPRange range = keyAxis()->range();
    const auto [first, last] = curve.data.indices(m_scales.x.from(range.lower), m_scales.x.from(range.upper));
    if ((last - first) * 8 > static_cast<std::size_t>(clipRect().width())) return; // they would hide the line
    painter->setAntialiasing(true);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colorOf(curve));
    for (std::size_t i = first; i < last; ++i) {
        const double drawn = m_scales.y.to(curve.data.y(i));
        if (!std::isfinite(drawn)) continue;
        painter->drawEllipse(QPointF(keyAxis()->coordToPixel(m_scales.x.to(curve.data.x(i))),
                                     valueAxis()->coordToPixel(drawn)),
                             3, 3);
    }
}

void ScaleTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                           QVector<double>* subTicks, QVector<QString>* labels) {
    ticks.clear();
    if (subTicks != nullptr) subTicks->clear();
    if (labels != nullptr) labels->clear();
    for (const PlotTick& tick : plotTicks(m_scale, m_scale.from(range.lower), m_scale.from(range.upper),
                                          tickCount(), m_kind != nullptr ? *m_kind : AxisKind::Value)) {
        ticks.append(m_scale.to(tick.value));
        if (labels != nullptr) labels->append(tick.label);
    }
}

void CursorItem::set(std::optional<double> x, std::vector<Dot> dots, const QColor& line) {
    m_x = x;
    m_dots = std::move(dots);
    m_line = line;
}

void CursorItem::setBox(const QRect& box, const QColor& color) {
    m_box = box;
    m_boxColor = color;
}

void CursorItem::draw(QCPPainter* painter) {
    const QCPAxis* key = mParentPlot->xAxis;
    const QCPAxis* value = mParentPlot->yAxis;
    const QRect area = mParentPlot->axisRect()->rect();
    if (!m_box.isEmpty()) {
        QColor inside = m_boxColor;
        inside.setAlphaF(0.15F);
        painter->setPen(QPen(m_boxColor, 1));
        painter->setBrush(inside);
        painter->drawRect(m_box.intersected(area));
    }
    if (!m_x) return;
    const double x = key->coordToPixel(*m_x);
    if (x < area.left() || x > area.right()) return;
    painter->setPen(QPen(m_line, 1));
    painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter->setPen(Qt::NoPen);
    for (const Dot& dot : m_dots) {
        if (!std::isfinite(dot.position.y())) continue;
        const QPointF pixel(key->coordToPixel(dot.position.x()), value->coordToPixel(dot.position.y()));
        if (!area.contains(pixel.toPoint())) continue;
        painter->setBrush(dot.color);
        painter->drawEllipse(pixel, 4, 4);
    }
}

void MarkersItem::add(const PlotMarker& marker) {
    const auto place = std::upper_bound(m_markers.begin(), m_markers.end(), marker.x,
                                        [](double x, const PlotMarker& other) { return x < other.x; });
    m_markers.insert(place, marker);
}

void MarkersItem::setColors(const QColor& line, const QColor& label, const QColor& back, const QFont& font) {
    m_line = line;
    m_label = label;
    m_back = back;
    m_font = font;
}

double MarkersItem::pixelOf(const PlotMarker& marker) const {
    const double drawn = m_scales.x.to(marker.x);
    return std::isfinite(drawn) ? std::round(mParentPlot->xAxis->coordToPixel(drawn)) : -1;
}

void MarkersItem::draw(QCPPainter* painter) {
    const QRect area = mParentPlot->axisRect()->rect();
    drawTicks(painter);
    painter->setAntialiasing(false);
    painter->setPen(QPen(m_line, 1, Qt::DashLine));
    std::vector<std::pair<double, QString>> labels; // marks that fall on one line share its label
    for (const PlotMarker& marker : m_markers) {
        const double x = pixelOf(marker);
        if (marker.minor || x < area.left() || x > area.right()) continue;
        if (!labels.empty() && x - labels.back().first < kLeastDistance) {
            if (!labels.back().second.contains(marker.label))
                labels.back().second += QStringLiteral(", ") + marker.label;
            continue;
        }
        painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        labels.emplace_back(x, marker.label);
    }
    drawLabels(painter, labels);
}

void MarkersItem::drawTicks(QCPPainter* painter) const {
    const QRect area = mParentPlot->axisRect()->rect();
    painter->setAntialiasing(false);
    painter->setPen(QPen(m_line, 1));
    double last = -kLeastDistance;
    for (const PlotMarker& marker : m_markers) {
        const double x = pixelOf(marker);
        if (!marker.minor || x < area.left() || x > area.right() || x - last < kLeastDistance) continue;
        painter->drawLine(QPointF(x, area.bottom() - kTick), QPointF(x, area.bottom()));
        last = x;
    }
}

void MarkersItem::drawLabels(QCPPainter* painter,
                             const std::vector<std::pair<double, QString>>& labels) const {
    const QRect area = mParentPlot->axisRect()->rect();
    const QFontMetrics metrics(m_font);
    painter->setFont(m_font);
    std::array<double, kLabelRows> ends;
    ends.fill(area.left() - 1.0);
    for (const auto& [x, label] : labels) {
        const double width = metrics.horizontalAdvance(label) + 2 * kLabelPad;
        const double left = std::min(x + 1, area.right() - width); // the last one stays within the plot
        const auto row = std::find_if(ends.begin(), ends.end(), [&](double end) { return left > end; });
        if (label.isEmpty() || row == ends.end() || left < area.left()) continue;
        *row = left + width;
        const double top = area.top() + static_cast<double>(row - ends.begin()) * metrics.height();
        const QRectF box(left, top, width, metrics.height());
        painter->fillRect(box, m_back);
        painter->setPen(m_label);
        painter->drawText(box, Qt::AlignCenter, label);
    }
}

} // namespace fathom::widgets
