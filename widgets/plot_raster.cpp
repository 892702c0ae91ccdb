// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_raster.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr int kStrip = 16; // columns that are copied into the image together: a cache line of each
constexpr double kFar = 1e6;
constexpr std::uint32_t kOpaque = 252; // of 255: what lies behind is not seen
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// Instead of a share, at the border of two columns:
constexpr float kNoLine = -1;       // no line crosses it
constexpr float kAnyLine = -2;      // many points on both sides, so that the line between two is no matter
constexpr std::size_t kMany = 8;    // points on a side
constexpr std::size_t kDense = 4;   // points of a column that fill it: its neighbours need no shade
constexpr std::size_t kBlocks = 64; // points of a column
constexpr float kSteep = 2;         // pixels a column: from here on a line is as wide sideways as it is high
constexpr std::pair<int, int> kUntouched{std::numeric_limits<int>::max(), -1};

/// `front` with `alpha` of 256 of `color` behind it, both premultiplied.
inline std::uint32_t behind(std::uint32_t front, std::uint32_t color, std::uint32_t alpha) {
    const std::uint32_t opacity = front >> 24;
    const std::uint32_t share = (256 - opacity - (opacity >> 7)) * alpha / 256; // 255 counts as 256
    const std::uint32_t redBlue = (front & 0xff00ff) + ((color & 0xff00ff) * share >> 8 & 0xff00ff);
    const std::uint32_t alphaGreen = (front & 0xff00ff00) + ((color >> 8 & 0xff00ff) * share & 0xff00ff00);
    return redBlue | alphaGreen;
}

/// The bits of rows [first, last] in their `word`.
inline std::uint64_t rowBits(int word, int first, int last) {
    std::uint64_t bits = ~std::uint64_t{0};
    if (word == first / 64) bits &= ~std::uint64_t{0} << (first % 64);
    if (word == last / 64) bits &= ~std::uint64_t{0} >> (63 - last % 64);
    return bits;
}

/// How much of the trapezoid that rises over [a, b], stays 1 and falls over [c, d] lies below y.
inline double trapezoidBelow(double y, double a, double b, double c, double d) {
    const auto ramp = [](double from, double to, double at) { // integral of a ramp from 0 to 1, up to `at`
        if (at <= from) return 0.0;
        if (at >= to) return (to - from) / 2 + at - to;
        return (at - from) * (at - from) / (2 * (to - from));
    };
    return ramp(a, b, y) - ramp(c, d, y);
}

/// Columns to each side that a stroke through one of them may touch. A thin pen keeps to its column.
int reachOf(double radius) {
    return radius <= 0.5 ? 0 : static_cast<int>(std::ceil(radius * std::sqrt(1 + 1 / (kSteep * kSteep))));
}

} // namespace

void PlotRaster::begin(const RasterView& view) {
    m_view = view;
    m_width = view.size.width();
    m_height = view.size.height();
    m_perX = m_width / (view.xTo - view.xFrom);
    m_used = 0;
    m_columns.of = nullptr;
    m_rows = PixelRows(view.y, view.yTo, m_height / (view.yTo - view.yFrom), m_height);
    if (m_image.size() != view.size) {
        m_image = QImage(view.size, QImage::Format_ARGB32_Premultiplied);
        m_image.fill(Qt::transparent);
        // Not a power of two: columns side by side would share the cache's sets.
        m_stride = (static_cast<std::size_t>(m_height) + kStrip - 1) / kStrip * kStrip + kStrip;
        m_words = (static_cast<std::size_t>(m_height) + 63) / 64;
        m_strip.assign(m_stride * kStrip, 0);
        m_opaque.assign(m_words * kStrip, 0);
        m_shown.assign(static_cast<std::size_t>(m_width + kStrip - 1) / kStrip, kUntouched);
    }
    m_edges.resize(static_cast<std::size_t>(m_width) + 1);
    for (std::size_t i = 0; i < m_edges.size(); ++i)
        m_edges[i] = view.x.from(view.xFrom + static_cast<double>(i) / m_perX);
}

PlotRaster::Layer& PlotRaster::addLayer(const QColor& color) {
    if (m_used == m_layers.size()) m_layers.emplace_back();
    Layer& layer = m_layers[m_used++];
    layer.color = qPremultiply(color.rgba());
    layer.radius = 0;
    return layer;
}

