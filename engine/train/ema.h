// SPDX-License-Identifier: Apache-2.0
// `exp_manager.ema`: an exponential moving average of the parameters, evaluated in their place (NeMo's EMA
// callback and EMAOptimizer).
#pragma once

#include "engine/optim/optimizer.h"
#include "engine/train/callback.h"
#include "engine/train/exp_manager_params.h"

#include <filesystem>
#include <vector>

namespace fathom::train {

/// ema = decay * ema + (1 - decay) * weight after every `every_n_steps`-th step; parameters only, not
/// buffers. Before the callbacks that save. Borrows model and optimizer.
class Ema : public Callback {
public:
    Ema(model::Model& model, optim::Optimizer& optimizer, const EmaParams& params);

    Status onBeforeOptimizerStep(const LoopState& state) override;
    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onEvaluationStart(const LoopState& state, model::Split split) override;
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    /// After a validation that was stopped half way.
    Status onTrainEnd(const LoopState& state, run::TrainEnd end) override;
    void onException(const LoopState& state, const Error& error) override;

    /// There is one: a step was made.
    [[nodiscard]] bool isReady() const { return !m_average.empty(); }
    /// The checkpoint with the averages in place of the parameters, and NeMo's optimizer state of them.
    [[nodiscard]] archive::TorchObject averaged(const archive::TorchObject& checkpoint) const;
    /// <name>-EMA.ckpt, which NeMo keeps beside <name>.ckpt.
    [[nodiscard]] static std::filesystem::path siblingOf(const std::filesystem::path& checkpoint);
    /// The averages that lie beside the checkpoint to resume from. Errors (MisconfigurationException) when
    /// the file is missing or does not fit.
    [[nodiscard]] Status loadBeside(const std::filesystem::path& checkpoint);

private:
    void swap();

    model::Model& m_model;
    optim::Optimizer& m_optimizer;
    EmaParams m_params;
    std::vector<torch::Tensor> m_average{}; ///< in the order of the optimizer's parameters
    std::int64_t m_steps = 0;
    bool m_isSwapped = false; ///< the model holds the averages
};

} // namespace fathom::train
