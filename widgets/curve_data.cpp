// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_data.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

void CurveData::clear() {
    m_x.clear();
    m_y.clear();
}

void CurveData::append(std::span<const QPointF> points) {
    bool ordered = true;
    double last = m_x.empty() ? -std::numeric_limits<double>::infinity() : m_x.back();
    for (const QPointF& point : points) {
        ordered = ordered && point.x() >= last;
        last = point.x();
    }
    if (ordered) {
        for (const QPointF& point : points) {
            m_x.push_back(point.x());
            m_y.append(point.y());
        }
        return;
    }
    std::vector<QPointF> all;
    all.reserve(size() + points.size());
    for (std::size_t i = 0; i < size(); ++i)
        all.emplace_back(x(i), y(i));
    all.insert(all.end(), points.begin(), points.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); });
    clear();
    for (const QPointF& point : all) {
        m_x.push_back(point.x());
        m_y.append(point.y());
    }
}

std::pair<std::size_t, std::size_t> CurveData::indices(double from, double to) const {
    const auto first = std::lower_bound(m_x.begin(), m_x.end(), from);
    const auto last = std::upper_bound(first, m_x.end(), to);
    return {static_cast<std::size_t>(first - m_x.begin()), static_cast<std::size_t>(last - m_x.begin())};
}

MinMax CurveData::yRange(double from, double to) const {
    const auto [first, last] = indices(from, to);
    return m_y.range(first, last);
}

double CurveData::smallestPositive(double from, double to) const {
    const auto [first, last] = indices(from, to);
    const MinMax extremes = m_y.range(first, last);
    if (extremes.valid() && extremes.minimum > 0) return extremes.minimum;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = first; i < last; ++i)
        if (y(i) > 0 && y(i) < smallest) smallest = y(i);
    return smallest;
}

std::size_t CurveData::nearest(double wanted) const {
    if (m_x.empty()) return 0;
    const auto after = std::lower_bound(m_x.begin(), m_x.end(), wanted);
    if (after == m_x.begin()) return 0;
    const auto index = static_cast<std::size_t>(after - m_x.begin());
    if (after == m_x.end()) return index - 1;
    return wanted - m_x[index - 1] <= m_x[index] - wanted ? index - 1 : index;
}

std::vector<QPointF> CurveData::polyline(double from, double to, int columns) const {
    auto [first, last] = indices(from, to);
    if (first > 0) --first;
    if (last < size()) ++last;
    std::vector<QPointF> line;
    if (last - first <= static_cast<std::size_t>(columns) * 4 || !(to > from)) {
        line.reserve(last - first);
        for (std::size_t i = first; i < last; ++i)
            line.emplace_back(x(i), y(i));
        return line;
    }
    line.reserve(static_cast<std::size_t>(columns) * 4);
    const double width = (to - from) / columns;
    std::size_t begin = first;
    while (begin < last) {
        const double column = std::floor((x(begin) - from) / width);
        const double right = from + (column + 1) * width;
        auto end = static_cast<std::size_t>(std::lower_bound(m_x.begin() + static_cast<std::ptrdiff_t>(begin),
                                                             m_x.begin() + static_cast<std::ptrdiff_t>(last),
                                                             right) -
                                            m_x.begin());
        end = std::max(end, begin + 1); // rounding must not stop the walk
        line.emplace_back(x(begin), y(begin));
        if (end - begin > 2) {
            const double middle = from + (column + 0.5) * width;
            const MinMax extremes = m_y.range(begin, end);
            if (extremes.valid()) {
                line.emplace_back(middle, extremes.minimum);
                line.emplace_back(middle, extremes.maximum);
            }
        }
        if (end - begin > 1) line.emplace_back(x(end - 1), y(end - 1));
        begin = end;
    }
    return line;
}

} // namespace fathom::widgets
