// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum, as torch.optim.SGD.
#pragma once

#include "engine/config/schema.h"
#include "engine/optim/optimizer.h"

namespace fathom::optim {

struct SgdParams {
    std::string name = "sgd";
    Value sched{};
    Value foreach{};
    Value fused{};
    double lr = 1e-3;
    double momentum = 0;
    double dampening = 0;
    double weightDecay = 0;
    bool nesterov = false;
    bool maximize = false;
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
