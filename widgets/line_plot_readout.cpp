// SPDX-License-Identifier: GPL-3.0-or-later
// What LinePlot says: legend, cursor, and which curve is under the mouse.
#include "widgets/line_plot_impl.h"
#include "widgets/number_format.h"
#include "widgets/plot_readout.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QToolTip>

#include <cmath>

namespace fathom::widgets {

namespace {
constexpr double kNearCurve = 10; // pixels
constexpr int kAround = 2;        // pixels of x that count as under the mouse
constexpr double kBeyondEnd = 8;  // pixels
constexpr std::size_t kLines = 8; // of the read-out
constexpr std::size_t kLeastLines = 3;
constexpr double kReadOutShare = 0.6; // of the plot's height
constexpr int kRestMs = 150;
constexpr int kSliceMs = 4;
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

/// What each named curve says: at `place` or, without one, newest.
std::vector<LinePlot::Impl::Reading> LinePlot::Impl::readings(std::optional<double> place) const {
    std::vector<Reading> all;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const PlotCurve& curve = *curves[i];
        if (!curve.named()) continue;
        Reading& reading = all.emplace_back();
        reading.curve = static_cast<int>(i);
        if (curve.data.empty()) continue;
        if (place && !covers(curve, *place)) continue;
        const std::size_t point = place ? curve.data.nearest(*place) : curve.data.size() - 1;
        reading.read = true;
        reading.x = curve.data.x(point);
        reading.y = curve.data.y(point);
        if (curve.spec.raw < 0) continue;
        const CurveData& raw = curves[static_cast<std::size_t>(curve.spec.raw)]->data;
        if (!raw.empty()) reading.raw = raw.y(raw.nearest(reading.x));
    }
    return all;
}

/// Not where it ended long before, or begins long after: by more than a few pixels and two of its points.
bool LinePlot::Impl::covers(const PlotCurve& curve, double place) const {
    const double first = curve.data.x(0);
    const double last = curve.data.x(curve.data.size() - 1);
    if (place >= first && place <= last) return true;
    const double end = place < first ? first : last;
    const double pixels =
        std::abs(plot->xAxis->coordToPixel(scales.x.to(end)) - plot->xAxis->coordToPixel(scales.x.to(place)));
    const double spacing =
        (last - first) / static_cast<double>(std::max<std::size_t>(1, curve.data.size() - 1));
    return pixels <= kBeyondEnd || std::abs(place - end) <= 2 * spacing;
}

void LinePlot::Impl::updateLegend() {
    const Colors& c = colorsFor(self);
    const bool pointing = cursorX && !empty();
    const double place = pointing ? placeNear(*cursorX) : 0;
    const std::vector<Reading> all = readings(pointing ? std::optional(place) : std::nullopt);
    std::vector<double> values;
    for (const Reading& reading : all)
        values.push_back(reading.y);
    // Digits that tell a hundred curves apart would be noise.
    const std::size_t few = std::min(values.size(), kLines);
    std::vector<QString> texts = distinctNumbers(std::span(values).first(few));
    for (std::size_t i = few; i < values.size(); ++i)
        texts.push_back(formatNumber(values[i]));
    std::vector<LegendEntry> entries;
    std::vector<CursorItem::Dot> dots;
    QStringList spoken;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const PlotCurve& curve = at(all[i].curve);
        entries.push_back({.name = curve.spec.name,
                           .color = curve.color,
                           .dash = curve.dash,
                           .value = all[i].read ? texts[i] : QString()});
        if (i < kLines) spoken.append(curve.spec.name + QLatin1Char(' ') + entries.back().value);
        if (pointing && all[i].read && (!anyHighlight() || isHighlighted(curve)))
            dots.push_back({{scales.x.to(all[i].x), scales.y.to(all[i].y)}, curve.color});
    }
    if (all.size() > kLines) spoken.append(LinePlot::tr("and %1 more").arg(all.size() - kLines));
    header->setEntries(entries);
    const double pixel =
        (self->xRange().second - self->xRange().first) / std::max(1, plot->axisRect()->width());
    header->setPlace(pointing ? placeText(place, scales.kind, pixel) : QString());
    self->setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    cursor->set(pointing ? std::optional(scales.x.to(place)) : std::nullopt, std::move(dots),
                blend(c.surface, c.text, 0.45));
    updatePanel(pointing ? all : std::vector<Reading>(), place);
}

/// The read-out leaves some of a small plot to be seen.
std::size_t LinePlot::Impl::linesWithRoom() const {
    const double room = kReadOutShare * plot->axisRect()->height() / (header->fontMetrics().height() + 2);
    return std::clamp(static_cast<std::size_t>(room), kLeastLines, kLines);
}

/// The curves nearest to the mouse, where the header has no room for all.
void LinePlot::Impl::updatePanel(std::vector<Reading> all, double place) {
    std::erase_if(all, [](const Reading& reading) { return !reading.read; });
    if (!hovering || header->entriesThatFit() >= header->entries().size()) all.clear();
    const auto distance = [this](const Reading& reading) {
        const double height = scales.y.to(reading.y);
        return std::isfinite(height) ? std::abs(plot->yAxis->coordToPixel(height) - hoverAt.y()) : 1e9;
    };
    std::stable_sort(all.begin(), all.end(),
                     [&](const Reading& a, const Reading& b) { return distance(a) < distance(b); });
    const std::size_t shown = std::min(linesWithRoom(), all.size());
    std::vector<double> values;
    for (std::size_t i = 0; i < shown; ++i)
        values.push_back(all[i].y);
    const std::vector<QString> texts = distinctNumbers(values);
    std::vector<PanelLine> lines;
    for (std::size_t i = 0; i < shown; ++i) {
        const PlotCurve& curve = at(all[i].curve);
        QString value = texts[i];
        if (all[i].raw) value += QStringLiteral(" (%1)").arg(formatNumber(*all[i].raw));
        lines.push_back({curve.spec.name, value, curve.color, curve.dash,
                         all[i].curve == hovered || (anyHighlight() && isHighlighted(curve))});
    }
    const QString more = all.size() > shown ? LinePlot::tr("and %1 more").arg(all.size() - shown) : QString();
    panel->set(plot->xAxis->coordToPixel(scales.x.to(place)), std::move(lines), more);
}

