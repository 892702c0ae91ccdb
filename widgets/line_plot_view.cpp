// SPDX-License-Identifier: GPL-3.0-or-later
// What LinePlot shows: fitting to the points, zooming, scales, and the range it shares with linked plots.
#include "widgets/line_plot_impl.h"

#include <QSignalBlocker>

#include <cmath>

namespace fathom::widgets {

namespace {
constexpr std::size_t kUndoDepth = 100;
constexpr qint64 kOneGestureMs = 600;
constexpr std::size_t kSamples = 8192; // of all curves, where a share of the points must do
constexpr int kLeastBox = 8;           // pixels: a box that is thinner zooms the other axis alone

double quantile(std::vector<double>& values, double q) {
    const auto middle =
        values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}
} // namespace

/// What of x this plot has points in, and was told to show.
MinMax LinePlot::Impl::ownX() const {
    MinMax all = extraX;
    for (const auto& curve : curves) {
        if (curve->data.empty() || !curve->visible) continue;
        all.include(curve->data.x(0));
        all.include(curve->data.x(curve->data.size() - 1));
    }
    return all;
}

MinMax LinePlot::Impl::dataX() const {
    MinMax all = ownX();
    if (link) all.include(link->extent());
    return all;
}

double LinePlot::Impl::drawnEnd() const {
    return scales.x.to(dataX().maximum);
}

/// A zoomed view whose right edge was at the newest point stays there.
void LinePlot::Impl::pointsChanged(bool sticking, double before) {
    if (link) link->setExtent(self, ownX());
    const double after = drawnEnd();
    if (sticking && after > before && std::isfinite(before)) {
        plot->xAxis->moveRange(after - before);
        xChanged();
    }
    markDirty();
}

void LinePlot::Impl::fitX() {
    MinMax data = dataX();
    if (scales.x.scale == PlotScale::Log && data.minimum <= 0) {
        data.minimum = std::numeric_limits<double>::infinity();
        for (const auto& curve : curves) {
            if (!curve->visible) continue;
            const std::size_t first = curve->data.indices(0, 0).second; // the first above zero
            if (first < curve->data.size()) data.minimum = std::min(data.minimum, curve->data.x(first));
        }
    }
    const double low = scales.x.to(data.minimum);
    const double high = scales.x.to(data.maximum);
    if (!std::isfinite(low) || !std::isfinite(high))
        plot->xAxis->setRange(0, 1);
    else if (high > low)
        plot->xAxis->setRange(low, high + (high - low) * 0.01);
    else
        plot->xAxis->setRange(low - 1, low + 1);
}

void LinePlot::Impl::fitY() {
    const QCPRange drawnX = plot->xAxis->range();
    const double from = scales.x.from(drawnX.lower);
    const double to = scales.x.from(drawnX.upper);
    MinMax extremes;
    double positive = std::numeric_limits<double>::infinity();
    for (const auto& curve : curves) {
        if (!curve->visible) continue;
        for (const CurveData* data : {&curve->data, &curve->lower, &curve->upper}) {
            extremes.include(data->yRange(from, to));
            if (scales.y.scale == PlotScale::Log)
                positive = std::min(positive, data->smallestPositive(from, to));
        }
    }
    double least = extremes.minimum;
    if (scales.y.scale == PlotScale::Log) {
        if (!std::isfinite(positive) || extremes.maximum <= 0) return plot->yAxis->setRange(-1, 0);
        least = positive;
    }
    if (!extremes.valid()) return plot->yAxis->setRange(0, 1);
    QCPRange range(scales.y.to(least), scales.y.to(extremes.maximum));
    if (clipOutliers) range = clipped(range);
    double pad = range.size() * 0.06;
    const double size = std::max(std::abs(range.lower), std::abs(range.upper));
    if (pad <= size * 1e-12) pad = size != 0 ? size * 0.1 : 1;
    const bool floor = scales.y.scale != PlotScale::Log && extremes.minimum >= 0;
    plot->yAxis->setRange(floor ? std::max(0.0, range.lower - pad) : range.lower - pad, range.upper + pad);
}

/// Where nearly all the points in sight lie: three interquartile ranges around the middle half, or without
/// such the middle 96 %.
QCPRange LinePlot::Impl::clipped(const QCPRange& full) const {
    const double from = scales.x.from(plot->xAxis->range().lower);
    const double to = scales.x.from(plot->xAxis->range().upper);
    const std::size_t share = std::max<std::size_t>(64, kSamples / std::max<std::size_t>(1, curves.size()));
    std::vector<double> samples;
    for (const auto& curve : curves) {
        if (!curve->visible || curve->rawOfAnother) continue;
        const auto [first, last] = curve->data.indices(from, to);
        const std::size_t stride = (last - first) / share + 1;
        for (std::size_t i = (first + stride - 1) / stride * stride; i < last; i += stride) {
            const double y = scales.y.to(curve->data.y(i));
            if (std::isfinite(y)) samples.push_back(y);
        }
    }
    if (samples.size() < 4) return full;
    const double low = quantile(samples, 0.25);
    const double high = quantile(samples, 0.75);
    QCPRange range(low - 3 * (high - low), high + 3 * (high - low));
    if (!(high > low)) range = QCPRange(quantile(samples, 0.02), quantile(samples, 0.98));
    if (!(range.size() > 0)) return full;
    return {std::max(full.lower, range.lower), std::min(full.upper, range.upper)};
}

/// Chooses where symlog turns linear, from the points that there are now: it stays while they grow.
void LinePlot::Impl::updateThreshold(PlotAxis axis) {
    const std::size_t share = std::max<std::size_t>(64, kSamples / std::max<std::size_t>(1, curves.size()));
    std::vector<double> magnitudes;
    for (const auto& curve : curves) {
        if (!curve->visible) continue;
        const std::size_t stride = curve->data.size() / share + 1;
        for (std::size_t i = 0; i < curve->data.size(); i += stride)
            magnitudes.push_back(std::abs(axis == PlotAxis::X ? curve->data.x(i) : curve->data.y(i)));
    }
    (axis == PlotAxis::X ? scales.x : scales.y).threshold = symlogThreshold(std::move(magnitudes));
}

void LinePlot::Impl::setScale(PlotAxis axis, PlotScale scale) {
    ScaleTransform& transform = axis == PlotAxis::X ? scales.x : scales.y;
    if (transform.scale == scale) return;
    transform.scale = scale;
    if (scale == PlotScale::Symlog) updateThreshold(axis);
    undo.clear(); // their ranges are of the other scale
    (axis == PlotAxis::X ? autoX : autoY) = true;
    if (axis == PlotAxis::X && link) linkRangeChanged();
    labelAxes();
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::Impl::labelAxes() {
    const auto named = [](const QString& text, PlotScale scale) {
        if (scale == PlotScale::Linear) return text;
        return text.isEmpty() ? scaleName(scale) : LinePlot::tr("%1, %2").arg(text, scaleName(scale));
    };
    header->setUnit(named(unit, scales.y.scale));
    plot->xAxis->setLabel(named(xLabel, scales.x.scale));
    scaleButton->setChecked(scales.y.scale != PlotScale::Linear || scales.x.scale != PlotScale::Linear);
}

LinePlot::Impl::View LinePlot::Impl::view() const {
    return {plot->xAxis->range(), plot->yAxis->range(), autoX, autoY};
}

/// Before a zoom or pan. One gesture is one step back.
void LinePlot::Impl::remember() {
    const bool goesOn = sinceZoom.isValid() && sinceZoom.elapsed() < kOneGestureMs;
    sinceZoom.start();
    if (goesOn) return;
    if (undo.size() == kUndoDepth) undo.erase(undo.begin());
    undo.push_back(view());
}

void LinePlot::Impl::show(const View& view) {
    autoX = view.autoX;
    autoY = view.autoY;
    plot->xAxis->setRange(view.x);
    plot->yAxis->setRange(view.y);
    xChanged();
    markDirty();
    Q_EMIT self->viewChanged();
}

/// Tells the linked plots.
void LinePlot::Impl::xChanged() {
    if (!link) return;
    const auto [from, to] = self->xRange();
    link->setRange(autoX ? std::nullopt : std::optional(std::pair(from, to)));
}

void LinePlot::Impl::linkRangeChanged() {
    const auto range = link->range();
    if (range && *range == self->xRange() && !autoX) return; // it was this plot that told
    autoX = !range;
    if (range) {
        const QCPRange wanted(scales.x.to(range->first), scales.x.to(range->second));
        if (std::isfinite(wanted.lower) && std::isfinite(wanted.upper)) plot->xAxis->setRange(wanted);
    }
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::Impl::zoom(double factor, double centre, bool vertical) {
    if (empty()) return;
    remember();
    if (vertical) {
        autoY = false;
        plot->yAxis->scaleRange(factor, centre);
    } else {
        autoX = false;
        plot->xAxis->scaleRange(factor, centre);
        const MinMax data = dataX();
        const QCPRange range = plot->xAxis->range();
        const double low = scales.x.to(data.minimum);
        if ((range.lower <= low || !std::isfinite(low)) && range.upper >= scales.x.to(data.maximum))
            autoX = true; // all in sight: follow again
        xChanged();
    }
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::Impl::zoomInto(const QRect& box) {
    const bool wide = box.width() >= kLeastBox;
    const bool high = box.height() >= kLeastBox;
    if (empty() || (!wide && !high)) return;
    sinceZoom.invalidate();
    remember();
    const QCPRange x(plot->xAxis->pixelToCoord(box.left()), plot->xAxis->pixelToCoord(box.right() + 1));
    const QCPRange y(plot->yAxis->pixelToCoord(box.bottom() + 1), plot->yAxis->pixelToCoord(box.top()));
    if (wide) {
        autoX = false;
        plot->xAxis->setRange(x);
        xChanged();
    }
    if (high) {
        autoY = false;
        plot->yAxis->setRange(y);
    }
    sinceZoom.invalidate();
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::Impl::pan(double fraction) {
    if (empty()) return;
    remember();
    autoX = false;
    plot->xAxis->moveRange(plot->xAxis->range().size() * fraction);
    xChanged();
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::setScale(PlotAxis axis, PlotScale scale) {
    m_impl->setScale(axis, scale);
}

PlotScale LinePlot::scale(PlotAxis axis) const {
    return axis == PlotAxis::X ? m_impl->scales.x.scale : m_impl->scales.y.scale;
}

void LinePlot::setClipOutliers(bool on) {
    if (m_impl->clipOutliers == on) return;
    m_impl->clipOutliers = on;
    m_impl->autoY = true;
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

bool LinePlot::clipsOutliers() const {
    return m_impl->clipOutliers;
}

void LinePlot::includeX(double from, double to) {
    MinMax wider = m_impl->extraX;
    wider.include(from);
    wider.include(to);
    if (wider.minimum == m_impl->extraX.minimum && wider.maximum == m_impl->extraX.maximum) return;
    const bool sticking = !m_impl->autoX && isFollowing();
    const double before = m_impl->drawnEnd();
    m_impl->extraX = wider;
    m_impl->pointsChanged(sticking, before);
}

void LinePlot::resetView() {
    m_impl->autoX = true;
    m_impl->autoY = true;
    m_impl->xChanged();
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

bool LinePlot::undoZoom() {
    if (m_impl->undo.empty()) return false;
    const Impl::View view = m_impl->undo.back();
    m_impl->undo.pop_back();
    m_impl->sinceZoom.invalidate();
    m_impl->show(view);
    return true;
}

bool LinePlot::isFollowing() const {
    if (m_impl->autoX || m_impl->empty()) return true;
    return m_impl->plot->xAxis->range().upper >= m_impl->drawnEnd();
}

std::pair<double, double> LinePlot::xRange() const {
    const QCPRange range = m_impl->plot->xAxis->range();
    return {m_impl->scales.x.from(range.lower), m_impl->scales.x.from(range.upper)};
}

std::pair<double, double> LinePlot::yRange() const {
    const QCPRange range = m_impl->plot->yAxis->range();
    return {m_impl->scales.y.from(range.lower), m_impl->scales.y.from(range.upper)};
}

void LinePlot::setXRange(double from, double to) {
    const double low = m_impl->scales.x.to(from);
    const double high = m_impl->scales.x.to(to);
    if (!std::isfinite(low) || !std::isfinite(high)) return;
    m_impl->autoX = false;
    m_impl->plot->xAxis->setRange(low, high);
    m_impl->xChanged();
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

void LinePlot::setYRange(double from, double to) {
    const double low = m_impl->scales.y.to(from);
    const double high = m_impl->scales.y.to(to);
    if (!std::isfinite(low) || !std::isfinite(high)) return;
    m_impl->autoY = false;
    m_impl->plot->yAxis->setRange(low, high);
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

QPointF LinePlot::pixelOf(double x, double y) const {
    const QPointF inside(m_impl->plot->xAxis->coordToPixel(m_impl->scales.x.to(x)),
                         m_impl->plot->yAxis->coordToPixel(m_impl->scales.y.to(y)));
    return QPointF(m_impl->plot->pos()) + inside;
}

void LinePlot::setLink(PlotLink* link) {
    if (m_impl->link == link) return;
    if (m_impl->link) {
        disconnect(m_impl->link, nullptr, this, nullptr);
        m_impl->link->setExtent(this, {});
    }
    m_impl->link = link;
    if (link == nullptr) return;
    connect(link, &PlotLink::rangeChanged, this, [this] { m_impl->linkRangeChanged(); });
    connect(link, &PlotLink::extentChanged, this, [this] {
        if (m_impl->autoX) m_impl->markDirty();
    });
    connect(link, &PlotLink::cursorChanged, this, [this] {
        if (!m_impl->hovering) m_impl->setCursor(m_impl->link->cursor());
    });
    connect(link, &PlotLink::highlightChanged, this, [this] {
        m_impl->group = m_impl->link->highlightedGroup();
        m_impl->applyHighlight();
    });
    link->setExtent(this, m_impl->ownX());
    m_impl->group = link->highlightedGroup();
    m_impl->linkRangeChanged();
}

} // namespace fathom::widgets
