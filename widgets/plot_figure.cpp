// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_figure.h"

#include "widgets/plot_raster.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <ranges>

namespace fathom::widgets {

namespace {

constexpr double kPad = 4;
constexpr double kSwatch = 16;
constexpr std::size_t kMostVertices = 40'000; // beyond, the curves become an image: the file stays small
constexpr double kImageScale = 4;

class FigurePainter {
public:
    FigurePainter(QPainter& painter, const QSizeF& size, const Figure& figure, const Colors& colors,
                  const FigureOptions& options)
        : m_painter(painter),
          m_size(size),
          m_figure(figure),
          m_colors(colors),
          m_options(options),
          m_metrics(options.font, painter.device()) {}

    void draw();

private:
    void layOut();
    void legendRows(double width);
    void axes();
    void bands();
    void curves();
    void curve(const FigureCurve& curve, std::span<const double> edges);
    void image();
    void marks();
    void legend();
    [[nodiscard]] std::vector<double> edges(double perUnit) const;
    [[nodiscard]] double x(double value) const {
        return along(m_figure.x, value, m_area.left(), m_area.right());
    }
    [[nodiscard]] double y(double value) const {
        return along(m_figure.y, value, m_area.bottom(), m_area.top());
    }
    /// Far outside is as good as infinite, and files stay valid.
    static double along(const FigureAxis& axis, double value, double from, double to) {
        const double low = axis.scale.to(axis.from);
        const double share = (axis.scale.to(value) - low) / (axis.scale.to(axis.to) - low);
        return from + (to - from) * std::clamp(share, -2.0, 3.0);
    }
    void text(const QRectF& box, int flags, const QString& text) { m_painter.drawText(box, flags, text); }

