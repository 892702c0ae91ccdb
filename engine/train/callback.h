// SPDX-License-Identifier: Apache-2.0
// What happens around the loop: logging, checkpoints, progress, samples, early stopping. The loop itself
// knows none of them. Hooks have Lightning's names and come in Lightning's order (tests/data/train/hooks.json
// is a trace of it); validation and test share theirs, with the split as argument.
#pragma once

#include "engine/archive/pickle_value.h"
#include "engine/archive/torch_object.h"
#include "engine/model/model.h"
#include "engine/run/command.h"
#include "engine/run/torch_module.h"
#include "engine/train/loop_state.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fathom::train {

class Trainer;

enum class Stage { Fit, Validate, Test };

/// One training batch, and what the optimizer step under way has summed up until then.
struct StepReport {
    bool stepped = false;    ///< this batch completed an optimizer step (the state already counts it)
    double learningRate = 0; ///< the one the step used
    torch::Tensor loss{};    ///< of this batch, 0-dim, detached; reading it may synchronise a GPU. Undefined
                             ///< where every item was skipped
    std::vector<model::Metric> metrics{}; ///< of this batch
    std::int64_t items = 0;               ///< over all batches of the step
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

/// The store keeps as many of the last validation only, see store::kOldSamples.
inline constexpr std::size_t kSampleLimit = 5000;

/// All hooks are called on the engine thread. An error ends the run.
class Callback {
public:
    virtual ~Callback() = default;

    /// Before anything else; the trainer outlives the callback's last hook.
    virtual Status setup(Trainer&, Stage) { return {}; }
    virtual Status onFitStart(const LoopState&) { return {}; }
    virtual Status onSanityCheckStart(const LoopState&) { return {}; }
    virtual Status onSanityCheckEnd(const LoopState&) { return {}; }
    virtual Status onTrainStart(const LoopState&) { return {}; }
    virtual Status onTrainEpochStart(const LoopState&) { return {}; }
    virtual Status onTrainBatchStart(const LoopState&, const model::Batch&) { return {}; }
    virtual Status onBeforeZeroGrad(const LoopState&) { return {}; }
    virtual Status onBeforeBackward(const LoopState&, const torch::Tensor& /*loss*/) { return {}; }
    virtual Status onAfterBackward(const LoopState&) { return {}; }
    /// Gradients are complete and unscaled; clipping and the update follow.
    virtual Status onBeforeOptimizerStep(const LoopState&) { return {}; }
    virtual Status onTrainBatchEnd(const LoopState&, const StepReport&) { return {}; }
    virtual Status onTrainEpochEnd(const LoopState&) { return {}; }

    virtual Status onEvaluationStart(const LoopState&, model::Split) { return {}; }
    virtual Status onEvaluationEpochStart(const LoopState&, model::Split) { return {}; }
    virtual Status onEvaluationBatchStart(const LoopState&, model::Split, const model::Batch&) { return {}; }
    virtual Status onEvaluationBatchEnd(const LoopState&, model::Split, const model::Batch&) { return {}; }
    virtual Status onEvaluationEpochEnd(const LoopState&, const EvaluationReport&) { return {}; }
    virtual Status onEvaluationEnd(const LoopState&, const EvaluationReport&) { return {}; }

    /// A command was obeyed, or could not be: `outcome` says it. A validation that it asks for follows.
    virtual Status onCommand(const LoopState&, const run::Command&, const std::string& /*outcome*/) {
        return {};
    }

    /// The loop is over (completed or stopped, not failed).
    virtual Status onTrainEnd(const LoopState&, run::TrainEnd) { return {}; }
    virtual Status onFitEnd(const LoopState&, run::TrainEnd) { return {}; }
    /// The fit ends with this error; nothing but teardown follows.
    virtual void onException(const LoopState&, const Error&) {}
    virtual Status teardown(const LoopState&, Stage) { return {}; }

    /// Asked after each batch and each epoch: the training has gone on long enough. It ends once min_epochs
    /// and min_steps are reached.
    [[nodiscard]] virtual bool wantsToStop() const { return false; }

    /// What a checkpoint keeps of it, under `stateKey` (Lightning's spelling) in `callbacks`; an empty key:
    /// nothing.
    [[nodiscard]] virtual std::string stateKey() const { return {}; }
    [[nodiscard]] virtual archive::TorchObject stateDict() const { return {}; }
    virtual Status loadStateDict(const archive::PickleValue&) { return {}; }
    /// On a resume: the last values of the metrics (`train_loss` and those of validations) when it was saved.
    virtual void restoreMetrics(const std::map<std::string, double>&) {}
};

} // namespace fathom::train
