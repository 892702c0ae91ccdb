// SPDX-License-Identifier: Apache-2.0
// How strongly one quantity goes with another, with intervals.
#pragma once

#include "engine/analysis/estimate.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fathom::analysis {

/// Pearson's r with Fisher's interval. Pairs have to be finite. NaN for fewer than three pairs or where one
/// side is constant; no interval for three.
[[nodiscard]] Estimate pearson(std::span<const double> x, std::span<const double> y);

/// Spearman's rho, ties with their mean rank, with the interval of Bonett and Wright (2000).
[[nodiscard]] Estimate spearman(std::span<const double> x, std::span<const double> y);

/// For a key without order: the correlation ratio, sqrt(1 - (within / total) (n - 1) / (n - k)) or 0, with a
/// bootstrap interval. `categories` number the groups from 0.
[[nodiscard]] Estimate correlationRatio(std::span<const std::size_t> categories, std::span<const double> y,
                                        std::uint64_t seed);

/// 1 … n, ties with the mean of their ranks.
[[nodiscard]] std::vector<double> ranks(std::span<const double> values);

} // namespace fathom::analysis
