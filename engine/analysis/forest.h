// SPDX-License-Identifier: Apache-2.0
// A random forest for regression (Breiman 2001) over columns with few levels, and what each column is worth
// to it: how much worse it predicts the rows it has not seen when that column is shuffled.
#pragma once

#include "engine/analysis/estimate.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace fathom::analysis {

/// At most 64 levels.
struct ForestColumn {
    std::vector<std::uint8_t> levels{}; ///< one for each row
    unsigned levelCount = 0;
    bool isOrdered = true; ///< false: levels are categories, which a split may part in any way
};

struct ForestOptions {
    std::uint64_t seed = 1;
    unsigned trees = 200;
    unsigned resamples = 400; ///< for the intervals
    unsigned leastLeaf = 3;   ///< rows in a leaf
    unsigned threads = 0;     ///< 0: one for each core, at most 8; the result is the same for any number
    std::stop_token stop{};
};

struct ForestResult {
    /// For each column, the share of the variance of `y` by which the error grows when it is shuffled. The
    /// interval is a bootstrap over rows with the trees as they are.
    std::vector<Estimate> importance{};
    double explained = 0; ///< R² for rows that the trees had not seen; can be negative
};

/// `y` is finite and as long as the columns. Empty when stopped, or for fewer than 8 rows or a constant y.
[[nodiscard]] ForestResult growForest(const std::vector<ForestColumn>& columns, std::span<const double> y,
                                      const ForestOptions& options = {});

} // namespace fathom::analysis
