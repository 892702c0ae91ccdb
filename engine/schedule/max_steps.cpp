// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule/max_steps.h"

#include <algorithm>
#include <cmath>

namespace fathom::schedule {

std::int64_t computeMaxSteps(const MaxStepsInput& input) {
    const std::int64_t workers = std::max<std::int64_t>(1, input.workers);
    const double perWorker = std::ceil(static_cast<double>(input.samples) / static_cast<double>(workers));
    const double batches = perWorker / static_cast<double>(std::max<std::int64_t>(1, input.batchSize));
    auto stepsPerEpoch = static_cast<std::int64_t>(input.dropLast ? std::floor(batches) : std::ceil(batches));
    if (const auto* count = std::get_if<std::int64_t>(&input.limitTrainBatches))
        stepsPerEpoch = std::min(stepsPerEpoch, *count);
    else if (const double fraction = std::get<double>(input.limitTrainBatches); fraction == 0.0)
        stepsPerEpoch = 0;
    else
        stepsPerEpoch = static_cast<std::int64_t>(static_cast<double>(stepsPerEpoch) * fraction);
    const double accumulation = static_cast<double>(std::max<std::int64_t>(1, input.accumulateGradBatches));
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(stepsPerEpoch) / accumulation)) *
           input.maxEpochs;
}

} // namespace fathom::schedule
