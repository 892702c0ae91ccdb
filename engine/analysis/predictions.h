// SPDX-License-Identifier: Apache-2.0
// The predictions of several runs for the same clips, joined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fathom::analysis {

/// What one run made of one clip.
struct Prediction {
    std::string source{}; ///< audio path; may be empty, then `index` and the reference tell clips apart
    int index = 0;
    std::string reference{};
    std::string text{};
    double error = 0; ///< word error rate; NaN where there is none
};

struct ComparedPrediction {
    std::string source{};
    std::string reference{};
    struct Cell {
        std::string text{};
        double error = 0;
    };
    std::vector<std::optional<Cell>> runs{}; ///< one for each run; nothing where it has no such clip
    bool referencesDiffer = false;           ///< `reference` is the baseline's

    /// How much greater (worse) a run's error is than the baseline's; NaN where one has none.
    [[nodiscard]] double worsening(std::size_t baseline, std::size_t run) const;
    /// The greatest absolute difference between the errors of any two runs; NaN with fewer than two.
    [[nodiscard]] double spread() const;
    /// True when not all runs that have the clip predict the same.
    [[nodiscard]] bool differs() const;
};

/// In the order of the baseline; clips that it lacks come last.
[[nodiscard]] std::vector<ComparedPrediction>
comparePredictions(const std::vector<std::vector<Prediction>>& runs, std::size_t baseline);

} // namespace fathom::analysis