/// Where the columns' borders fall among the points of the curve, and of all that share its x.
void PlotRaster::divide(const CurveData& data, bool gaps) {
    Columns& columns = m_columns;
    if (columns.of != nullptr && columns.gaps == gaps && data.sharesX(*columns.of)) return;
    columns.of = &data;
    columns.gaps = gaps;
    auto& bounds = columns.bounds;
    data.bounds(m_edges, bounds);
    while (bounds.back() < data.size() && data.x(bounds.back()) <= m_edges.back())
        ++bounds.back(); // a point on the right border is in sight
    // Without gaps, columns of very many points need no more than whole blocks: a quarter of a column is not
    // seen, and each value at a border would be a miss of the cache.
    if (!gaps)
        for (std::size_t column = 0; column + 1 < bounds.size(); ++column)
            if (bounds[column + 1] - bounds[column] >= kBlocks) bounds[column] &= ~std::size_t{15};
    columns.shares.assign(bounds.size(), kNoLine);
    std::size_t known = data.size() + 1; // a neighbouring border often lies between the same points
    double before = 0;
    double after = 0;
    for (std::size_t border = 0; border < bounds.size(); ++border) {
        const std::size_t i = bounds[border];
        if (i == 0 || i >= data.size()) continue;
        const std::size_t left = border > 0 ? bounds[border - 1] : i;
        const std::size_t right = border + 1 < bounds.size() ? bounds[border + 1] : i;
        if (!gaps && i - left >= kMany && right - i >= kMany) {
            columns.shares[border] = kAnyLine;
            continue;
        }
        if (i != known) {
            before = i == known + 1 ? after : pixelX(data.x(i - 1));
            after = pixelX(data.x(i));
            known = i;
        }
        const double share = (static_cast<double>(border) - before) / (after - before);
        columns.shares[border] = static_cast<float>(share > 0 ? std::min(share, 1.0) : 0);
    }
}

/// The values that decide what the curve covers of each column, as rows.
void PlotRaster::gather(const CurveData& data) {
    const auto& [of, gaps, bounds, shares] = m_columns;
    const MinMaxPyramid& values = data.values();
    for (std::vector<double>* side : {&m_least, &m_greatest, &m_before, &m_after})
        side->assign(bounds.size(), kNone);
    for (std::size_t border = 0; border < bounds.size(); ++border) {
        if (shares[border] < 0) continue;
        const std::size_t i = bounds[border];
        const double before = values.value(i - 1);
        const double after = values.value(i);
        if (!std::isfinite(before) || !std::isfinite(after)) continue;
        m_before[border] = before;
        m_after[border] = after;
    }
    for (std::size_t column = 0; column + 1 < bounds.size(); ++column) {
        if (bounds[column] == bounds[column + 1]) continue;
        const MinMax extremes = values.range(bounds[column], bounds[column + 1]);
        if (!extremes.valid()) continue;
        m_least[column] = extremes.minimum;
        m_greatest[column] = extremes.maximum;
    }
    m_rows.map(m_least, m_bottoms);
    m_rows.map(m_greatest, m_tops);
    m_rows.map(m_before, m_left);
    m_rows.map(m_after, m_right);
}

/// For each column what the curve covers of it.
void PlotRaster::trace(const CurveData& data, std::vector<Span>& spans) {
    divide(data, !data.values().allFinite());
    gather(data);
    const auto columns = static_cast<std::size_t>(m_width);
    spans.assign(columns, {});
    const auto crossing = [&](std::size_t border) { // NaN where no line, or any may
        return m_left[border] + (m_right[border] - m_left[border]) * m_columns.shares[border];
    };
    float in = crossing(0);
    for (std::size_t column = 0; column < columns; ++column) {
        const float out = crossing(column + 1);
        const bool loose = m_columns.shares[column] == kAnyLine || m_columns.shares[column + 1] == kAnyLine;
        const std::size_t points = m_columns.bounds[column + 1] - m_columns.bounds[column];
        Span& span = spans[column];
        span.dense = points >= kDense;
        setSpan(span, column, in, out);
        span.loose = loose && !span.empty();
        in = out;
    }
    join(spans);
}

