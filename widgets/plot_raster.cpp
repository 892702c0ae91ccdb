// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_raster.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr int kStrip = 16; // columns that are copied into the image together: a cache line of each
constexpr double kFar = 1e6;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr float kSteep = 2; // pixels a column: from here on a line is as wide sideways as it is high
constexpr std::pair<int, int> kUntouched{std::numeric_limits<int>::max(), -1};

/// `color` with `alpha` of 256 over `under`, both premultiplied.
inline std::uint32_t over(std::uint32_t color, std::uint32_t under, std::uint32_t alpha) {
    const std::uint32_t opacity = color >> 24;
    const std::uint32_t rest = 256 - (opacity + (opacity >> 7)) * alpha / 256; // 255 counts as 256
    const std::uint32_t redBlue = ((color & 0xff00ff) * alpha + (under & 0xff00ff) * rest) >> 8 & 0xff00ff;
    const std::uint32_t alphaGreen =
        ((color >> 8 & 0xff00ff) * alpha + (under >> 8 & 0xff00ff) * rest) & 0xff00ff00;
    return redBlue | alphaGreen;
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

} // namespace

void PlotRaster::begin(const RasterView& view) {
    m_view = view;
    m_width = view.size.width();
    m_height = view.size.height();
    m_perX = m_width / (view.xTo - view.xFrom);
    m_perY = m_height / (view.yTo - view.yFrom);
    if (m_image.size() != view.size) {
        m_image = QImage(view.size, QImage::Format_ARGB32_Premultiplied);
        m_image.fill(Qt::transparent);
        // Not a power of two: columns side by side would share the cache's sets.
        m_stride = (static_cast<std::size_t>(m_height) + kStrip - 1) / kStrip * kStrip + kStrip;
        m_pixels.assign(m_stride * static_cast<std::size_t>(m_width), 0);
        m_shown.assign(static_cast<std::size_t>(m_width + kStrip - 1) / kStrip, kUntouched);
    }
    m_touched.assign(static_cast<std::size_t>(m_width), kUntouched);
    m_edges.resize(static_cast<std::size_t>(m_width) + 1);
    for (std::size_t i = 0; i < m_edges.size(); ++i)
        m_edges[i] = view.x.from(view.xFrom + static_cast<double>(i) / m_perX);
}

double PlotRaster::pixelY(double value) const {
    const double drawn = m_view.y.to(value);
    if (std::isinf(drawn)) return m_height + 8.0; // not positive on a logarithmic axis: just out of sight
    return std::clamp((m_view.yTo - drawn) * m_perY, -kFar, kFar);
}

/// Fills m_spans: for each column what the curve covers of it.
void PlotRaster::trace(const CurveData& data) {
    const std::size_t size = data.size();
    data.bounds(m_edges, m_bounds);
    m_spans.assign(static_cast<std::size_t>(m_width), {});
    // Where the line to point i crosses the border: a neighbouring border often lies between the same points.
    std::size_t between = size + 1;
    double xBefore = 0, yBefore = 0, xAfter = 0, yAfter = 0;
    const auto crossing = [&](std::size_t column) {
        const std::size_t i = m_bounds[column];
        if (i == 0 || i >= size) return kNone;
        if (i != between) {
            between = i;
            const double before = data.y(i - 1);
            const double after = data.y(i);
            yBefore = std::isfinite(before) ? pixelY(before) : kNone;
            yAfter = std::isfinite(after) ? pixelY(after) : kNone;
            xBefore = pixelX(data.x(i - 1));
            xAfter = pixelX(data.x(i));
        }
        const double t = (static_cast<double>(column) - xBefore) / (xAfter - xBefore);
        return yBefore + (yAfter - yBefore) * std::clamp(t, 0.0, 1.0);
    };
    double in = crossing(0);
    for (std::size_t column = 0; column < m_spans.size(); ++column) {
        const double out = crossing(column + 1);
        Span& span = m_spans[column];
        double top = kFar * 2;
        double bottom = -top;
        const auto include = [&](double y) { // false for NaN
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
        };
        include(in);
        include(out);
        const double lineTop = top;
        const double lineBottom = bottom;
        const std::size_t first = m_bounds[column];
        std::size_t last = m_bounds[column + 1];
        if (column + 1 == m_spans.size()) // a point on the right border is in sight
            while (last < size && data.x(last) <= m_edges.back())
                ++last;
        if (first < last) {
            const MinMax extremes = data.values().range(first, last);
            if (extremes.valid()) {
                include(pixelY(extremes.maximum));
                include(pixelY(extremes.minimum));
            }
            span.filled =
                !(std::isfinite(in) && std::isfinite(out)) || (lineTop - top) + (bottom - lineBottom) > 0.5;
        }
        if (top <= bottom) {
            span.top = static_cast<float>(top);
            span.bottom = static_cast<float>(bottom);
        }
        in = out;
    }
}

