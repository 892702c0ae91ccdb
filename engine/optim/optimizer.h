// SPDX-License-Identifier: Apache-2.0
// Optimizers that update all parameters at once (`at::_foreach_*` and fused kernels) instead of one by one.
//
//   auto optimizer = optim::createOptimizer(config, "model.optim", parameters);
//   loss.backward();
//   optim::clipGradNorm((*optimizer)->parameters(), 1.0);
//   (*optimizer)->step(learningRate);
//   (*optimizer)->zeroGrad();
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"

#include <memory>
#include <string>
#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::optim {

/// One entry of PyTorch's `state_dict()["state"][i]`: "step", "exp_avg", "exp_avg_sq", "momentum_buffer", …
struct StateEntry {
    std::string name{};
    torch::Tensor tensor{};
};

/// One thread at a time. Parameters keep their order; those without a gradient are left alone, as in PyTorch.
class Optimizer {
public:
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// One update with this learning rate. May change the gradients. Throws what torch throws (c10::Error).
    virtual void step(double learningRate) = 0;
    /// State of parameter `index` under PyTorch's names and with its shapes; empty before its first update.
    [[nodiscard]] virtual std::vector<StateEntry> state(std::size_t index) const = 0;

    /// Releases the gradients (`zero_grad(set_to_none=True)`).
    void zeroGrad();
    [[nodiscard]] const std::vector<torch::Tensor>& parameters() const { return m_parameters; }
    /// `lr` of the config: what a schedule multiplies.
    [[nodiscard]] double baseLearningRate() const { return m_baseLearningRate; }

protected:
    Optimizer(std::vector<torch::Tensor> parameters, double baseLearningRate)
        : m_parameters(std::move(parameters)), m_baseLearningRate(baseLearningRate) {}

    /// Indices of the parameters that have a gradient.
    [[nodiscard]] std::vector<std::size_t> withGradients() const;
    /// Their gradients, negated when `maximize`.
    [[nodiscard]] std::vector<torch::Tensor> gradients(const std::vector<std::size_t>& indices,
                                                       bool maximize) const;

private:
    std::vector<torch::Tensor> m_parameters;
    double m_baseLearningRate;
};

/// Names that `name` may have, for messages.
[[nodiscard]] const std::vector<std::string>& optimizerNames();

/// Builds the optimizer that the section at `path` describes (NeMo's flat style: `name`, `lr`, `betas`, …;
/// `sched` is left to the schedule). Values that are not given are those of the constructors in PyTorch and
/// NeMo. With no parameters it only checks the section. Errors are Usage and carry file, line and key.
[[nodiscard]] Result<std::unique_ptr<Optimizer>>
createOptimizer(const config::Config& config, std::string_view path, std::vector<torch::Tensor> parameters);

} // namespace fathom::optim
