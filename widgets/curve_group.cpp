// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_group.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kHole = 20;

/// The different x of all curves, ascending.
std::vector<double> unionOf(std::span<const CurveView> curves) {
    std::vector<double> grid;
    std::vector<double> merged;
    for (const CurveView& curve : curves) {
        merged.clear();
        std::set_union(grid.begin(), grid.end(), curve.x.begin(), curve.x.end(), std::back_inserter(merged));
        merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
        grid.swap(merged);
        while (grid.size() > kMostGroupPoints) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < grid.size(); i += 2)
                grid[kept++] = grid[i];
            if (grid.size() % 2 == 0) grid[kept++] = grid.back(); // both ends stay
            grid.resize(kept);
        }
    }
    return grid;
}

/// Reads one curve at ascending x.
class Walker {
public:
    explicit Walker(const CurveView& curve) : m_curve(curve) {}

    /// NaN where the curve has no value.
    [[nodiscard]] double at(double x) {
        const auto& [xs, ys] = m_curve;
        while (m_next < xs.size() && xs[m_next] <= x)
            ++m_next; // the last of several points at one x counts
        if (m_next == 0) return kNaN;
        if (xs[m_next - 1] == x) return ys[m_next - 1];
        if (m_next == xs.size() || isHole()) return kNaN;
        const double before = ys[m_next - 1];
        const double share = (x - xs[m_next - 1]) / (xs[m_next] - xs[m_next - 1]);
        return before + share * (ys[m_next] - before); // NaN beside a NaN
    }
    /// Includes the points after the last call's x up to `x`.
    void include(double x, double& low, double& high) {
        for (; m_seen < m_curve.x.size() && m_curve.x[m_seen] <= x; ++m_seen) {
            const double value = m_curve.y[m_seen];
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }

private:
    [[nodiscard]] bool isHole() const {
        const auto& xs = m_curve.x;
        const double step = xs[m_next] - xs[m_next - 1];
        double neighbours = 0;
        if (m_next > 1) neighbours = xs[m_next - 1] - xs[m_next - 2];
        if (m_next + 1 < xs.size()) neighbours = std::max(neighbours, xs[m_next + 1] - xs[m_next]);
        return neighbours > 0 && step > kHole * neighbours;
    }
    CurveView m_curve;
    std::size_t m_next = 0;
    std::size_t m_seen = 0;
};

/// Mean and squared deviations of the values that come, stable for any offset (Welford).
struct Moments {
    int count = 0;
    double mean = 0;
    double squares = 0;
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value) {
        if (!std::isfinite(value)) return;
        ++count;
        const double delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
        low = std::min(low, value);
        high = std::max(high, value);
    }
    [[nodiscard]] double deviation() const { return std::sqrt(squares / (count - 1)); }
};

double halfWidth(const Moments& moments, Spread spread) {
    if (moments.count < 2) return kNaN;
    if (spread == Spread::Deviation) return moments.deviation();
    if (spread == Spread::Confidence)
        return studentQuantile(moments.count - 1) * moments.deviation() / std::sqrt(moments.count);
    return kNaN;
}

} // namespace

double studentQuantile(int freedom) {
    if (freedom < 1) return kNaN;
    constexpr double exact[] = {12.7062047361747, 4.30265272974946, 3.18244630528371,
                                2.77644510519779, 2.57058183563631, 2.44691185114497,
                                2.36462425159278, 2.30600413520417, 2.26215716279820};
    if (freedom <= 9) return exact[freedom - 1];
    // Cornish-Fisher expansion about the normal quantile (Abramowitz and Stegun 26.7.5).
    constexpr double z = 1.959963984540054;
    constexpr double z2 = z * z;
    const double n = freedom;
    const double g1 = z * (z2 + 1) / 4;
    const double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    const double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    const double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + g1 / n + g2 / (n * n) + g3 / (n * n * n) + g4 / (n * n * n * n);
}

CurveGroup groupCurves(std::span<const CurveView> curves, Spread spread) {
    CurveGroup group;
    group.x = unionOf(curves);
    const std::size_t size = group.x.size();
    group.mean.resize(size, kNaN);
    group.low.resize(size, kNaN);
    group.high.resize(size, kNaN);
    group.count.resize(size);
    std::vector<Walker> walkers(curves.begin(), curves.end());
    for (std::size_t i = 0; i < size; ++i) {
        Moments moments;
        for (Walker& walker : walkers) {
            moments.add(walker.at(group.x[i]));
            if (spread == Spread::Range) walker.include(group.x[i], moments.low, moments.high);
        }
        group.count[i] = moments.count;
        if (moments.count > 0) group.mean[i] = moments.mean;
        if (spread == Spread::Range && moments.low <= moments.high) {
            group.low[i] = moments.low;
            group.high[i] = moments.high;
        } else if (spread != Spread::Range) {
            const double half = halfWidth(moments, spread);
            group.low[i] = moments.mean - half;
            group.high[i] = moments.mean + half;
        }
    }
    return group;
}

} // namespace fathom::widgets