    QPainter& m_painter;
    QSizeF m_size;
    const Figure& m_figure;
    const Colors& m_colors;
    const FigureOptions& m_options;
    QFontMetricsF m_metrics;
    QRectF m_area; ///< between the axes
    std::vector<PlotTick> m_xTicks;
    std::vector<PlotTick> m_yTicks;
    std::vector<std::pair<const FigureCurve*, QPointF>> m_legend;
    double m_legendHeight = 0;
};

QString labelOf(const FigureAxis& axis, const QString& wanted) {
    const QString label = wanted.isEmpty() ? axis.label : wanted;
    if (axis.scale.scale != PlotScale::Symlog) return label; // of log the ticks tell
    return label.isEmpty() ? scaleName(axis.scale.scale) : label + QStringLiteral(" (symlog)");
}

void FigurePainter::legendRows(double width) {
    double left = 0;
    double top = 0;
    const double line = m_metrics.height() + 2;
    for (const FigureCurve& curve : m_figure.curves) {
        if (!curve.inLegend || m_options.legend == FigureLegend::None) continue;
        const double need = kSwatch + kPad + m_metrics.horizontalAdvance(curve.name) + 3 * kPad;
        const bool column = m_options.legend == FigureLegend::Inside;
        if (left > 0 && (column || left + need > width)) {
            left = 0;
            top += line;
        }
        m_legend.emplace_back(&curve, QPointF(left, top));
        left += need;
    }
    m_legendHeight = m_legend.empty() ? 0 : top + line;
}

void FigurePainter::layOut() {
    const double line = m_metrics.height();
    const bool titled = m_options.title && !m_figure.title.isEmpty();
    const double top = titled ? line * 1.6 : line * 0.6;
    m_yTicks = plotTicks(m_figure.y.scale, m_figure.y.from, m_figure.y.to,
                         std::max(2, static_cast<int>(m_size.height() / (line * 4))), m_figure.y.kind);
    double widest = 0;
    for (const PlotTick& tick : m_yTicks)
        widest = std::max(widest, m_metrics.horizontalAdvance(tick.label));
    double left = widest + 2 * kPad;
    if (!labelOf(m_figure.y, m_options.yLabel).isEmpty()) left += line + kPad;
    legendRows(m_size.width() - left - line);
    double bottom = m_size.height() - line - 2 * kPad;
    if (!labelOf(m_figure.x, m_options.xLabel).isEmpty()) bottom -= line + kPad;
    if (m_options.legend == FigureLegend::Below && m_legendHeight > 0) bottom -= m_legendHeight + kPad;
    m_area = QRectF(QPointF(left, top), QPointF(m_size.width() - line, std::max(top + 1, bottom)));
    m_xTicks = plotTicks(m_figure.x.scale, m_figure.x.from, m_figure.x.to,
                         std::max(2, static_cast<int>(m_area.width() / (line * 6))), m_figure.x.kind);
}

void FigurePainter::axes() {
    const double line = m_metrics.height();
    const QPen grid(blend(m_colors.surface, m_colors.text, 0.12), 0.5 * m_options.lineWidth);
    const QPen ink(m_colors.text, 0.7 * m_options.lineWidth);
    m_painter.setFont(m_options.font);
    for (const PlotTick& tick : m_xTicks) {
        const double place = x(tick.value);
        m_painter.setPen(grid);
        m_painter.drawLine(QPointF(place, m_area.top()), QPointF(place, m_area.bottom()));
        m_painter.setPen(ink);
        m_painter.drawLine(QPointF(place, m_area.bottom()), QPointF(place, m_area.bottom() + kPad / 2));
        text({place - 200, m_area.bottom() + kPad, 400, line}, Qt::AlignHCenter | Qt::AlignTop, tick.label);
    }
    for (const PlotTick& tick : m_yTicks) {
        const double place = y(tick.value);
        m_painter.setPen(grid);
        m_painter.drawLine(QPointF(m_area.left(), place), QPointF(m_area.right(), place));
        m_painter.setPen(ink);
        m_painter.drawLine(QPointF(m_area.left() - kPad / 2, place), QPointF(m_area.left(), place));
        text({m_area.left() - kPad - 400, place - line / 2, 400, line}, Qt::AlignRight | Qt::AlignVCenter,
             tick.label);
    }
    m_painter.setPen(ink);
    m_painter.drawPolyline(QPolygonF{m_area.topLeft(), m_area.bottomLeft(), m_area.bottomRight()});
    const QString below = labelOf(m_figure.x, m_options.xLabel);
    text({m_area.left(), m_area.bottom() + line + 2 * kPad, m_area.width(), line}, Qt::AlignCenter, below);
    m_painter.save();
    m_painter.rotate(-90);
    text({-m_area.bottom(), 0, m_area.height(), line}, Qt::AlignCenter,
         labelOf(m_figure.y, m_options.yLabel));
    m_painter.restore();
    if (!m_options.title) return;
    QFont bold = m_options.font;
    bold.setWeight(QFont::DemiBold);
    m_painter.setFont(bold);
    text({m_area.left(), 0, m_area.width(), line * 1.5}, Qt::AlignLeft | Qt::AlignVCenter, m_figure.title);
}

/// Borders of columns, as values of x: so many to a unit of the painter.
std::vector<double> FigurePainter::edges(double perUnit) const {
    const int columns = std::max(1, static_cast<int>(m_area.width() * perUnit));
    const double low = m_figure.x.scale.to(m_figure.x.from);
    const double high = m_figure.x.scale.to(m_figure.x.to);
    std::vector<double> borders;
    for (int i = 0; i <= columns; ++i)
        borders.push_back(m_figure.x.scale.from(low + (high - low) * i / columns));
    return borders;
}

void FigurePainter::curve(const FigureCurve& curve, std::span<const double> borders) {
    QPen pen(curve.color, curve.width * m_options.lineWidth, curve.dash, Qt::FlatCap, Qt::RoundJoin);
    m_painter.setBrush(Qt::NoBrush);
    QPolygonF part;
    const auto flush = [&] {
        m_painter.setPen(pen);
        if (part.size() > 1) m_painter.drawPolyline(part);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(curve.color);
        if (curve.markers || part.size() == 1)
            for (const QPointF& point : part)
                m_painter.drawEllipse(point, 1.5 * pen.widthF(), 1.5 * pen.widthF());
        m_painter.setBrush(Qt::NoBrush);
        part.clear();
    };
    for (const QPointF& point : curve.data->polyline(borders)) {
        if (!std::isfinite(point.y()))
            flush();
        else
            part.append({x(point.x()), y(point.y())});
    }
    flush();
}

void FigurePainter::bands() {
    const std::vector<double> borders = edges(1);
    for (const FigureCurve& curve : m_figure.curves) {
        if (curve.lower == nullptr || curve.lower->empty()) continue;
        QPolygonF outline;
        for (const QPointF& point : curve.upper->polyline(borders))
            if (std::isfinite(point.y())) outline.append({x(point.x()), y(point.y())});
        QPolygonF back;
        for (const QPointF& point : curve.lower->polyline(borders))
            if (std::isfinite(point.y())) back.append({x(point.x()), y(point.y())});
        std::reverse(back.begin(), back.end());
        QColor color = curve.color;
        color.setAlphaF(0.2F);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(color);
        m_painter.drawPolygon(outline + back);
    }
}

void FigurePainter::curves() {
    m_painter.save();
    m_painter.setClipRect(m_area);
    bands();
    const std::vector<double> borders = edges(1);
    std::size_t vertices = 0;
    for (const FigureCurve& curve : m_figure.curves) {
        const auto [first, last] = curve.data->indices(borders.front(), borders.back());
        vertices += std::min(last - first, borders.size() * 4);
    }
    if (vertices > kMostVertices)
        image();
    else
        for (const FigureCurve& one : m_figure.curves)
            curve(one, borders);
    m_painter.restore();
}

/// All curves as pixels, four to a unit.
void FigurePainter::image() {
    const ScaleTransform& sx = m_figure.x.scale;
    const ScaleTransform& sy = m_figure.y.scale;
    PlotRaster raster;
    raster.begin({.size = (m_area.size() * kImageScale).toSize(),
                  .x = sx,
                  .y = sy,
                  .xFrom = sx.to(m_figure.x.from),
                  .xTo = sx.to(m_figure.x.to),
                  .yFrom = sy.to(m_figure.y.from),
                  .yTo = sy.to(m_figure.y.to)});
    for (const FigureCurve& curve : m_figure.curves | std::views::reverse)
        raster.draw(
            *curve.data,
            {.color = curve.color, .width = curve.width * m_options.lineWidth * kImageScale, .dash = {}});
    m_painter.drawImage(m_area, raster.finish());
}

void FigurePainter::marks() {
    const double line = m_metrics.height();
    m_painter.setFont(m_options.font);
    for (const FigureMark& mark : m_figure.marks) {
        const double place = x(mark.x);
        if (place < m_area.left() || place > m_area.right()) continue;
        m_painter.setPen(QPen(m_colors.muted, 0.7 * m_options.lineWidth, Qt::DashLine));
        const double at = mark.y ? std::clamp(y(*mark.y), m_area.top(), m_area.bottom()) : m_area.top();
        if (!mark.y) m_painter.drawLine(QPointF(place, m_area.top()), QPointF(place, m_area.bottom()));
        const double width = m_metrics.horizontalAdvance(mark.text) + kPad;
        const double left = place + kPad / 2 + width > m_area.right() ? place - width : place + kPad / 2;
        m_painter.setPen(m_colors.text);
        if (mark.y) {
            m_painter.setBrush(m_colors.text);
            m_painter.drawEllipse(QPointF(place, at), 2, 2);
        }
        text({left, at, width, line}, Qt::AlignLeft | Qt::AlignVCenter, mark.text);
    }
}

void FigurePainter::legend() {
    if (m_legend.empty()) return;
    const double line = m_metrics.height();
    QPointF origin(m_area.left(), m_size.height() - m_legendHeight);
    if (m_options.legend == FigureLegend::Inside) {
        double widest = 0;
        for (const auto& [curve, place] : m_legend)
            widest = std::max(widest, m_metrics.horizontalAdvance(curve->name));
        const QSizeF box(widest + kSwatch + 3 * kPad, m_legendHeight + kPad);
        origin = m_area.topRight() + QPointF(-box.width(), kPad);
        QColor back = m_colors.surface;
        back.setAlphaF(0.85F);
        m_painter.fillRect(QRectF(origin - QPointF(kPad, kPad / 2), box), back);
    }
    m_painter.setFont(m_options.font);
    for (const auto& [curve, place] : m_legend) {
        const QPointF at = origin + place;
        m_painter.setPen(QPen(curve->color, std::max(1.5, curve->width * m_options.lineWidth), curve->dash));
        m_painter.drawLine(at + QPointF(0, line / 2), at + QPointF(kSwatch, line / 2));
        m_painter.setPen(m_colors.text);
        text({at.x() + kSwatch + kPad, at.y(), m_metrics.horizontalAdvance(curve->name) + kPad, line},
             Qt::AlignLeft | Qt::AlignVCenter, curve->name);
    }
}

void FigurePainter::draw() {
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setFont(m_options.font);
    layOut();
    m_painter.fillRect(QRectF({0, 0}, m_size), m_colors.surface);
    axes();
    curves();
    marks();
    legend();
    m_painter.restore();
}

} // namespace

void drawFigure(QPainter& painter, const QSizeF& size, const Figure& figure, const Colors& colors,
                const FigureOptions& options) {
    FigurePainter(painter, size, figure, colors, options).draw();
}

} // namespace fathom::widgets