/// Sides of dense columns that do not touch their neighbour's are led half way to it.
void PlotRaster::join(std::vector<Span>& spans) {
    float overlap = 0; // with the column before
    for (std::size_t column = 0; column < spans.size(); ++column) {
        Span& span = spans[column];
        float next = 0;
        if (column + 1 < spans.size() && !span.empty() && !spans[column + 1].empty()) {
            Span& other = spans[column + 1];
            if (span.loose || other.loose) {
                const float gap = std::max(other.top - span.bottom, span.top - other.bottom);
                if (gap > 0) {
                    const float half = gap / 2;
                    (other.top > span.bottom ? span.bottom : other.bottom) += half;
                    (other.top > span.bottom ? other.top : span.top) -= half;
                }
                next = std::min(span.bottom, other.bottom) - std::max(span.top, other.top);
            }
        }
        // A line goes on where the column before ended; what goes back and forth overlaps.
        if (span.loose) span.filled = std::max(overlap, 0.F) + std::max(next, 0.F) > 0.5F;
        overlap = next;
    }
}

/// `in`, `out`: where the line crosses the borders of the column.
void PlotRaster::setSpan(Span& span, std::size_t column, float in, float out) const {
    float top = std::isnan(in) ? out : out < in ? out : in; // without the one that is NaN
    float bottom = std::isnan(in) ? out : out > in ? out : in;
    float excess = 0; // pixels beyond a line from border to border
    if (const float least = m_bottoms[column]; !std::isnan(least)) {
        const float greatest = m_tops[column];
        const float highest = top < greatest ? top : greatest;
        const float lowest = bottom > least ? bottom : least;
        excess = top - highest + lowest - bottom; // NaN where no line comes in or goes out
        top = highest;
        bottom = lowest;
    }
    if (!(top <= bottom)) return;
    span.top = top;
    span.bottom = bottom;
    span.filled = !(excess <= 0.5F) || std::isnan(in) || std::isnan(out);
    span.rises = out < in;
}

/// Leaves out the columns that fall into a gap of the pattern.
void PlotRaster::dash(std::vector<Span>& spans, const std::vector<double>& pattern) const {
    std::size_t part = 0;
    double left = pattern[0];
    for (Span& span : spans) {
        if (span.empty() || span.filled) continue;
        // Along the line, but not up and down beyond what is in sight.
        const double rise = std::min(span.slope(), static_cast<float>(m_height));
        double length = std::sqrt(1 + rise * rise);
        if (part % 2 == 1) span = {};
        while (length >= left) {
            length -= left;
            part = (part + 1) % pattern.size();
            left = pattern[part];
        }
        left -= length;
    }
}

void PlotRaster::draw(const CurveData& data, const RasterPen& pen) {
    if (m_width <= 0 || m_height <= 0 || data.empty()) return;
    Layer& layer = addLayer(pen.color);
    layer.radius = std::max(1.0, pen.width) / 2;
    trace(data, layer.spans);
    if (pen.dash.size() > 1) dash(layer.spans, pen.dash);
    for (Span& span : layer.spans)
        span.steep = !span.empty() && (span.filled || span.slope() > kSteep);
    findReaches(layer);
}

/// Most strokes of many curves lie behind others: this is all that must be known to leave them out.
void PlotRaster::findReaches(Layer& layer) const {
    const int reach = reachOf(layer.radius);
    const auto beyond = static_cast<float>(layer.radius * std::sqrt(1.0 + kSteep * kSteep)); // see line()
    layer.reaches.resize(layer.spans.size());
    for (int column = 0; column < m_width; ++column) {
        auto top = static_cast<float>(kFar);
        float bottom = -top;
        for (int other = std::max(0, column - reach); other <= std::min(m_width - 1, column + reach);
             ++other) {
            const Span& span = layer.spans[static_cast<std::size_t>(other)];
            if (span.empty()) continue;
            top = std::min(top, span.top);
            bottom = std::max(bottom, span.bottom);
        }
        layer.reaches[static_cast<std::size_t>(column)] = {top - beyond, bottom + beyond};
    }
}

void PlotRaster::fill(const CurveData& lower, const CurveData& upper, const QColor& color) {
    if (m_width <= 0 || m_height <= 0 || lower.empty()) return;
    std::vector<Span> under;
    trace(lower, under);
    Layer& layer = addLayer(color);
    trace(upper, layer.spans);
    for (std::size_t column = 0; column < under.size(); ++column) {
        const Span& low = under[column];
        Span& high = layer.spans[column];
        if (low.empty() || high.empty()) {
            high = {};
            continue;
        }
        // Between the middles of both lines where they only slant through the column.
        high.top = high.filled ? high.top : (high.top + high.bottom) / 2;
        high.bottom = low.filled ? low.bottom : (low.top + low.bottom) / 2;
    }
}

