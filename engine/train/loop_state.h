// SPDX-License-Identifier: Apache-2.0
// Where a training is, as one explicit cursor: a checkpoint keeps it as it is, and a resumed loop goes on
// from it.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/train/trainer_params.h"

#include <cstdint>

namespace fathom::train {

/// How long a fit is, from the flags and the sizes of the data sets.
struct Plan {
    std::int64_t trainBatches = 0;      ///< per epoch, after limits
    std::int64_t validationBatches = 0; ///< per validation, after limits; 0: no validation
    std::int64_t validationEvery = 0;   ///< training batches between validations; 0: no validation
    std::int64_t stepsPerEpoch = 0;
    std::int64_t totalSteps = -1; ///< optimizer steps; -1: unknown
    int totalEpochs = -1;         ///< -1: unknown
};

/// How long a fit will be. `validationBatches` 0: no validation set. Errors (Usage) name the flag.
[[nodiscard]] Result<Plan> makePlan(const TrainerParams& params, const config::Config& config,
                                    std::int64_t trainBatches, std::int64_t validationBatches);
/// Sets totalSteps and totalEpochs by the limits of `params`.
void limitPlan(Plan& plan, const TrainerParams& params);

struct LoopState {
    Plan plan{};
    std::int64_t globalStep = 0;  ///< completed optimizer steps
    int epoch = 0;                ///< completed epochs
    std::int64_t batch = 0;       ///< completed batches of this epoch
    std::int64_t batchesSeen = 0; ///< completed batches of all epochs
    std::int64_t validatedAt = 0; ///< batchesSeen when the last validation was complete; 0: none yet
    /// `epoch` counts the epoch of `batch` already, and the next has not begun. Where that one was cut short
    /// (max_steps, early stopping) `batch` says how far it came.
    bool epochIsOver = false;
    bool epochIsEnding = false;  ///< its last hooks are being called: saved now, the epoch is over
    double seconds = 0;          ///< of training until now, those before a resume included: for max_time
    bool sanityChecking = false; ///< the validation under way is the one before the training

    /// Gradients of some batches wait for the others of their optimizer step.
    [[nodiscard]] bool isWithinStep(int accumulate) const {
        return !epochIsOver && batch % accumulate != 0 && batch < plan.trainBatches;
    }
};

} // namespace fathom::train
