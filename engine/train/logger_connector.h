// SPDX-License-Identifier: Apache-2.0
// Hands a run's metrics to Lightning's loggers at Lightning's steps, and times the steps as exp_manager does.
#pragma once

#include "engine/train/callback.h"
#include "engine/train/experiment.h"
#include "engine/train/experiment_logger.h"
#include "engine/train/step_timing.h"
#include "engine/train/trainer_params.h"

#include <array>
#include <chrono>
#include <memory>
#include <vector>

namespace fathom::train {

using ExperimentLoggers = std::vector<std::unique_ptr<ExperimentLogger>>;

/// Those that the config asks for; one that cannot be opened is left out, with a warning. Borrows `log`.
[[nodiscard]] ExperimentLoggers openLoggers(const ExpManagerParams& params, const Experiment& experiment,
                                            const Value& hyperparameters, Log& log);

/// x is Lightning's `_batches_that_stepped`: optimizer steps completed before the one that is logged, so that
/// log_every_n_steps 5 gives 4, 9, 14, …; a validation has the x of the last training step, and the timing of
/// its batches counts batches. "epoch" goes with every call but the latter.
class LoggerConnector : public Callback {
public:
    /// Borrows `log`.
    LoggerConnector(ExperimentLoggers loggers, const ExpManagerParams& params, const TrainerParams& trainer,
                    Log& log);

    Status onTrainEpochStart(const LoopState& state) override;
    Status onTrainBatchStart(const LoopState& state, const model::Batch& batch) override;
    Status onBeforeBackward(const LoopState& state, const torch::Tensor& loss) override;
    Status onAfterBackward(const LoopState& state) override;
    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onEvaluationEpochStart(const LoopState& state, model::Split split) override;
    Status onEvaluationBatchStart(const LoopState& state, model::Split split,
                                  const model::Batch& batch) override;
    Status onEvaluationBatchEnd(const LoopState& state, model::Split split,
                                const model::Batch& batch) override;
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    Status onFitEnd(const LoopState& state, run::TrainEnd end) override;

private:
    using Clock = std::chrono::steady_clock;
    void log(const std::vector<model::Metric>& metrics, std::int64_t step);
    void addTiming(std::vector<model::Metric>& metrics, std::string_view name) const;
    /// The time between the ends of batches, which log_delta_step_timing says instead of logging.
    struct Delta {
        std::int64_t batch = 0;
        Clock::time_point begin{};
    };
    void sayDelta(Delta& delta, std::string_view name);

    ExperimentLoggers m_loggers;
    const bool m_isTimed;
    const bool m_saysDeltas;
    const int m_logEvery;
    const int m_accumulate;
    Log& m_log;
    NamedTimers m_timers;
    Delta m_trainDelta{};
    Delta m_validationDelta{};
    std::array<std::int64_t, 3> m_timed{}; ///< batches whose time was logged, by split
};

} // namespace fathom::train
