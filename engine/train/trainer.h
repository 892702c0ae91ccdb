// SPDX-License-Identifier: Apache-2.0
// The training loop that Lightning users know: epochs, steps, validation, with callbacks for everything else.
//
//   Trainer trainer(params, {.seed = 42, .log = log, .stop = stop}, std::move(callbacks));
//   auto end = trainer.fit({.model = *model, .optimizer = *optimizer, .learningRate = rate, .train = …,
//   .validation = …});
#pragma once

#include "engine/archive/checkpoint.h"
#include "engine/optim/optimizer.h"
#include "engine/run/command.h"
#include "engine/train/batches.h"
#include "engine/train/evaluation_loop.h"
#include "engine/train/hooks.h"
#include "engine/train/learning_rate.h"
#include "engine/train/loop_state.h"
#include "engine/train/loss_watch.h"
#include "engine/train/precision.h"
#include "engine/train/trainer_params.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace fathom::train {

struct FitInputs {
    model::Model& model;
    optim::Optimizer& optimizer;
    LearningRate learningRate;
    Plan plan{};
    std::shared_ptr<const model::Dataset> train;
    std::shared_ptr<const model::Dataset> validation; ///< may be null
    /// A Lightning checkpoint to go on from: weights, optimizer, schedule, loops, callbacks, randomness.
    std::optional<archive::Checkpoint> resume{};
    std::optional<double> maxSeconds{}; ///< of this fit (exp_manager.max_time_per_run); then it is Stopped
    Value hyperParameters{};            ///< the model section as saved; kept in checkpoints
};

struct TrainerContext {
    std::uint64_t seed = 0;
    Log& log;
    std::stop_token stop{};
    run::CommandQueue* commands = nullptr; ///< null: none will come
};

/// One fit or evaluation; one thread. The model must be on its device.
class Trainer {
public:
    Trainer(const TrainerParams& params, const TrainerContext& context, Precision precision,
            std::vector<std::unique_ptr<Callback>> callbacks);

    /// Trains until the plan is fulfilled, the time is up or a stop is requested (within one step). Errors:
    /// what data, model or callbacks report; a loss that is not finite; a checkpoint that does not fit. May
    /// throw what torch throws.
    [[nodiscard]] Result<run::TrainEnd> fit(const FitInputs& inputs);

    /// One pass over a data set with the hooks of `stage`; nullopt when a stop came first. `batches` limits
    /// it, -1: all.
    [[nodiscard]] Result<std::optional<EvaluationReport>>
    evaluate(model::Model& model, model::Split split, const std::shared_ptr<const model::Dataset>& dataset,
             std::int64_t batches);

    [[nodiscard]] const LoopState& state() const { return m_state; }

    /// Everything that Lightning saves, and what Fathom needs to go on to the bit, with copies of all
    /// tensors; valid between batches of a fit. `weightsOnly`: without optimizer, schedules, scaler and
    /// callbacks.
    [[nodiscard]] archive::TorchObject snapshot(bool weightsOnly);

private:
    enum class Outcome { Continue, Finished, Stopped };
    using Clock = std::chrono::steady_clock;
    using Evaluated = Result<std::optional<EvaluationReport>>;

    [[nodiscard]] Result<Outcome> train();
    [[nodiscard]] Result<Outcome> sanityCheck();
    [[nodiscard]] Result<Outcome> epoch();
    [[nodiscard]] Result<Outcome> batch(model::Batch& batch);
    [[nodiscard]] Status forwardAndBackward(const model::Batch& batch);
    [[nodiscard]] Status applySchedule();
    [[nodiscard]] Status update();
    [[nodiscard]] Result<Outcome> validateIfDue();
    [[nodiscard]] Result<Outcome> validate();
    [[nodiscard]] bool validationIsDue();
    [[nodiscard]] Result<Outcome> obeyCommands();
    [[nodiscard]] Result<Outcome> obey(const run::Command& command);
    [[nodiscard]] std::string setLearningRate(double rate);
    [[nodiscard]] bool isLastBatch() const { return m_state.batch + 1 >= m_state.plan.trainBatches; }
    [[nodiscard]] bool stepsAreReached() const;
    [[nodiscard]] bool isDone();
    [[nodiscard]] bool mayStopEarly();
    void countTime();
    void noteValidation(const EvaluationReport& report);
    [[nodiscard]] Evaluated evaluatePass(model::Model& model, model::Split split,
                                         const std::shared_ptr<const model::Dataset>& dataset,
                                         std::int64_t batches, bool inferenceMode);
    [[nodiscard]] Status restore(const archive::Checkpoint& checkpoint);
    void reopenCutEpoch();
    [[nodiscard]] Status restoreRest(const archive::PickleValue& root);
    [[nodiscard]] Status restoreCallbacks(const archive::PickleValue& states);
    [[nodiscard]] Status restoreOwn(const archive::PickleValue& own);

    TrainerParams m_params;
    TrainerContext m_context;
    Precision m_precision;
    Hooks m_hooks;
    const FitInputs* m_inputs = nullptr; ///< of the fit under way
    LearningRate m_learningRate;
    double m_rateFactor = 1; ///< by which a command changed the schedule's rates
    LoopState m_state;
    LossWatch m_watch;
    SkippedItems m_skipped;
    std::map<std::string, double> m_metrics; ///< the last values of validations, and those of a checkpoint
    torch::Tensor m_lastLoss;                ///< of the last batch
    StepReport m_step;                       ///< of the optimizer step under way
    bool m_hasGradients = false;             ///< some batch of it was not empty
    bool m_hasStarted = false;               ///< there was something to train
    bool m_saidToGoOn = false;               ///< that a wish to stop comes too early
    bool m_validationOwed = false;           ///< resumed from within a validation
    Clock::time_point m_counted{};           ///< until when state.seconds counts
    Clock::time_point m_begin{};
};

} // namespace fathom::train
