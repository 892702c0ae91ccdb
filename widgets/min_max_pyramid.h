// SPDX-License-Identifier: GPL-3.0-or-later
// Minimum and maximum of any range of a growing series in logarithmic time, so that a plot's cost follows its
// pixels.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace fathom::widgets {

struct MinMax {
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();
    /// False when the range held nothing but NaN.
    [[nodiscard]] bool valid() const { return minimum <= maximum; }
    void include(double value) {
        if (value < minimum) minimum = value; // false for NaN
        if (value > maximum) maximum = value;
    }
    void include(const MinMax& other) {
        if (!other.valid()) return; // its infinities are no values
        include(other.minimum);
        include(other.maximum);
    }
};

/// Level k keeps the extremes of blocks of 16^(k+1) values. NaN and infinities are skipped.
class MinMaxPyramid {
public:
    void clear();
    void append(double value);
    /// Replaces everything; linear time.
    void assign(const std::vector<double>& values);
    [[nodiscard]] std::size_t size() const { return m_values.size(); }
    [[nodiscard]] const std::vector<double>& values() const { return m_values; }
    /// Extremes of values [first, last).
    [[nodiscard]] MinMax range(std::size_t first, std::size_t last) const;

private:
    std::vector<double> m_values;
    std::vector<std::vector<MinMax>> m_levels;
};

} // namespace fathom::widgets