/// Counts what a clipped axis leaves out, a few milliseconds at a time, once the view rests.
void LinePlot::Impl::countOutside() {
    const auto [from, to] = self->xRange();
    const auto [low, high] = self->yRange();
    QElapsedTimer clock;
    clock.start();
    while (counted < curves.size() && clock.elapsed() < kSliceMs) {
        const PlotCurve& curve = *curves[counted++];
        if (!curve.visible || curve.spec.dimmed || curve.spec.raw >= 0) continue; // its raw one counts
        const auto [first, last] = curve.data.indices(from, to);
        const Outside part = curve.data.values().outside(first, last, low, high);
        outside.above += part.above;
        outside.below += part.below;
    }
    if (counted < curves.size()) return countTimer.start(0);
    const auto text = [](std::size_t count, const QString& arrow) {
        return count == 0 ? QString()
                          : arrow + LinePlot::tr(" %1 outside").arg(formatCount(static_cast<qint64>(count)));
    };
    panel->setCounts(text(outside.above, QStringLiteral("▲")), text(outside.below, QStringLiteral("▼")));
    plot->layer(QStringLiteral("cursor"))->replot();
}

void LinePlot::Impl::startCounting() {
    panel->setCounts({}, {});
    outside = {};
    counted = 0;
    if (clipOutliers && autoY)
        countTimer.start(kRestMs);
    else
        countTimer.stop();
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
    cursorX = x;
    if (link) link->setCursor(x);
    setHovered(curveNear(position));
    updateLegend();
    plot->layer(QStringLiteral("cursor"))->replot();
    QStringList texts = self->markerTextsNear(x);
    texts.append(edgeMarks->textsAt(position));
    if (const PlotAnnotation* note = notes->at(position)) texts.append(note->text);
    if (texts.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(plot->mapToGlobal(position), texts.join(QLatin1Char('\n')), plot);
}

/// Moves the cursor to the next point (1) or the one before (−1) of any curve, within the view.
void LinePlot::Impl::stepCursor(int direction) {
    const double from = scales.x.from(cursorX ? scales.x.to(*cursorX) : plot->xAxis->range().center());
    const double place = placeNear(from);
    double best = direction * std::numeric_limits<double>::infinity();
    for (const auto& curve : curves) {
        if (!curve->named()) continue;
        const auto [first, last] = curve->data.indices(place, place);
        if (direction > 0 && last < curve->data.size()) best = std::min(best, curve->data.x(last));
        if (direction < 0 && first > 0) best = std::max(best, curve->data.x(first - 1));
    }
    if (!std::isfinite(best) || !plot->xAxis->range().contains(scales.x.to(best))) return;
    if (link) link->setCursor(best);
    setCursor(best);
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
    hoverTimer.start();
    Q_EMIT self->curveHovered(curve);
}

/// Gives back only what it took: a highlight that somebody else asked for stays.
void LinePlot::Impl::highlightHovered() {
    const bool grouped = hovered >= 0 && at(hovered).spec.group >= 0;
    if (grouped)
        self->setHighlighted(hovered);
    else if (hoverHighlights)
        self->setHighlighted(-1);
    hoverHighlights = grouped;
}

bool LinePlot::Impl::isHighlighted(const PlotCurve& curve) const {
    if (group >= 0) return curve.spec.group == group;
    const PlotCurve& one = *curves[static_cast<std::size_t>(single)];
    return &curve == &one ||
           (one.spec.raw >= 0 && &curve == curves[static_cast<std::size_t>(one.spec.raw)].get());
}

bool LinePlot::Impl::anyHighlight() const {
    if (group < 0) return single >= 0;
    return std::any_of(curves.begin(), curves.end(),
                       [this](const auto& curve) { return curve->spec.group == group; });
}

void LinePlot::Impl::applyHighlight() {
    if (anyHighlight())
        drawn->setHighlight([this](const PlotCurve& curve) { return isHighlighted(curve); });
    else
        drawn->setHighlight({});
    markDirty();
}

/// Exact values of all curves there, a line each, for a spreadsheet.
void LinePlot::Impl::copyValues(double x) const {
    const double place = placeNear(x);
    QStringList lines;
    for (const Reading& reading : readings(place))
        if (reading.read)
            lines.append(curves[static_cast<std::size_t>(reading.curve)]->spec.name + QLatin1Char('\t') +
                         formatExact(reading.x) + QLatin1Char('\t') + formatExact(reading.y));
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

QStringList LinePlot::readOut() const {
    QStringList lines;
    for (const PanelLine& line : m_impl->panel->lines())
        lines.append(line.name + QLatin1Char(' ') + line.value);
    if (!m_impl->panel->more().isEmpty()) lines.append(m_impl->panel->more());
    return lines;
}

QStringList LinePlot::edgeTextsNear(const QPoint& position) const {
    return m_impl->edgeMarks->textsAt(m_impl->plot->mapFrom(this, position));
}

std::optional<Outside> LinePlot::outside() const {
    if (m_impl->countTimer.isActive()) return std::nullopt;
    return m_impl->outside;
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
