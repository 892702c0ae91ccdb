// SPDX-License-Identifier: Apache-2.0
// Callbacks that write to the run store: metrics, progress, and the samples of each validation.
#pragma once

#include "engine/store/recorder.h"
#include "engine/train/callback.h"

#include <chrono>
#include <deque>
#include <filesystem>
#include <optional>
#include <unordered_map>

namespace fathom::train {

/// Metrics under NeMo's names, at completed optimizer steps: train_loss, learning_rate, global_step, epoch,
/// what the model adds (training_batch_wer), samples_per_second, "train_step_timing in s", "data_wait in s"
/// (means of the steps since the last record), "padding_share" (of what the model read since then); those of
/// validation and test, and the mean time of their batches as "validation_step_timing in s" and
/// "test_step_timing in s".
class MetricRecorder : public Callback {
public:
    MetricRecorder(MetricSink& sink, int logEverySteps) : m_sink(sink), m_every(logEverySteps) {}
    Status onTrainBatchStart(const LoopState& state, const model::Batch& batch) override;
    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onEvaluationStart(const LoopState& state, model::Split split) override;
    Status onEvaluationBatchEnd(const LoopState& state, model::Split split,
                                const model::Batch& batch) override;
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;

private:
    void put(std::string_view name, std::int64_t step, double value);

    MetricSink& m_sink;
    const int m_every;
    std::unordered_map<std::string, SeriesId> m_ids;
    std::int64_t m_items = 0; ///< since the last record
    double m_stepSeconds = 0;
    double m_waitSeconds = 0;
    std::int64_t m_steps = 0;
    std::int64_t m_elements = 0;
    std::int64_t m_padding = 0;
    std::int64_t m_evaluationBatches = 0;
};

/// Step, epoch, phase and speed, each step; and what became of commands, with an event for each.
class ProgressRecorder : public Callback {
public:
    /// `checkpoint`: what the run goes on from, if anything.
    ProgressRecorder(store::RunWriter& writer, std::optional<std::filesystem::path> checkpoint)
        : m_writer(writer), m_checkpoint(std::move(checkpoint)) {}
    Status onFitStart(const LoopState& state) override;
    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onEvaluationStart(const LoopState& state, model::Split split) override;
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    Status onCommand(const LoopState& state, const run::Command& command,
                     const std::string& outcome) override;
    Status onTrainEnd(const LoopState& state, run::TrainEnd end) override;

private:
    void tell(const LoopState& state, const char* phase);
    void tellTraining(const LoopState& state) { tell(state, m_isPaused ? "paused" : "training"); }

    store::RunWriter& m_writer;
    const std::optional<std::filesystem::path> m_checkpoint;
    bool m_isPaused = false;
    std::deque<double> m_times; ///< when the last steps ended, in seconds of training (evaluation left out)
    double m_clock = 0;
};

/// Reference and prediction of the first items of each validation; of a test only where nothing was
/// validated, because both stand at the same step.
class SampleRecorder : public Callback {
public:
    SampleRecorder(store::RunWriter& writer, Log& log) : m_writer(writer), m_log(log) {}
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;

private:
    store::RunWriter& m_writer;
    Log& m_log;
    bool m_hasValidated = false;
};

/// A line to the log for each evaluation.
class EvaluationLogger : public Callback {
public:
    explicit EvaluationLogger(Log& log) : m_log(log) {}
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;

private:
    Log& m_log;
};

} // namespace fathom::train
