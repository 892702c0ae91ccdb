// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_plot_items.h"

#include "widgets/number_format.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fathom::widgets {

namespace {
constexpr double kLeastDistance = 4; // pixels between two marks that can be told apart
constexpr int kTick = 7;
constexpr std::size_t kLabelRows = 3;
constexpr int kLabelPad = 3;
} // namespace

QCPRange CurvePlottable::getKeyRange(bool& found, QCP::SignDomain) const {
    found = !m_curve.data.empty();
    if (!found) return {};
    return {m_curve.data.x(0), m_curve.data.x(m_curve.data.size() - 1)};
}

QCPRange CurvePlottable::getValueRange(bool& found, QCP::SignDomain, const QCPRange& keys) const {
    const MinMax extremes = m_curve.data.yRange(keys.lower, keys.upper);
    found = extremes.valid();
    return found ? QCPRange(extremes.minimum, extremes.maximum) : QCPRange();
}

void CurvePlottable::draw(QCPPainter* painter) {
    const QCPAxis* key = keyAxis();
    const QCPAxis* value = valueAxis();
    const QCPRange range = key->range();
    const bool logarithmic = value->scaleType() == QCPAxis::stLogarithmic;
    const int columns =
        std::max(1, static_cast<int>(clipRect().width() * painter->device()->devicePixelRatioF()));
    const std::vector<QPointF> line = m_curve.data.polyline(range.lower, range.upper, columns);

    QColor color = m_curve.color;
    if (m_curve.faint) color.setAlphaF(0.4F);
    painter->setPen(QPen(color, m_curve.faint ? 1.0 : 1.6, m_curve.dashed ? Qt::DashLine : Qt::SolidLine));
    painter->setBrush(Qt::NoBrush);
    painter->setAntialiasing(true);
    std::vector<QPointF> pixels;
    std::vector<QPointF> all;
    pixels.reserve(line.size());
    const auto flush = [&] {
        if (pixels.size() > 1)
            painter->drawPolyline(pixels.data(), static_cast<int>(pixels.size()));
        else if (pixels.size() == 1 && !m_curve.markers)
            painter->drawPoint(pixels.front());
        all.insert(all.end(), pixels.begin(), pixels.end());
        pixels.clear();
    };
    for (const QPointF& point : line) {
        if (!std::isfinite(point.y()) || (logarithmic && point.y() <= 0))
            flush();
        else
            pixels.emplace_back(key->coordToPixel(point.x()), value->coordToPixel(point.y()));
    }
    flush();
    if (m_curve.markers && all.size() * 8 <= static_cast<std::size_t>(clipRect().width()))
        drawDots(painter, all);
}

void CurvePlottable::drawDots(QCPPainter* painter, const std::vector<QPointF>& pixels) const {
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_curve.color);
    for (const QPointF& pixel : pixels)
        painter->drawEllipse(pixel, 3, 3);
}

void CursorItem::set(double x, std::vector<Dot> dots, const QColor& line) {
    m_x = x;
    m_dots = std::move(dots);
    m_line = line;
}

void CursorItem::draw(QCPPainter* painter) {
    const QCPAxis* key = mParentPlot->xAxis;
    const QCPAxis* value = mParentPlot->yAxis;
    const QRect area = mParentPlot->axisRect()->rect();
    const double x = key->coordToPixel(m_x);
    if (x < area.left() || x > area.right()) return;
    painter->setPen(QPen(m_line, 1));
    painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter->setPen(Qt::NoPen);
    for (const Dot& dot : m_dots) {
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

void MarkersItem::draw(QCPPainter* painter) {
    const QCPAxis* key = mParentPlot->xAxis;
    const QRect area = mParentPlot->axisRect()->rect();
    drawTicks(painter);
    painter->setAntialiasing(false);
    painter->setPen(QPen(m_line, 1, Qt::DashLine));
    std::vector<std::pair<double, QString>> labels; // marks that fall on one line share its label
    for (const PlotMarker& marker : m_markers) {
        const double x = std::round(key->coordToPixel(marker.x));
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
        const double x = std::round(mParentPlot->xAxis->coordToPixel(marker.x));
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

double StepTicker::getTickStep(const QCPRange& range) {
    return std::max(1.0, QCPAxisTicker::getTickStep(range));
}

QString StepTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return formatCount(std::llround(tick));
}

QString ValueTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return formatNumber(std::abs(tick) < 1e-12 ? 0 : tick, 5);
}

QString LogValueTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return formatNumber(tick, 3);
}

} // namespace fathom::widgets
