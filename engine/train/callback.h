// SPDX-License-Identifier: Apache-2.0
// What happens around the loop: logging, checkpoints, progress, samples. The loop itself knows none of them.
#pragma once

#include "engine/model/model.h"
#include "engine/run/torch_module.h"

#include <cstdint>
#include <string>
#include <vector>

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

/// Where the loop is. Global steps are completed optimizer steps, epochs completed epochs.
struct LoopState {
    Plan plan{};
    std::int64_t globalStep = 0;
    int epoch = 0;
    std::int64_t batch = 0; ///< completed batches of this epoch
};

/// One optimizer step, just completed (the state already counts it).
struct StepReport {
    double learningRate = 0; ///< the one this step used
    torch::Tensor loss{};    ///< of its last batch, 0-dim, detached; reading it may synchronise a GPU
    std::vector<model::Metric> metrics{}; ///< of its last batch
    std::int64_t items = 0;               ///< over all its batches
    double seconds = 0;                   ///< forward, backward and update of all its batches
    double dataWait = 0;                  ///< seconds spent waiting for them to load
};

struct EvaluationReport {
    model::Split split = model::Split::Validation;
    std::vector<model::Metric> metrics{}; ///< with prefix: "val_loss", "val_wer"
    std::vector<model::Sample> samples{}; ///< of the first items, at most kSampleLimit
    std::int64_t items = 0;
    double seconds = 0;

    [[nodiscard]] const model::Metric* find(std::string_view name) const;
};

inline constexpr std::size_t kSampleLimit = 200;

/// All hooks are called on the engine thread. An error ends the run.
class Callback {
public:
    virtual ~Callback() = default;
    virtual Status onFitStart(const LoopState&) { return {}; }
    virtual Status onTrainStep(const LoopState&, const StepReport&) { return {}; }
    virtual Status onEpochEnd(const LoopState&) { return {}; }
    virtual Status onEvaluationStart(const LoopState&, model::Split) { return {}; }
    virtual Status onEvaluationBatch(const LoopState&, model::Split) { return {}; }
    virtual Status onEvaluationEnd(const LoopState&, const EvaluationReport&) { return {}; }
    /// Asked after each step and each epoch: the training has gone on long enough. It ends once min_epochs
    /// and min_steps are reached.
    [[nodiscard]] virtual bool wantsToStop() const { return false; }
    /// The loop is over (completed or stopped, not failed), before anything is saved or torn down by others.
    virtual Status onFitEnd(const LoopState&, run::TrainEnd) { return {}; }
};

} // namespace fathom::train