/// Draws a column as a pen of the layer's radius would: what is in a column also covers part of its
/// neighbours.
void PlotRaster::stroke(const Layer& layer, int column) {
    const auto [highest, lowest] = layer.reaches[static_cast<std::size_t>(column)];
    if (!isOpen(highest, lowest)) return;
    const Span& own = layer.spans[static_cast<std::size_t>(column)];
    const double radius = layer.radius;
    const int reach = reachOf(radius);
    const bool slants = own.steep && !own.filled && reach > 0;
    double top = own.empty() || slants ? kFar : own.top - radius;
    double bottom = own.empty() || slants ? -kFar : own.bottom + radius;
    double shadeTop = kFar; // what neighbours cover in part
    double shadeBottom = -kFar;
    unsigned shade = 0;
    bool widened = false;
    if (slants) slant(own, radius, 0);
    for (int distance = 1; distance <= reach; ++distance) {
        const double weight = std::min(1.0, radius + 0.5 - distance);
        for (const int other : {column - distance, column + distance}) {
            if (other < 0 || other >= m_width) continue;
            const Span& span = layer.spans[static_cast<std::size_t>(other)];
            if (!span.steep || (span.dense && own.dense)) continue;
            if (!span.filled) {
                slant(span, radius, column - other);
                continue;
            }
            if (weight <= 0) continue;
            if (weight < 1) {
                shadeTop = std::min(shadeTop, static_cast<double>(span.top));
                shadeBottom = std::max(shadeBottom, static_cast<double>(span.bottom));
                shade = static_cast<unsigned>(weight * 256);
                continue;
            }
            const double round = std::sqrt(std::max(0.0, radius * radius - distance * distance));
            top = std::min(top, span.top - round);
            bottom = std::max(bottom, span.bottom + round);
            widened = true;
        }
    }
    if (!own.empty() && !own.steep && !widened)
        line(own, radius);
    else
        cover(top, bottom, 256);
    if (shade == 0) return;
    cover(shadeTop, std::min(shadeBottom, top), shade);
    cover(std::max(shadeTop, bottom), shadeBottom, shade);
}

/// A line through a column, not steep: covered exactly, from the area of each pixel that it takes.
void PlotRaster::line(const Span& span, double radius) {
    const double middle = (static_cast<double>(span.top) + span.bottom) / 2;
    const double rise = span.slope();
    const double half = radius * std::sqrt(1 + rise * rise); // as high as a slanted line of this width is
    const double outer = half + rise / 2;
    const double inner = std::max(0.0, half - rise / 2);
    const int first = std::max(0, static_cast<int>(std::floor(middle - outer)));
    const int last = std::min(m_height - 1, static_cast<int>(std::floor(middle + outer)));
    if (first > last) return;
    const auto below = [&](double y) {
        return trapezoidBelow(y, middle - outer, middle - inner, middle + inner, middle + outer);
    };
    double before = below(first);
    for (int row = first; row <= last; ++row) {
        const double after = below(row + 1);
        blendRow(row, static_cast<unsigned>(std::clamp((after - before) * 256, 0.0, 256.0)));
        before = after;
    }
}

/// What a line steeply through another column covers of this one, which is `away` to its right, row by row.
void PlotRaster::slant(const Span& span, double radius, int away) {
    const double rise = span.slope();
    const double half =
        radius * std::sqrt(1 + 1 / (rise * rise)); // as wide as a slanted line of this width is
    const double top = std::max(0.0, static_cast<double>(span.top));
    const double bottom = std::min(static_cast<double>(m_height), static_cast<double>(span.bottom));
    for (int row = static_cast<int>(top); row < bottom; ++row) {
        const double from = std::max(top, static_cast<double>(row));
        const double to = std::min(bottom, row + 1.0);
        const double along = ((from + to) / 2 - span.top) / rise;
        const double middle = (span.rises ? 1 - along : along) - away;
        const double covered = std::clamp(middle + half, 0.0, 1.0) - std::clamp(middle - half, 0.0, 1.0);
        blendRow(row, static_cast<unsigned>(covered * (to - from) * 256));
    }
}

/// Covers part of a column; pixels at its ends as far as they are within.
void PlotRaster::cover(double top, double bottom, unsigned weight) {
    top = std::max(top, 0.0);
    bottom = std::min(bottom, static_cast<double>(m_height));
    if (!(top < bottom)) return;
    const int first = static_cast<int>(top);
    const int last = std::min(m_height - 1, static_cast<int>(bottom));
    if (first == last) return blendRow(first, static_cast<unsigned>((bottom - top) * weight));
    blendRow(first, static_cast<unsigned>((first + 1 - top) * weight));
    blendRows(first + 1, last, weight);
    blendRow(last, static_cast<unsigned>((bottom - last) * weight));
}

