// SPDX-License-Identifier: GPL-3.0-or-later
// One curve's points, and their reduction to what a row of pixels can show.
#pragma once

#include "widgets/min_max_pyramid.h"

#include <QPointF>

#include <span>
#include <vector>

namespace fathom::widgets {

/// Points in ascending x. NaN in y is a gap. Not thread-safe.
class CurveData {
public:
    void clear();
    /// Points normally come in ascending x and cost logarithmic time; others are put in their place (linear
    /// time). A point with an x that is already there goes after it.
    void append(std::span<const QPointF> points);

    [[nodiscard]] std::size_t size() const { return m_x.size(); }
    [[nodiscard]] bool empty() const { return m_x.empty(); }
    [[nodiscard]] double x(std::size_t i) const { return m_x[i]; }
    [[nodiscard]] double y(std::size_t i) const { return m_y.values()[i]; }
    /// Indices [first, last) of the points with from ≤ x ≤ to.
    [[nodiscard]] std::pair<std::size_t, std::size_t> indices(double from, double to) const;
    [[nodiscard]] MinMax yRange(double from, double to) const;
    /// Smallest positive finite y, or +inf: where a logarithmic axis may begin. Linear in the points of the
    /// range.
    [[nodiscard]] double smallestPositive(double from, double to) const;
    /// Index of the point nearest to x; size() when empty.
    [[nodiscard]] std::size_t nearest(double x) const;

    /// A polyline that looks the same as one through every point when [from, to] is `columns` pixels wide: at
    /// most four points a column (first, least, greatest, last), so no spike is lost. One point beyond each
    /// end is included. Where y is NaN the polyline has a NaN.
    [[nodiscard]] std::vector<QPointF> polyline(double from, double to, int columns) const;

private:
    std::vector<double> m_x;
    MinMaxPyramid m_y;
};

} // namespace fathom::widgets
