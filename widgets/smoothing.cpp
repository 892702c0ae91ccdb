// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/smoothing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

namespace fathom::widgets {

namespace {

constexpr double kExactSigma = 4; // up to here the kernel itself is summed
constexpr int kMostOrder = 5;
constexpr int kCoefficients = kMostOrder + 1;

using Values = std::span<const double>;
using Floats = std::vector<double>;

std::pair<double, double> finiteRange(Values values) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    return {low, high};
}

/// TensorBoard's classicSmoothing (webapp/widgets/line_chart_v2/data_transformer.ts).
Floats ema(Values values, double weight) {
    weight = std::isfinite(weight) ? std::clamp(weight, 0.0, 1.0) : 0.0;
    Floats result(values.begin(), values.end());
    const double first = values.front();
    if (std::all_of(values.begin(), values.end(), [first](double value) { return value == first; }))
        return result;
    double last = 0;
    double debias = weight == 1 ? 1 : 0;
    double count = 0;
    for (double& value : result) {
        if (!std::isfinite(value)) continue;
        last = last * weight + (1 - weight) * value;
        if (debias != 1) debias = 1 - std::pow(weight, ++count); // once it is 1 it stays 1
        value = last / debias;
    }
    return result;
}

/// A sum of values and the number, or weight, of those that took part.
struct Weighted {
    double sum = 0;
    double weight = 0;
    Weighted& operator+=(const Weighted& other) {
        sum += other.sum;
        weight += other.weight;
        return *this;
    }
    friend Weighted operator+(Weighted a, const Weighted& b) { return a += b; }
};
using WeightedValues = std::vector<Weighted>;

/// Sums over [i − half, i + half] within the series. From sums that run within blocks of the window's length,
/// of which a window covers an end and a beginning: nothing is ever subtracted, so that an outlier leaves no
/// rounding behind.
class BoxSum {
public:
    BoxSum(std::size_t size, std::size_t half)
        : m_half(half), m_window(2 * half + 1), m_before(size), m_after(size) {}

    void apply(WeightedValues& values) {
        const std::size_t size = values.size();
        for (std::size_t begin = 0; begin < size; begin += m_window) {
            const std::size_t end = std::min(begin + m_window, size);
            Weighted sum;
            for (std::size_t i = begin; i < end; ++i)
                m_before[i] = sum += values[i];
            sum = {};
            for (std::size_t i = end; i-- > begin;)
                m_after[i] = sum += values[i];
        }
        std::size_t offset = 0; // of the window's first point in its block
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t last = std::min(i + m_half, size - 1);
            if (i <= m_half) {
                values[i] = m_before[last]; // beginning of the first block, or all of it
                continue;
            }
            const std::size_t first = i - m_half;
            if (++offset == m_window) offset = 0;
            if (offset == 0)
                values[i] = m_before[last];
            else if (last - first + offset >= m_window)
                values[i] = m_after[first] + m_before[last];
            else
                values[i] = m_after[first]; // the series' last block, which ends at `last`
        }
    }

private:
    std::size_t m_half;
    std::size_t m_window;
    WeightedValues m_before;
    WeightedValues m_after;
};

/// The averages, kept within the data's range, which rounding could leave by a digit.
Floats averages(Values values, const WeightedValues& sums) {
    const auto [low, high] = finiteRange(values);
    Floats result(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i])) result[i] = std::clamp(sums[i].sum / sums[i].weight, low, high);
    return result;
}

WeightedValues weighted(Values values) {
    WeightedValues result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i])) result[i] = {values[i], 1};
    return result;
}

Floats movingAverage(Values values, std::size_t half) {
    WeightedValues sums = weighted(values);
    BoxSum(values.size(), half).apply(sums);
    return averages(values, sums);
}

/// Half widths of four boxes whose convolution has the variance of the Gaussian: as many of the wider kind as
/// come nearest (P. Kovesi, Fast Almost-Gaussian Filtering, 2010).
std::array<std::size_t, 4> boxesFor(double sigma) {
    constexpr double n = 4;
    const double ideal = std::sqrt(12 * sigma * sigma / n + 1);
    const double lower = 2 * std::floor((ideal - 1) / 2) + 1;
    const double narrow =
        std::round((12 * sigma * sigma - n * lower * lower - 4 * n * lower - 3 * n) / (-4 * lower - 4));
    std::array<std::size_t, 4> halves{};
    for (std::size_t i = 0; i < halves.size(); ++i)
        halves[i] = static_cast<std::size_t>((lower - 1) / 2) + (static_cast<double>(i) < narrow ? 0 : 1);
    return halves;
}

