// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_data.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fathom::widgets {

void CurveData::clear() {
    *this = CurveData();
}

/// Appends to x; stays evenly spaced for as long as that is exact.
void CurveData::push(std::span<const double> xs) {
    const auto even = [&](std::size_t i) { return m_start + m_step * static_cast<double>(i); };
    if (!m_values) {
        std::size_t i = 0;
        for (; i < xs.size(); ++i) {
            const std::size_t index = m_count + i;
            if (index == 0) m_start = xs[0];
            if (index == 1) m_step = xs[i] - m_start;
            if (even(index) != xs[i]) break;
        }
        if (i == xs.size()) {
            m_count += xs.size();
            return;
        }
        m_own = std::make_shared<std::vector<double>>(m_count);
        for (std::size_t k = 0; k < m_count; ++k)
            (*m_own)[k] = even(k);
        m_values = m_own;
    } else if (!m_own) {
        m_own = std::make_shared<std::vector<double>>(*m_values); // others go on with what they share
        m_values = m_own;
    }
    const std::size_t size = m_own->size() + xs.size();
    if (size > m_own->capacity()) m_own->reserve(std::max(size, m_own->size() + m_own->size() / 8));
    m_own->insert(m_own->end(), xs.begin(), xs.end());
    m_count = m_own->size();
}

void CurveData::append(std::span<const QPointF> points) {
    std::vector<QPointF> sorted;
    double last = empty() ? -std::numeric_limits<double>::infinity() : x(size() - 1);
    const bool ordered = std::all_of(points.begin(), points.end(), [&](const QPointF& point) {
        return std::exchange(last, point.x()) <= point.x();
    });
    if (!ordered) {
        sorted.reserve(size() + points.size());
        for (std::size_t i = 0; i < size(); ++i)
            sorted.emplace_back(x(i), y(i));
        sorted.insert(sorted.end(), points.begin(), points.end());
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); });
        clear();
        points = sorted;
    }
    std::vector<double> part(points.size());
    std::transform(points.begin(), points.end(), part.begin(), [](const QPointF& p) { return p.x(); });
    push(part);
    std::transform(points.begin(), points.end(), part.begin(), [](const QPointF& p) { return p.y(); });
    m_y.append(part);
}

void CurveData::assign(SharedX x, std::span<const double> y) {
    clear();
    push(*x);
    if (m_own) { // not evenly spaced
        m_own.reset();
        m_values = std::move(x);
    }
    m_y.append(y);
}

std::size_t CurveData::lowerBound(double wanted, std::size_t hint) const {
    const std::size_t n = size();
    if (!m_values) {
        if (!(m_step > 0)) return n == 0 || m_start >= wanted ? 0 : n;
        const double guess = std::ceil((wanted - m_start) / m_step);
        auto index =
            guess <= 0 ? std::size_t{0} : static_cast<std::size_t>(std::min(guess, static_cast<double>(n)));
        while (index > 0 && x(index - 1) >= wanted) // the division rounds
            --index;
        while (index < n && x(index) < wanted)
            ++index;
        return index;
    }
    // Galloping from the hint: neighbouring columns hold about as many points.
    const auto begin = m_values->begin();
    std::size_t low = std::min(hint, n);
    if (low > 0 && (*m_values)[low - 1] >= wanted) low = 0;
    std::size_t stride = 1;
    std::size_t high = low;
    while (high < n && (*m_values)[high] < wanted) {
        low = high + 1;
        high = std::min(n, high + stride);
        stride *= 4;
    }
    return static_cast<std::size_t>(std::lower_bound(begin + static_cast<std::ptrdiff_t>(low),
                                                     begin + static_cast<std::ptrdiff_t>(high), wanted) -
                                    begin);
}

std::pair<std::size_t, std::size_t> CurveData::indices(double from, double to) const {
    const std::size_t first = lowerBound(from, 0);
    const double beyond = std::nextafter(to, std::numeric_limits<double>::infinity());
    return {first, std::max(first, lowerBound(beyond, first))};
}

void CurveData::bounds(std::span<const double> edges, std::vector<std::size_t>& indices) const {
    indices.resize(edges.size());
    std::size_t index = 0;
    for (std::size_t i = 0; i < edges.size(); ++i)
        indices[i] = index = lowerBound(edges[i], index);
}

MinMax CurveData::yRange(double from, double to) const {
    const auto [first, last] = indices(from, to);
    return m_y.range(first, last);
}

double CurveData::smallestPositive(double from, double to) const {
    const auto [first, last] = indices(from, to);
    return m_y.smallestPositive(first, last);
}

std::size_t CurveData::nearest(double wanted) const {
    if (empty()) return 0;
    const std::size_t after = lowerBound(wanted, 0);
    if (after == 0) return 0;
    if (after == size()) return after - 1;
    return wanted - x(after - 1) <= x(after) - wanted ? after - 1 : after;
}

std::size_t CurveData::bytes() const {
    return m_y.bytes() + (m_own ? m_own->capacity() * sizeof(double) : 0);
}

std::vector<QPointF> CurveData::polyline(double from, double to, int columns) const {
    std::vector<double> edges(static_cast<std::size_t>(std::max(columns, 1)) + 1);
    for (std::size_t i = 0; i < edges.size(); ++i)
        edges[i] = from + (to - from) * static_cast<double>(i) / static_cast<double>(edges.size() - 1);
    return polyline(edges);
}

std::vector<QPointF> CurveData::polyline(std::span<const double> edges) const {
    auto [first, last] = indices(edges.front(), edges.back());
    const bool before = first > 0;
    const bool after = last < size();
    const std::size_t columns = edges.size() - 1;
    std::vector<QPointF> line;
    const auto point = [&](std::size_t i) { line.emplace_back(x(i), y(i)); };
    if (last - first <= columns * 4) {
        for (std::size_t i = first - (before ? 1 : 0); i < last + (after ? 1 : 0); ++i)
            point(i);
        return line;
    }
    std::vector<std::size_t> ends;
    bounds(edges, ends);
    ends.back() = last; // a point on the last edge is within the view
    line.reserve(columns * 4 + 2);
    if (before) point(first - 1);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t begin = ends[column];
        const std::size_t end = ends[column + 1];
        if (begin == end) continue;
        point(begin);
        if (end - begin > 2) {
            const double middle = (edges[column] + edges[column + 1]) / 2;
            const MinMax extremes = m_y.range(begin, end);
            if (extremes.valid()) {
                line.emplace_back(middle, extremes.minimum);
                line.emplace_back(middle, extremes.maximum);
            }
        }
        if (end - begin > 1) point(end - 1);
    }
    if (after) point(last);
    return line;
}

} // namespace fathom::widgets
