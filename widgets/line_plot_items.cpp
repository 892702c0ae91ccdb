// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_plot_items.h"

#include "widgets/number_format.h"

#include <cmath>

namespace fathom::widgets {

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
