// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum, as torch.optim.SGD.
#pragma once

#include "engine/config/schema.h"
#include "engine/optim/optimizer.h"

namespace fathom::optim {

/// Described in engine/config/schemas, defaults too.
struct SgdParams {
    double lr{};
    double momentum{};
    double dampening{};
    double weightDecay{};
    bool nesterov{};
    bool maximize{};
};

[[nodiscard]] const config::Schema<SgdParams>& sgdSchema();

class Sgd : public Optimizer {
public:
    Sgd(std::vector<torch::Tensor> parameters, const SgdParams& params);
    void step(double learningRate) override;
    [[nodiscard]] std::vector<StateEntry> state(std::size_t index) const override;

private:
    SgdParams m_params;
    std::vector<torch::Tensor> m_momenta; ///< undefined before the first update
};

} // namespace fathom::optim
