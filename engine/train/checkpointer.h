// SPDX-License-Identifier: Apache-2.0
// Saves models as `.nemo`: the best so far by a monitored metric, and the one at the end.
#pragma once

#include "engine/store/recorder.h"
#include "engine/train/callback.h"
#include "engine/train/experiment.h"

#include <filesystem>
#include <optional>

namespace fathom::train {

/// <folder>/<prefix>-best.nemo at each new best, <folder>/<prefix>.nemo at the end (also after a stop).
class Checkpointer : public Callback {
public:
    struct Target {
        std::filesystem::path folder{};
        std::string prefix{};
        CheckpointParams params{};
    };
    Checkpointer(model::Model& model, store::RunWriter& writer, Log& log, Target target);

    /// Errors (Failed) when the metric is never reported, or the model cannot be written.
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    Status onFitEnd(const LoopState& state, run::TrainEnd end) override;

private:
    [[nodiscard]] std::filesystem::path file(std::string_view suffix) const;
    [[nodiscard]] Status save(const std::filesystem::path& path);
    void keepWeights();
    void restoreWeights();

    model::Model& m_model;
    store::RunWriter& m_writer;
    Log& m_log;
    const Target m_target;
    std::optional<double> m_best;
    std::vector<torch::Tensor> m_bestWeights; ///< parameters, then buffers; only with save_best_model
};

} // namespace fathom::train
