// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/correlation.h"

#include "engine/analysis/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fathom::analysis {

namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr int kResamples = 200;

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double correlate(std::span<const double> x, std::span<const double> y) {
    const double meanX = mean(x);
    const double meanY = mean(y);
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - meanX) * (x[i] - meanX);
        yy += (y[i] - meanY) * (y[i] - meanY);
        xy += (x[i] - meanX) * (y[i] - meanY);
    }
    if (!(xx > 0) || !(yy > 0)) return std::numeric_limits<double>::quiet_NaN();
    return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

/// On Fisher's scale; `variance` is that of a correlation of 0 or more, times (n - 3).
Estimate withInterval(double r, std::size_t count, double variance) {
    Estimate estimate{.value = r};
    if (std::isnan(r) || count < 4) return estimate;
    if (std::fabs(r) == 1) {
        estimate.low = estimate.high = r;
        return estimate;
    }
    const double width = kNormal95 * std::sqrt(variance / static_cast<double>(count - 3));
    estimate.low = std::tanh(std::atanh(r) - width);
    estimate.high = std::tanh(std::atanh(r) + width);
    return estimate;
}

/// Sums of a sample, taken by position.
double ratioOf(std::span<const std::size_t> categories, std::span<const double> y,
               std::span<const std::size_t> sample, std::size_t categoryCount) {
    std::vector<double> sums(categoryCount);
    std::vector<double> counts(categoryCount);
    double total = 0;
    for (const std::size_t i : sample) {
        sums[categories[i]] += y[i];
        counts[categories[i]] += 1;
        total += y[i];
    }
    const auto n = static_cast<double>(sample.size());
    const double center = total / n;
    double all = 0;
    double within = 0;
    double groups = 0;
    for (const double count : counts)
        groups += count > 0 ? 1 : 0;
    for (const std::size_t i : sample) {
        const double apart = y[i] - sums[categories[i]] / counts[categories[i]];
        within += apart * apart;
        all += (y[i] - center) * (y[i] - center);
    }
    if (!(all > 0) || groups < 2 || n <= groups) return std::numeric_limits<double>::quiet_NaN();
    return std::sqrt(std::max(0.0, 1 - within / all * (n - 1) / (n - groups)));
}

} // namespace

Estimate pearson(std::span<const double> x, std::span<const double> y) {
    if (x.size() < 3) return {};
    return withInterval(correlate(x, y), x.size(), 1);
}

std::vector<double> ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> result(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        for (std::size_t i = first; i < end; ++i)
            result[order[i]] = static_cast<double>(first + end + 1) / 2;
        first = end;
    }
    return result;
}

Estimate spearman(std::span<const double> x, std::span<const double> y) {
    if (x.size() < 3) return {};
    const double rho = correlate(ranks(x), ranks(y));
    return withInterval(rho, x.size(), 1 + rho * rho / 2);
}

Estimate correlationRatio(std::span<const std::size_t> categories, std::span<const double> y,
                          std::uint64_t seed) {
    if (y.size() < 3) return {};
    const std::size_t count = *std::max_element(categories.begin(), categories.end()) + 1;
    std::vector<std::size_t> sample(y.size());
    std::iota(sample.begin(), sample.end(), std::size_t{0});
    Estimate estimate{.value = ratioOf(categories, y, sample, count)};
    if (std::isnan(estimate.value)) return estimate;
    Random random(seed);
    std::vector<double> resampled;
    for (int i = 0; i < kResamples; ++i) {
        for (std::size_t& position : sample)
            position = random.below(y.size());
        const double ratio = ratioOf(categories, y, sample, count);
        if (!std::isnan(ratio)) resampled.push_back(ratio);
    }
    if (resampled.size() < kResamples / 2) return estimate;
    std::sort(resampled.begin(), resampled.end());
    estimate.low = resampled[resampled.size() * 25 / 1000];
    estimate.high = resampled[resampled.size() * 975 / 1000];
    return estimate;
}

} // namespace fathom::analysis
