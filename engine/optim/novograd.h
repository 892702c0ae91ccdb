// SPDX-License-Identifier: Apache-2.0
// Novograd with one second moment per parameter tensor (Ginsburg et al. 2019), as nemo.core.optim.novograd
// computes it.
#pragma once

#include "engine/config/schema.h"
#include "engine/optim/optimizer.h"

namespace fathom::optim {

/// Described in engine/config/schemas, defaults too.
struct NovogradParams {
    double lr{};
    std::vector<double> betas{};
    double eps{};
    double weightDecay{};
    bool gradAveraging{};
    bool amsgrad{};
    bool luc{};
    double lucTrust{};
    double lucEps{};
};

[[nodiscard]] const config::Schema<NovogradParams>& novogradSchema();

/// Normalises the gradients in place.
class Novograd : public Optimizer {
public:
    Novograd(std::vector<torch::Tensor> parameters, const NovogradParams& params);
    void step(double learningRate) override;
    [[nodiscard]] std::vector<StateEntry> state(std::size_t index) const override;

private:
    /// Divides the gradients by the root of their tensor's second moment, which this updates.
    void normalise(const std::vector<std::size_t>& indices, const std::vector<torch::Tensor>& grads);
    void apply(const std::vector<torch::Tensor>& params, const std::vector<torch::Tensor>& means,
               double learningRate) const;

    NovogradParams m_params;
    std::vector<std::int64_t> m_steps;  ///< updates of each parameter
    std::vector<torch::Tensor> m_means; ///< undefined before the first update
    torch::Tensor m_squares;            ///< [parameters] float32: the second moments of all tensors
    torch::Tensor m_maxSquares;         ///< amsgrad only
};

} // namespace fathom::optim
