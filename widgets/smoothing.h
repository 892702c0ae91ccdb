// SPDX-License-Identifier: GPL-3.0-or-later
// Smoothing of a series. Works on every point in the order of x, so that what is drawn does not depend on
// zoom or width.
//
//   const std::vector<double> line = smooth(values, {.method = SmoothingMethod::Ema, .weight = 0.9});
//
// Points without a finite value stay as they are and take no part in their neighbours' values. Windows count
// points, not x. What goes beyond an end of the series is left out of the window.
#pragma once

#include <span>
#include <vector>

namespace fathom::widgets {

enum class SmoothingMethod {
    None,
    Ema,           ///< TensorBoard's: debiased exponential moving average, bit for bit
    MovingAverage, ///< of the window around each point
    Median,        ///< of the window around each point
    Gaussian,      ///< of standard deviation window / 4; above 16 points four boxes of that variance
                   ///< (within 5 % of the kernel's peak)
    SavitzkyGolay, ///< least-squares polynomial through the window: keeps peaks, and may overshoot the data
};

struct Smoothing {
    SmoothingMethod method = SmoothingMethod::None;
    double weight = 0.6; ///< Ema: 0 (nothing) … 1
    int window = 21;     ///< the others: points, made odd; at most kMostWindow
    int order = 2;       ///< SavitzkyGolay: degree of the polynomial, 0 … 5
    friend bool operator==(const Smoothing&, const Smoothing&) = default;
};

inline constexpr int kMostWindow = 100'001;
/// SavitzkyGolay costs the window for each point, the others at most its logarithm.
inline constexpr int kMostPolynomialWindow = 1'001;

/// As many values as there are points. All but SavitzkyGolay stay within the least and greatest finite value
/// (Ema up to rounding), and leave a constant series alone. Any thread.
[[nodiscard]] std::vector<double> smooth(std::span<const double> values, const Smoothing& smoothing);

} // namespace fathom::widgets
