// SPDX-License-Identifier: Apache-2.0
// Which config keys a metric goes with, over many runs: a correlation and a random forest for each key, both
// with intervals. It finds what moves together, which need not be the cause.
#pragma once

#include "engine/analysis/estimate.h"
#include "engine/base/value.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::analysis {

/// A config key over the runs of a study.
struct StudyColumn {
    std::string key{};
    std::vector<Value> values{}; ///< one for each run; null where it lacks the key
};

struct KeyImportance {
    std::string key{};
    std::vector<std::string> together{}; ///< keys that part the runs just the same: cannot be told apart
    bool isCategorical = false;          ///< pearson and spearman are then correlation ratios, without sign
    std::size_t levels = 0;              ///< different values, a missing one included
    Estimate pearson{};
    Estimate spearman{};
    Estimate forest{}; ///< share of the metric's variance that is lost without it; see forest.h
};

struct Importance {
    std::vector<KeyImportance> keys{};   ///< most important first; those that never differ are left out
    std::vector<std::string> unusable{}; ///< keys whose text is another in (nearly) every run: names, paths
    std::size_t runs = 0;                ///< with a finite metric
    double explained = 0; ///< R² of the forest for runs it had not seen; NaN where there is no forest
};

struct ImportanceOptions {
    std::uint64_t seed = 1;
    unsigned trees = 0;   ///< 0: 200, and fewer, down to 40, beyond 300,000 values
    unsigned threads = 0; ///< see ForestOptions
    std::stop_token stop{};
};

/// Runs whose metric is not finite are left out. With fewer than 8 runs there is no forest, with fewer than 4
/// no interval. Numbers and bools are taken by value, in up to 63 steps; other values are categories, of
/// which the 31 most frequent count singly. The result depends on the seed, and on nothing else besides the
/// data.
[[nodiscard]] Importance importanceOf(const std::vector<StudyColumn>& columns, std::span<const double> metric,
                                      const ImportanceOptions& options = {});

} // namespace fathom::analysis
