// SPDX-License-Identifier: GPL-3.0-or-later
// One curve's points, and their reduction to what a row of pixels can show.
#pragma once

#include "widgets/min_max_pyramid.h"

#include <QPointF>

#include <memory>
#include <span>
#include <vector>

namespace fathom::widgets {

/// Ascending x that several curves share: the metrics of a run, a smoothed curve and its raw one.
using SharedX = std::shared_ptr<const std::vector<double>>;

/// Points in ascending x. NaN and infinities in y are gaps. Evenly spaced x (each exactly start + i · step,
/// as logged steps are) take no memory, shared ones that of a pointer. Not thread-safe.
class CurveData {
public:
    void clear();
    /// Points normally come in ascending x and cost logarithmic time; others are put in their place (linear
    /// time). A point with an x that is already there goes after it.
    void append(std::span<const QPointF> points);
    /// Replaces everything. `x` ascends and is as long as `y`.
    void assign(SharedX x, std::span<const double> y);

    [[nodiscard]] std::size_t size() const { return m_y.size(); }
    [[nodiscard]] bool empty() const { return m_y.size() == 0; }
    [[nodiscard]] double x(std::size_t i) const {
        return m_values ? (*m_values)[i] : m_start + m_step * static_cast<double>(i);
    }
    [[nodiscard]] double y(std::size_t i) const { return m_y.value(i); }
    [[nodiscard]] const MinMaxPyramid& values() const { return m_y; }
    /// Indices [first, last) of the points with from ≤ x ≤ to.
    [[nodiscard]] std::pair<std::size_t, std::size_t> indices(double from, double to) const;
    /// For each of the ascending `edges` the index of the first point with x ≥ edge.
    void bounds(std::span<const double> edges, std::vector<std::size_t>& indices) const;
    /// True when both have as many points at the same x, as far as that is known without looking at them.
    [[nodiscard]] bool sharesX(const CurveData& other) const {
        return size() == other.size() && m_values == other.m_values &&
               (m_values || (m_start == other.m_start && m_step == other.m_step));
    }
    [[nodiscard]] MinMax yRange(double from, double to) const;
    /// Smallest positive finite y, or +inf: where a logarithmic axis may begin.
    [[nodiscard]] double smallestPositive(double from, double to) const;
    /// Index of the point nearest to x; size() when empty.
    [[nodiscard]] std::size_t nearest(double x) const;
    /// Memory in use, in bytes; shared x are not counted.
    [[nodiscard]] std::size_t bytes() const;

    /// A polyline that looks the same as one through every point when the view is divided into columns by
    /// the ascending `edges` (one more than columns): at most four points a column (first, least, greatest,
    /// last), so no spike is lost. One point beyond each end is included. Where y is NaN the polyline has
    /// one.
    [[nodiscard]] std::vector<QPointF> polyline(std::span<const double> edges) const;
    /// The same for `columns` columns of equal width.
    [[nodiscard]] std::vector<QPointF> polyline(double from, double to, int columns) const;

private:
    void push(std::span<const double> xs);
    [[nodiscard]] std::size_t lowerBound(double x, std::size_t hint) const;

    double m_start = 0;
    double m_step = 0;
    std::shared_ptr<const std::vector<double>> m_values; ///< null while evenly spaced
    std::shared_ptr<std::vector<double>> m_own;          ///< the same, where it may be appended to
    std::size_t m_count = 0;                             ///< of x
    MinMaxPyramid m_y;
};

} // namespace fathom::widgets
