// SPDX-License-Identifier: GPL-3.0-or-later
// What LinePlot says: legend, cursor, and which curve is under the mouse.
#include "widgets/line_plot_impl.h"
#include "widgets/plot_readout.h"

#include <QToolTip>

#include <cmath>

namespace fathom::widgets {

namespace {
constexpr double kNearCurve = 10; // pixels
constexpr int kAround = 2;        // pixels of x that count as under the mouse
} // namespace

/// x of the point that is nearest to `x`: the cursor stands on real points.
double LinePlot::Impl::placeNear(double x) const {
    double place = x;
    double best = std::numeric_limits<double>::infinity();
    for (const auto& curve : curves) {
        if (curve->data.empty() || !curve->named()) continue;
        const double candidate = curve->data.x(curve->data.nearest(x));
        if (std::abs(candidate - x) >= best) continue;
        best = std::abs(candidate - x);
        place = candidate;
    }
    return place;
}

void LinePlot::Impl::updateLegend() {
    const Colors& c = colorsFor(self);
    const bool pointing = cursorX && !empty();
    const double place = pointing ? placeNear(*cursorX) : 0;
    std::vector<LegendEntry> entries;
    std::vector<double> values;
    std::vector<CursorItem::Dot> dots;
    for (const auto& curve : curves) {
        if (!curve->named()) continue;
        entries.push_back({.name = curve->spec.name,
                           .color = curve->color,
                           .dashed = curve->dash != Qt::SolidLine,
                           .value = {}});
        values.push_back(std::numeric_limits<double>::quiet_NaN());
        if (curve->data.empty()) continue;
        const std::size_t i = pointing ? curve->data.nearest(place) : curve->data.size() - 1;
        values.back() = curve->data.y(i);
        if (pointing)
            dots.push_back({{scales.x.to(curve->data.x(i)), scales.y.to(values.back())}, curve->color});
    }
    const std::vector<QString> texts = distinctNumbers(values);
    QStringList spoken;
    std::size_t i = 0;
    for (const auto& curve : curves) {
        if (!curve->named()) continue;
        if (!curve->data.empty()) entries[i].value = texts[i];
        spoken.append(entries[i].name + QLatin1Char(' ') + entries[i].value);
        ++i;
    }
    header->setEntries(entries);
    const double pixel =
        (self->xRange().second - self->xRange().first) / std::max(1, plot->axisRect()->width());
    header->setPlace(pointing ? placeText(place, scales.kind, pixel) : QString());
    self->setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    cursor->set(pointing ? std::optional(scales.x.to(place)) : std::nullopt, std::move(dots),
                blend(c.surface, c.text, 0.45));
}

void LinePlot::Impl::setCursor(std::optional<double> x) {
    if (cursorX == x) return;
    cursorX = x;
    if (!self->isVisible()) return;
    updateLegend();
    plot->layer(QStringLiteral("cursor"))->replot();
}

void LinePlot::Impl::hover(const QPoint& position) {
    hovering = plot->axisRect()->rect().contains(position) && !empty();
    if (!hovering) return leave();
    hoverAt = position;
    const double x = scales.x.from(plot->xAxis->pixelToCoord(position.x()));
    setCursor(x);
    if (link) link->setCursor(x);
    setHovered(curveNear(position));
    QStringList texts = self->markerTextsNear(x);
    if (const PlotAnnotation* note = notes->at(position)) texts.append(note->text);
    if (texts.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(plot->mapToGlobal(position), texts.join(QLatin1Char('\n')), plot);
}

void LinePlot::Impl::leave() {
    hovering = false;
    setCursor(std::nullopt);
    if (link) link->setCursor(std::nullopt);
    setHovered(-1);
}

/// The curve that is drawn nearest to there, or −1. Where several fill the place, the one whose middle is
/// nearest.
int LinePlot::Impl::curveNear(const QPoint& position) const {
    const double from = scales.x.from(plot->xAxis->pixelToCoord(position.x() - kAround));
    const double to = scales.x.from(plot->xAxis->pixelToCoord(position.x() + kAround));
    const auto pixel = [&](double y) { return plot->yAxis->coordToPixel(scales.y.to(y)); };
    int nearest = -1;
    double best = kNearCurve;
    double bestMiddle = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const PlotCurve& curve = *curves[i];
        if (!curve.named() || curve.data.empty()) continue;
        auto [first, last] = curve.data.indices(from, to);
        if (first == last) { // between two points
            if (first == 0 || last == curve.data.size()) continue;
            --first;
            ++last;
        }
        const MinMax extremes = curve.data.values().range(first, last);
        if (!extremes.valid()) continue;
        double top = pixel(extremes.maximum);
        double bottom = pixel(extremes.minimum);
        if (last - first == 2 && curve.data.x(first) < from && curve.data.x(first + 1) > to) {
            const double left = plot->xAxis->coordToPixel(scales.x.to(curve.data.x(first)));
            const double right = plot->xAxis->coordToPixel(scales.x.to(curve.data.x(first + 1)));
            const double share = (position.x() - left) / (right - left);
            top = bottom = pixel(curve.data.y(first)) * (1 - share) + pixel(curve.data.y(first + 1)) * share;
        }
        const double distance = std::max({0.0, top - position.y(), position.y() - bottom});
        const double middle = std::abs((top + bottom) / 2 - position.y());
        if (distance > best || (distance == best && middle >= bestMiddle)) continue;
        nearest = static_cast<int>(i);
        best = distance;
        bestMiddle = middle;
    }
    return nearest;
}

void LinePlot::Impl::setHovered(int curve) {
    if (hovered == curve) return;
    hovered = curve;
    Q_EMIT self->curveHovered(curve);
}

bool LinePlot::Impl::isHighlighted(const PlotCurve& curve) const {
    if (group >= 0) return curve.spec.group == group;
    const PlotCurve& one = *curves[static_cast<std::size_t>(single)];
    return &curve == &one ||
           (one.spec.raw >= 0 && &curve == curves[static_cast<std::size_t>(one.spec.raw)].get());
}

void LinePlot::Impl::applyHighlight() {
    const bool any = group >= 0
                         ? std::any_of(curves.begin(), curves.end(),
                                       [this](const auto& curve) { return curve->spec.group == group; })
                         : single >= 0;
    if (any)
        drawn->setHighlight([this](const PlotCurve& curve) { return isHighlighted(curve); });
    else
        drawn->setHighlight({});
    markDirty();
}

void LinePlot::setHighlighted(int curve) {
    const qint64 group = curve >= 0 ? m_impl->at(curve).spec.group : -1;
    const int single = group < 0 ? curve : -1;
    if (m_impl->group == group && m_impl->single == single) return;
    m_impl->group = group;
    m_impl->single = single;
    if (m_impl->link) m_impl->link->setHighlightedGroup(group);
    m_impl->applyHighlight();
}

int LinePlot::highlighted() const {
    if (m_impl->group < 0) return m_impl->single;
    for (std::size_t i = 0; i < m_impl->curves.size(); ++i)
        if (m_impl->curves[i]->spec.group == m_impl->group) return static_cast<int>(i);
    return -1;
}

} // namespace fathom::widgets
