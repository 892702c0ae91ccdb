// SPDX-License-Identifier: Apache-2.0
// The number of optimizer steps of a run, as NeMo's compute_max_steps counts them.
#pragma once

#include <cstdint>
#include <variant>

namespace fathom::schedule {

struct MaxStepsInput {
    std::int64_t maxEpochs = 1;
    std::int64_t accumulateGradBatches = 1;
    std::variant<std::int64_t, double> limitTrainBatches =
        1.0;                  ///< an int counts batches, a float is a fraction
    std::int64_t workers = 1; ///< devices × nodes
    std::int64_t samples = 0;
    std::int64_t batchSize = 1;
    bool dropLast = false;
};

/// Optimizer steps in all epochs; negative when maxEpochs is.
[[nodiscard]] std::int64_t computeMaxSteps(const MaxStepsInput& input);

} // namespace fathom::schedule