void convolve(WeightedValues& values, const Floats& kernel) {
    const std::size_t size = values.size();
    const std::size_t half = kernel.size() - 1;
    WeightedValues result(size);
    for (std::size_t i = 0; i < size; ++i) {
        Weighted sum;
        const std::size_t first = i < half ? 0 : i - half;
        const std::size_t last = std::min(i + half, size - 1);
        for (std::size_t k = first; k <= last; ++k) {
            const double factor = kernel[k < i ? i - k : k - i];
            sum += {values[k].sum * factor, values[k].weight * factor};
        }
        result[i] = sum;
    }
    values.swap(result);
}

Floats gaussian(Values values, double sigma) {
    WeightedValues sums = weighted(values);
    if (sigma <= kExactSigma) {
        Floats kernel(static_cast<std::size_t>(std::ceil(4 * sigma)) + 1);
        for (std::size_t k = 0; k < kernel.size(); ++k)
            kernel[k] = std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma));
        convolve(sums, kernel);
    } else {
        for (const std::size_t half : boxesFor(sigma))
            BoxSum(values.size(), half).apply(sums);
    }
    return averages(values, sums);
}

/// Counts of ranks, with the k-th smallest present one found in logarithmic time (Fenwick).
class RankSet {
public:
    explicit RankSet(std::size_t size) : m_counts(size + 1), m_top(std::bit_floor(size)) {}
    void add(std::size_t rank, int change) {
        m_size += change;
        for (std::size_t i = rank + 1; i < m_counts.size(); i += i & (~i + 1))
            m_counts[i] += change;
    }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(m_size); }
    [[nodiscard]] std::size_t at(std::size_t k) const {
        auto left = static_cast<std::int64_t>(k);
        std::size_t place = 0;
        for (std::size_t jump = m_top; jump > 0; jump /= 2) {
            if (place + jump >= m_counts.size() || m_counts[place + jump] > left) continue;
            place += jump;
            left -= m_counts[place];
        }
        return place;
    }

private:
    std::vector<std::int64_t> m_counts;
    std::size_t m_top;
    std::int64_t m_size = 0;
};

/// Medians of the points [begin, end), whose windows lie in [first, last): ranks within that stretch only.
void medianBlock(Values values, std::size_t half, std::size_t begin, std::size_t end, Floats& result) {
    const std::size_t first = begin < half ? 0 : begin - half;
    const std::size_t last = std::min(end + half, values.size());
    std::vector<std::size_t> order;
    for (std::size_t i = first; i < last; ++i)
        if (std::isfinite(values[i])) order.push_back(i);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<std::size_t> rank(last - first);
    for (std::size_t i = 0; i < order.size(); ++i)
        rank[order[i] - first] = i;
    RankSet present(order.size());
    const auto change = [&](std::size_t i, int by) {
        if (std::isfinite(values[i])) present.add(rank[i - first], by);
    };
    std::size_t from = first;
    std::size_t to = first;
    for (std::size_t i = begin; i < end; ++i) {
        for (const std::size_t right = std::min(i + half + 1, values.size()); to < right; ++to)
            change(to, 1);
        for (; from + half < i; ++from)
            change(from, -1);
        if (!std::isfinite(values[i])) continue;
        const double upper = values[order[present.at(present.size() / 2)]];
        const double lower = values[order[present.at((present.size() - 1) / 2)]];
        result[i] = lower == upper ? upper : std::midpoint(lower, upper);
    }
}

Floats median(Values values, std::size_t half) {
    Floats result(values.begin(), values.end());
    const std::size_t block = std::max<std::size_t>(4 * half, 256);
    for (std::size_t begin = 0; begin < values.size(); begin += block)
        medianBlock(values, half, begin, std::min(begin + block, values.size()), result);
    return result;
}

using Moments = std::array<double, 2 * kMostOrder + 1>;
using Polynomial = std::array<double, kCoefficients>;

/// Solves the normal equations of a polynomial of degree `order` (Gauss, with pivots).
Polynomial solved(const Moments& moments, Polynomial right, std::size_t order) {
    const std::size_t n = order + 1;
    std::array<std::array<double, kCoefficients>, kCoefficients> matrix{};
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < n; ++column)
            matrix[row][column] = moments[row + column];
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t pivot = i;
        for (std::size_t row = i + 1; row < n; ++row)
            if (std::abs(matrix[row][i]) > std::abs(matrix[pivot][i])) pivot = row;
        std::swap(matrix[i], matrix[pivot]);
        std::swap(right[i], right[pivot]);
        for (std::size_t row = i + 1; row < n; ++row) {
            const double factor = matrix[row][i] / matrix[i][i];
            for (std::size_t column = i; column < n; ++column)
                matrix[row][column] -= factor * matrix[i][column];
            right[row] -= factor * right[i];
        }
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t column = i + 1; column < n; ++column)
            right[i] -= matrix[i][column] * right[column];
        right[i] /= matrix[i][i];
    }
    return right;
}

