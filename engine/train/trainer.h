// SPDX-License-Identifier: Apache-2.0
// The training loop that Lightning users know: epochs, steps, validation, with callbacks for everything else.
//
//   Trainer trainer(params, {.seed = 42, .log = log, .stop = stop}, std::move(callbacks));
//   auto end = trainer.fit({.model = *model, .optimizer = *optimizer, .learningRate = rate, .train = …,
//   .validation = …});
#pragma once

#include "engine/config/config.h"
#include "engine/optim/optimizer.h"
#include "engine/train/batches.h"
#include "engine/train/callback.h"
#include "engine/train/learning_rate.h"
#include "engine/train/loss_watch.h"
#include "engine/train/trainer_params.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace fathom::train {

/// How long a fit will be. `validationItems` 0: no validation set. Errors (Usage) name the flag.
[[nodiscard]] Result<Plan> makePlan(const TrainerParams& params, const config::Config& config,
                                    std::int64_t trainBatches, std::int64_t validationBatches);

struct FitInputs {
    model::Model& model;
    optim::Optimizer& optimizer;
    LearningRate learningRate;
    Plan plan{};
    std::shared_ptr<const model::Dataset> train;
    std::shared_ptr<const model::Dataset> validation; ///< may be null
};

struct TrainerContext {
    std::uint64_t seed = 0;
    Log& log;
    std::stop_token stop{};
};

/// One fit; one thread. The model must be on its device.
class Trainer {
public:
    Trainer(const TrainerParams& params, const TrainerContext& context,
            std::vector<std::unique_ptr<Callback>> callbacks);

    /// Trains until the plan is fulfilled, the time is up or a stop is requested (within one step). Errors:
    /// what data, model or callbacks report; a loss that is not finite. May throw what torch throws.
    [[nodiscard]] Result<run::TrainEnd> fit(const FitInputs& inputs);

    /// One pass over a data set; nullopt when a stop came first. `batches` limits it, -1: all.
    [[nodiscard]] Result<std::optional<EvaluationReport>>
    evaluate(model::Model& model, model::Split split, const std::shared_ptr<const model::Dataset>& dataset,
             std::int64_t batches);
    [[nodiscard]] const LoopState& state() const { return m_state; }

private:
    enum class Outcome { Continue, Finished, Stopped };
    enum class Announce { Yes, No };
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] Result<Outcome> sanityCheck(const FitInputs& inputs);
    [[nodiscard]] Result<Outcome> epoch(const FitInputs& inputs);
    [[nodiscard]] Result<Outcome> batch(const FitInputs& inputs, const model::Batch& batch);
    [[nodiscard]] Status applySchedule(const FitInputs& inputs) const;
    [[nodiscard]] Status update(const FitInputs& inputs);
    [[nodiscard]] Result<Outcome> validateIfDue(const FitInputs& inputs);
    [[nodiscard]] bool validationIsDue() const;
    [[nodiscard]] bool isLastBatch() const { return m_state.batch + 1 >= m_state.plan.trainBatches; }
    [[nodiscard]] Outcome afterBatch();
    [[nodiscard]] bool mayStopEarly();
    [[nodiscard]] Result<std::optional<EvaluationReport>>
    evaluatePass(model::Model& model, model::Split split,
                 const std::shared_ptr<const model::Dataset>& dataset, std::int64_t batches,
                 Announce announce);
    template <class Hook> Status notify(Hook&& hook);
    void warnAboutSkipped(const model::Batch& batch);

    TrainerParams m_params;
    TrainerContext m_context;
    std::vector<std::unique_ptr<Callback>> m_callbacks;
    LoopState m_state;
    LossWatch m_watch;
    StepReport m_window; ///< of the optimizer step under way
    std::int64_t m_batchesSeen = 0;
    std::int64_t m_skipped = 0;
    bool m_saidToGoOn = false; ///< that a wish to stop comes too early
    Clock::time_point m_begin;
};

} // namespace fathom::train
