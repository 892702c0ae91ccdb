// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_edge_marks.h"

#include "widgets/number_format.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr int kBucket = 10; // pixels that share a mark
constexpr double kSize = 4;
constexpr int kNear = 7;

bool isOnTop(EdgeKind kind) {
    return kind == EdgeKind::PositiveInfinity || kind == EdgeKind::Above || kind == EdgeKind::NaN;
}

QString nameOf(EdgeKind kind) {
    switch (kind) {
    case EdgeKind::NaN:
        return QStringLiteral("NaN");
    case EdgeKind::PositiveInfinity:
        return QStringLiteral("+∞");
    case EdgeKind::NegativeInfinity:
        return QStringLiteral("−∞");
    case EdgeKind::Above:
        return LinePlot::tr("above the axis");
    case EdgeKind::Below:
        return LinePlot::tr("below the axis");
    case EdgeKind::NotPositive:
        return LinePlot::tr("not above zero");
    }
    return {};
}

} // namespace

void EdgeMarksItem::collect() {
    m_marks.clear();
    const QRect area = mParentPlot->axisRect()->rect();
    const int buckets = std::max(1, area.width() / kBucket);
    std::vector<double> edges;
    for (int i = 0; i <= buckets; ++i)
        edges.push_back(m_scales.x.from(
            mParentPlot->xAxis->pixelToCoord(area.left() + static_cast<double>(area.width()) * i / buckets)));
    for (const auto& curve : m_curves)
        if (curve->visible && !curve->spec.dimmed && !curve->data.empty()) collect(*curve, edges);
    for (EdgeMark& mark : m_marks) {
        const double x =
            mParentPlot->xAxis->coordToPixel((m_scales.x.to(mark.from) + m_scales.x.to(mark.to)) / 2);
        const double inset = mark.kind == EdgeKind::NaN ? 3 * kSize : kSize; // NaN below what goes up
        mark.pixel = {x, isOnTop(mark.kind) ? area.top() + inset : area.bottom() - kSize};
    }
}

void EdgeMarksItem::collect(const PlotCurve& curve, std::span<const double> edges) {
    const MinMaxPyramid& values = curve.data.values();
    const bool logarithmic = m_scales.y.scale == PlotScale::Log;
    const auto positive = [&] { return !(curve.data.yRange(edges.front(), edges.back()).minimum <= 0); };
    if (values.allFinite() && !m_clipped && (!logarithmic || positive())) return;
    const double low = m_scales.y.from(mParentPlot->yAxis->range().lower);
    const double high = m_scales.y.from(mParentPlot->yAxis->range().upper);
    std::vector<std::size_t> bounds;
    curve.data.bounds(edges, bounds);
    for (std::size_t bucket = 0; bucket + 1 < edges.size(); ++bucket) {
        const std::size_t first = bounds[bucket];
        const std::size_t last = bounds[bucket + 1];
        if (first == last) continue;
        const NonFinite odd = values.nonFinite(first, last);
        if (odd.nan > 0) note(EdgeKind::NaN, bucket, edges, curve);
        if (odd.positive > 0) note(EdgeKind::PositiveInfinity, bucket, edges, curve);
        if (odd.negative > 0) note(EdgeKind::NegativeInfinity, bucket, edges, curve);
        if (!m_clipped && !logarithmic) continue;
        const MinMax extremes = values.range(first, last);
        if (!extremes.valid()) continue;
        if (m_clipped && extremes.maximum > high) note(EdgeKind::Above, bucket, edges, curve);
        if (logarithmic && extremes.minimum <= 0)
            note(EdgeKind::NotPositive, bucket, edges, curve);
        else if (m_clipped && extremes.minimum < low)
            note(EdgeKind::Below, bucket, edges, curve);
    }
}

void EdgeMarksItem::note(EdgeKind kind, std::size_t bucket, std::span<const double> edges,
                         const PlotCurve& curve) {
    const auto same = [&](const EdgeMark& mark) { return mark.kind == kind && mark.from == edges[bucket]; };
    const auto known = std::find_if(m_marks.begin(), m_marks.end(), same);
    if (known != m_marks.end())
        known->curves.push_back(&curve);
    else
        m_marks.push_back({kind, {}, edges[bucket], edges[bucket + 1], {&curve}});
}

std::size_t EdgeMarksItem::count(const EdgeMark& mark, const PlotCurve& curve) const {
    const double edges[] = {mark.from, mark.to};
    std::vector<std::size_t> bounds;
    curve.data.bounds(edges, bounds);
    const MinMaxPyramid& values = curve.data.values();
    const double infinity = std::numeric_limits<double>::infinity();
    switch (mark.kind) {
    case EdgeKind::NaN:
        return values.nonFinite(bounds[0], bounds[1]).nan;
    case EdgeKind::PositiveInfinity:
        return values.nonFinite(bounds[0], bounds[1]).positive;
    case EdgeKind::NegativeInfinity:
        return values.nonFinite(bounds[0], bounds[1]).negative;
    case EdgeKind::Above:
        return values
            .outside(bounds[0], bounds[1], -infinity, m_scales.y.from(mParentPlot->yAxis->range().upper))
            .above;
    case EdgeKind::Below:
        return values
            .outside(bounds[0], bounds[1], m_scales.y.from(mParentPlot->yAxis->range().lower), infinity)
            .below;
    case EdgeKind::NotPositive:
        return values.outside(bounds[0], bounds[1], std::numeric_limits<double>::denorm_min(), infinity)
            .below;
    }
    return 0;
}

QStringList EdgeMarksItem::textsAt(const QPoint& position) const {
    QStringList texts;
    for (const EdgeMark& mark : m_marks) {
        if ((mark.pixel - position).manhattanLength() > kNear) continue;
        for (const PlotCurve* curve : mark.curves) {
            if (texts.size() == 8) return texts;
            texts.append(LinePlot::tr("%1 × %2: %3")
                             .arg(formatCount(static_cast<qint64>(count(mark, *curve))), nameOf(mark.kind),
                                  curve->spec.name));
        }
    }
    return texts;
}

void EdgeMarksItem::draw(QCPPainter* painter) {
    collect();
    painter->setAntialiasing(true);
    for (const EdgeMark& mark : m_marks)
        drawGlyph(painter, mark);
}

void EdgeMarksItem::drawGlyph(QCPPainter* painter, const EdgeMark& mark) const {
    const QColor color = mark.curves.size() == 1 ? mark.curves.front()->color : m_ink;
    const QPointF at = mark.pixel;
    painter->setPen(QPen(color, 1.6));
    if (mark.kind == EdgeKind::NaN) {
        painter->drawLine(at + QPointF(-kSize, -kSize) * 0.8, at + QPointF(kSize, kSize) * 0.8);
        painter->drawLine(at + QPointF(-kSize, kSize) * 0.8, at + QPointF(kSize, -kSize) * 0.8);
        return;
    }
    const bool infinite = mark.kind == EdgeKind::PositiveInfinity || mark.kind == EdgeKind::NegativeInfinity;
    painter->setBrush(infinite ? QBrush(color) : QBrush(Qt::NoBrush)); // what has a value is hollow
    const double up = isOnTop(mark.kind) ? 1 : -1;
    painter->drawPolygon(QPolygonF{at + QPointF(-kSize, kSize * 0.8 * up),
                                   at + QPointF(kSize, kSize * 0.8 * up),
                                   at + QPointF(0, -kSize * 0.8 * up)});
}

} // namespace fathom::widgets
