// SPDX-License-Identifier: GPL-3.0-or-later
// Several curves as one: their mean and how far they spread, at every x that one of them has.
//
//   const CurveGroup group = groupCurves({{.x = x0, .y = y0}, {.x = x1, .y = y1}}, Spread::Confidence);
//
// Between its points a curve is read off the straight line. Where it has none it does not count: before its
// first and after its last point, beside a NaN, and over a hole (a step twenty times as long as both of its
// neighbours). `count` says how many were there.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace fathom::widgets {

enum class Spread {
    None,
    Deviation,  ///< mean ± standard deviation of the curves (n − 1)
    Confidence, ///< 95 % confidence interval of the mean (Student's t)
    Range,      ///< least to greatest
};

/// A view; x ascends.
struct CurveView {
    std::span<const double> x{};
    std::span<const double> y{};
};

/// Vectors of one length. NaN in low and high where there is no spread: None, or fewer than two curves, but
/// for Range.
struct CurveGroup {
    std::vector<double> x{};
    std::vector<double> mean{};
    std::vector<double> low{};
    std::vector<double> high{};
    std::vector<int> count{};
};

/// From this many different x on, every second one is left out until they are fewer. The range still has
/// every point between.
inline constexpr std::size_t kMostGroupPoints = 500'000;

/// Any thread. Time goes with the points of x times the curves.
[[nodiscard]] CurveGroup groupCurves(std::span<const CurveView> curves, Spread spread);

/// The value that Student's t with that many degrees of freedom exceeds with a probability of 2.5 %.
[[nodiscard]] double studentQuantile(int freedom);

} // namespace fathom::widgets
