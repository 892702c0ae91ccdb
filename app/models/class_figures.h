// SPDX-License-Identifier: GPL-3.0-or-later
// Confusion matrix of a classifier, and what follows from it for each class.
#pragma once

#include "engine/store/types.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fathom::app {

struct ClassScore {
    std::int64_t truePositives = 0;
    std::int64_t falsePositives = 0;
    std::int64_t falseNegatives = 0;
    [[nodiscard]] std::int64_t support() const { return truePositives + falseNegatives; }
    /// 0 where nothing was predicted (support: expected), as scikit-learn has it.
    [[nodiscard]] double precision() const;
    [[nodiscard]] double recall() const;
    [[nodiscard]] double f1() const;
};

struct ConfusionCell {
    std::int64_t count = 0;
    std::vector<int> samples{}; ///< ascending
};

struct ClassFigures {
    std::vector<std::string> labels{}; ///< of references and predictions; numbers by value, others by name
    std::vector<ClassScore> scores{};  ///< of each label
    std::map<std::pair<int, int>, ConfusionCell> cells{}; ///< by reference and prediction; those above 0
    std::int64_t samples = 0;
    std::int64_t correct = 0;
    [[nodiscard]] double accuracy() const;
    /// The plain mean over the labels.
    [[nodiscard]] double macroF1() const;
    /// The mean weighted by support.
    [[nodiscard]] double weightedF1() const;
    [[nodiscard]] const ConfusionCell* find(int reference, int prediction) const;
};

[[nodiscard]] ClassFigures countClasses(std::span<const store::Sample> samples);

} // namespace fathom::app