/// Value at `place` of the polynomial that fits the finite values of [first, last] best. Positions are scaled
/// to [−1, 1], so that the powers stay near one another.
double fitted(Values values, std::size_t first, std::size_t last, std::size_t place, int order) {
    const double centre = (static_cast<double>(first) + static_cast<double>(last)) / 2;
    const double scale = std::max(1.0, (static_cast<double>(last) - static_cast<double>(first)) / 2);
    Moments moments{};
    Polynomial right{};
    const double offset = values[place]; // near zero: less is lost
    for (std::size_t i = first; i <= last; ++i) {
        if (!std::isfinite(values[i])) continue;
        const double u = (static_cast<double>(i) - centre) / scale;
        double power = 1;
        for (std::size_t k = 0; k < moments.size(); ++k, power *= u) {
            moments[k] += power;
            if (k < right.size()) right[k] += power * (values[i] - offset);
        }
    }
    const auto degree =
        std::min<std::size_t>(static_cast<std::size_t>(order),
                              static_cast<std::size_t>(moments[0]) - 1); // 3 points: a parabola
    const Polynomial coefficients = solved(moments, right, degree);
    const double u = (static_cast<double>(place) - centre) / scale;
    double value = 0;
    for (std::size_t k = degree + 1; k-- > 0;)
        value = value * u + coefficients[k];
    return value + offset;
}

/// The weights with which a whole window of finite values gives fitted() at its middle.
Floats polynomialKernel(std::size_t half, int order) {
    const std::size_t window = 2 * half + 1;
    Floats kernel(half + 1);
    Floats unit(window, 0.0);
    for (std::size_t k = 0; k <= half; ++k) {
        unit[half + k] = 1;
        kernel[k] = fitted(unit, 0, window - 1, half, order);
        unit[half + k] = 0;
    }
    return kernel;
}

Floats savitzkyGolay(Values values, std::size_t half, int order) {
    order = std::clamp(order, 0, std::min(kMostOrder, static_cast<int>(2 * half)));
    const std::size_t size = values.size();
    const Floats kernel = polynomialKernel(half, order);
    Floats result(values.begin(), values.end());
    std::size_t finite = 0; // in a row, up to i + half
    std::size_t seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
        for (; seen < size && seen <= i + half; ++seen)
            finite = std::isfinite(values[seen]) ? finite + 1 : 0;
        if (!std::isfinite(values[i])) continue;
        if (i < half || i + half >= size || finite < 2 * half + 1) {
            // At an end, the window stays whole and the polynomial is read off its middle.
            const std::size_t first =
                i < half ? 0 : std::min(i - half, size > 2 * half ? size - 1 - 2 * half : 0);
            result[i] = fitted(values, first, std::min(first + 2 * half, size - 1), i, order);
            continue;
        }
        double sum = 0;
        for (std::size_t k = half; k > 0; --k)
            sum += kernel[k] * ((values[i - k] - values[i]) + (values[i + k] - values[i]));
        result[i] = values[i] + sum; // the weights sum to one: a constant stays one
    }
    return result;
}

} // namespace

std::vector<double> smooth(std::span<const double> values, const Smoothing& smoothing) {
    const bool polynomial = smoothing.method == SmoothingMethod::SavitzkyGolay;
    const int window = std::clamp(smoothing.window, 1, polynomial ? kMostPolynomialWindow : kMostWindow);
    const auto half = static_cast<std::size_t>(window / 2);
    if (values.empty()) return {};
    switch (smoothing.method) {
    case SmoothingMethod::Ema:
        return ema(values, smoothing.weight);
    case SmoothingMethod::MovingAverage:
        if (half > 0) return movingAverage(values, half);
        break;
    case SmoothingMethod::Median:
        if (half > 0) return median(values, half);
        break;
    case SmoothingMethod::Gaussian:
        if (half > 0) return gaussian(values, window / 4.0);
        break;
    case SmoothingMethod::SavitzkyGolay:
        if (half > 0) return savitzkyGolay(values, half, smoothing.order);
        break;
    case SmoothingMethod::None:
        break;
    }
    return {values.begin(), values.end()};
}

} // namespace fathom::widgets