/// Whether anything behind could still be seen there.
bool PlotRaster::isOpen(double top, double bottom) const {
    if (!(top < m_height) || !(bottom > 0)) return false;
    const int first = static_cast<int>(std::max(top, 0.0));
    const int last = static_cast<int>(std::min(bottom, m_height - 1.0));
    for (int word = first / 64; word <= last / 64; ++word)
        if ((rowBits(word, first, last) & ~m_opaqueBits[word]) != 0) return true;
    return false;
}

void PlotRaster::blendRow(int row, unsigned alpha) {
    std::uint64_t& opaque = m_opaqueBits[row / 64];
    const std::uint64_t bit = std::uint64_t{1} << (row % 64);
    if ((opaque & bit) != 0 || alpha == 0) return;
    m_touched = {std::min(m_touched.first, row), std::max(m_touched.second, row)};
    m_pixels[row] = behind(m_pixels[row], m_color, alpha);
    if (m_pixels[row] >> 24 >= kOpaque) opaque |= bit;
}

/// Rows [first, last) of the column: puts the colour behind what is there.
void PlotRaster::blendRows(int first, int last, unsigned alpha) {
    if (first >= last || alpha == 0) return;
    m_touched = {std::min(m_touched.first, first), std::max(m_touched.second, last - 1)};
    const bool covers = alpha == 256 && m_color >> 24 == 255;
    const std::uint32_t alone = covers ? m_color : behind(0, m_color, alpha);
    for (int word = first / 64; word <= (last - 1) / 64; ++word) {
        const std::uint64_t wanted = rowBits(word, first, last - 1);
        std::uint64_t open = wanted & ~m_opaqueBits[word];
        if (covers) m_opaqueBits[word] |= wanted;
        while (open != 0) {
            const int bit = std::countr_zero(open);
            open &= open - 1;
            std::uint32_t& pixel = m_pixels[word * 64 + bit];
            if (pixel == 0) {
                pixel = alone;
                continue;
            }
            pixel = behind(pixel, m_color, alpha);
            if (pixel >> 24 >= kOpaque) m_opaqueBits[word] |= std::uint64_t{1} << bit;
        }
    }
}

const QImage& PlotRaster::finish() {
    for (int left = 0; left < m_width; left += kStrip) {
        const int right = std::min(m_width, left + kStrip);
        m_touched = kUntouched;
        for (int column = left; column < right; ++column) {
            m_pixels = m_strip.data() + m_stride * static_cast<std::size_t>(column - left);
            m_opaqueBits = m_opaque.data() + m_words * static_cast<std::size_t>(column - left);
            for (std::size_t i = 0; i < m_used; ++i) {
                const Layer& layer = m_layers[i];
                m_color = layer.color;
                const Span& span = layer.spans[static_cast<std::size_t>(column)];
                if (layer.radius > 0)
                    stroke(layer, column);
                else
                    cover(span.top, span.bottom, 256);
            }
        }
        copyStrip(left, right);
    }
    return m_image;
}

/// Copies the strip to the image, over what the last frame left there, and empties it.
void PlotRaster::copyStrip(int left, int right) {
    auto& shown = m_shown[static_cast<std::size_t>(left / kStrip)];
    const int first = std::min(m_touched.first, shown.first);
    const int last = std::max(m_touched.second, shown.second);
    uchar* const bits = m_image.bits();
    for (int row = first; row <= last; ++row) {
        auto* const out = reinterpret_cast<std::uint32_t*>(bits + row * m_image.bytesPerLine());
        const std::uint32_t* in = m_strip.data() + row;
        for (int column = left; column < right; ++column, in += m_stride)
            out[column] = *in;
    }
    shown = m_touched;
    if (m_touched.first > m_touched.second) return;
    for (std::size_t column = 0; column < kStrip; ++column) {
        const auto begin = m_strip.begin() + static_cast<std::ptrdiff_t>(column * m_stride);
        std::fill(begin + m_touched.first, begin + m_touched.second + 1, 0);
    }
    std::fill(m_opaque.begin(), m_opaque.end(), 0);
}

} // namespace fathom::widgets