/// Leaves out the columns that fall into a gap of the pattern.
void PlotRaster::dash(const std::vector<double>& pattern) {
    std::size_t part = 0;
    double left = pattern[0];
    for (Span& span : m_spans) {
        if (span.empty() || span.filled) continue;
        // Counted to the column's middle, along the line, but not up and down beyond what is in sight.
        double length = std::hypot(1.0, std::min(span.slope(), static_cast<float>(m_height)));
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
    m_color = qPremultiply(pen.color.rgba());
    trace(data);
    if (pen.dash.size() > 1) dash(pen.dash);
    stroke(std::max(1.0, pen.width) / 2);
}

/// Draws m_spans as a pen of this radius would: each column also covers part of its neighbours.
void PlotRaster::stroke(double radius) {
    const int reach = static_cast<int>(std::ceil(radius - 0.5));
    for (int column = 0; column < m_width; ++column) {
        const Span& own = m_spans[static_cast<std::size_t>(column)];
        const bool gentle = !own.empty() && !own.filled && own.slope() <= kSteep;
        double top = own.empty() ? kFar : own.top - radius;
        double bottom = own.empty() ? -kFar : own.bottom + radius;
        double shadeTop = kFar; // what neighbours cover in part
        double shadeBottom = -kFar;
        unsigned shade = 0;
        bool widened = false;
        for (int distance = 1; distance <= reach; ++distance) {
            const double weight = std::min(1.0, radius + 0.5 - distance);
            for (const int other : {column - distance, column + distance}) {
                if (other < 0 || other >= m_width) continue;
                const Span& span = m_spans[static_cast<std::size_t>(other)];
                if (span.empty() || (!span.filled && span.slope() <= kSteep)) continue;
                const double round = std::sqrt(std::max(0.0, radius * radius - distance * distance));
                if (weight >= 1) {
                    top = std::min(top, span.top - round);
                    bottom = std::max(bottom, span.bottom + round);
                    widened = true;
                } else {
                    shadeTop = std::min(shadeTop, static_cast<double>(span.top));
                    shadeBottom = std::max(shadeBottom, static_cast<double>(span.bottom));
                    shade = static_cast<unsigned>(weight * 256);
                }
            }
        }
        if (shade > 0 && shadeTop < shadeBottom) {
            cover(column, shadeTop, std::min(shadeBottom, top), shade);
            cover(column, std::max(shadeTop, bottom), shadeBottom, shade);
        }
        if (gentle && !widened)
            line(column, own, radius);
        else
            cover(column, top, bottom, 256);
    }
}

/// A line through a column, not steep: covered exactly, from the area of each pixel that it takes.
void PlotRaster::line(int column, const Span& span, double radius) {
    const double middle = (static_cast<double>(span.top) + span.bottom) / 2;
    const double rise = span.slope();
    const double half = radius * std::hypot(1.0, rise); // as high as a slanted line of this width is
    const double outer = half + rise / 2;
    const double inner = std::max(0.0, half - rise / 2);
    const int first = std::max(0, static_cast<int>(std::floor(middle - outer)));
    const int last = std::min(m_height - 1, static_cast<int>(std::floor(middle + outer)));
    if (first > last) return;
    touch(column, first, last);
    const auto below = [&](double y) {
        return trapezoidBelow(y, middle - outer, middle - inner, middle + inner, middle + outer);
    };
    double before = below(first);
    for (int row = first; row <= last; ++row) {
        const double after = below(row + 1);
        blend(column, row, static_cast<unsigned>(std::clamp((after - before) * 256, 0.0, 256.0)));
        before = after;
    }
}

/// Covers part of a column; pixels at its ends as far as they are within.
void PlotRaster::cover(int column, double top, double bottom, unsigned weight) {
    top = std::max(top, 0.0);
    bottom = std::min(bottom, static_cast<double>(m_height));
    if (!(top < bottom)) return;
    const int first = static_cast<int>(top);
    const int last = std::min(m_height - 1, static_cast<int>(bottom));
    touch(column, first, last);
    if (first == last) return blend(column, first, static_cast<unsigned>((bottom - top) * weight));
    blend(column, first, static_cast<unsigned>((first + 1 - top) * weight));
    blendRows(column, first + 1, last, weight);
    blend(column, last, static_cast<unsigned>((bottom - last) * weight));
}

void PlotRaster::touch(int column, int first, int last) {
    auto& [top, bottom] = m_touched[static_cast<std::size_t>(column)];
    top = std::min(top, first);
    bottom = std::max(bottom, last);
}

void PlotRaster::blend(int column, int row, unsigned alpha) {
    std::uint32_t& pixel =
        m_pixels[static_cast<std::size_t>(column) * m_stride + static_cast<std::size_t>(row)];
    pixel = over(m_color, pixel, alpha);
}

/// Rows [first, last).
void PlotRaster::blendRows(int column, int first, int last, unsigned alpha) {
    if (first >= last) return;
    std::uint32_t* const begin = m_pixels.data() + static_cast<std::size_t>(column) * m_stride;
    if (alpha == 256 && m_color >> 24 == 255) {
        std::fill(begin + first, begin + last, m_color);
        return;
    }
    for (std::uint32_t* pixel = begin + first; pixel < begin + last; ++pixel)
        *pixel = over(m_color, *pixel, alpha);
}

void PlotRaster::fill(const CurveData& lower, const CurveData& upper, const QColor& color) {
    if (m_width <= 0 || m_height <= 0 || lower.empty()) return;
    m_color = qPremultiply(color.rgba());
    trace(lower);
    const std::vector<Span> under = m_spans;
    trace(upper);
    for (int column = 0; column < m_width; ++column) {
        const Span& low = under[static_cast<std::size_t>(column)];
        const Span& high = m_spans[static_cast<std::size_t>(column)];
        if (low.empty() || high.empty()) continue;
        // Between the middles of both lines where they only slant through the column.
        const double top = high.filled ? high.top : (high.top + high.bottom) / 2;
        const double bottom = low.filled ? low.bottom : (low.top + low.bottom) / 2;
        cover(column, top, bottom, 256);
    }
}

const QImage& PlotRaster::finish() {
    for (int left = 0; left < m_width; left += kStrip) {
        const int right = std::min(m_width, left + kStrip);
        auto& shown = m_shown[static_cast<std::size_t>(left / kStrip)];
        std::pair<int, int> now = kUntouched;
        for (int column = left; column < right; ++column) {
            now.first = std::min(now.first, m_touched[static_cast<std::size_t>(column)].first);
            now.second = std::max(now.second, m_touched[static_cast<std::size_t>(column)].second);
        }
        const int first = std::min(now.first, shown.first);
        const int last = std::max(now.second, shown.second);
        for (int row = first; row <= last; ++row) {
            auto* const out = reinterpret_cast<std::uint32_t*>(m_image.scanLine(row));
            const std::uint32_t* in =
                m_pixels.data() + static_cast<std::size_t>(left) * m_stride + static_cast<std::size_t>(row);
            for (int column = left; column < right; ++column, in += m_stride)
                out[column] = *in;
        }
        for (int column = left; column < right; ++column) { // empty for the next frame
            const auto [top, bottom] = m_touched[static_cast<std::size_t>(column)];
            if (top > bottom) continue;
            const auto begin =
                m_pixels.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(column) * m_stride);
            std::fill(begin + top, begin + bottom + 1, 0);
        }
        shown = now;
    }
    return m_image;
}

} // namespace fathom::widgets
