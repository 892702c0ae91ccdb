// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/sgd.h"

#include "engine/config/schemas/catalog.h"
#include "engine/optim/subset.h"

namespace fathom::optim {

const config::Schema<SgdParams>& sgdSchema() {
    static const auto schema = config::Schema<SgdParams>(schemas::at("SGD"))
                                   .bind("lr", &SgdParams::lr)
                                   .bind("momentum", &SgdParams::momentum)
                                   .bind("dampening", &SgdParams::dampening)
                                   .bind("weight_decay", &SgdParams::weightDecay)
                                   .bind("nesterov", &SgdParams::nesterov)
                                   .bind("maximize", &SgdParams::maximize);
    return schema;
}

Sgd::Sgd(std::vector<torch::Tensor> parameters, const SgdParams& params)
    : Optimizer(std::move(parameters), params.lr), m_params(params), m_momenta(this->parameters().size()) {}

void Sgd::step(double learningRate) {
    const torch::NoGradGuard guard;
    const std::vector<std::size_t> indices = withGradients();
    if (indices.empty()) return;
    const std::vector<torch::Tensor> params = subset(parameters(), indices);
    std::vector<torch::Tensor> update = gradients(indices, m_params.maximize);
    if (m_params.weightDecay != 0) update = at::_foreach_add(update, params, m_params.weightDecay);
    if (m_params.momentum != 0) {
        std::vector<torch::Tensor> momenta;
        std::vector<torch::Tensor> old;
        std::vector<torch::Tensor> fresh;
        for (std::size_t k = 0; k < indices.size(); ++k) {
            torch::Tensor& momentum = m_momenta[indices[k]];
            if (!momentum.defined()) {
                momentum = update[k].clone(); // dampening is not applied the first time
            } else {
                old.push_back(momentum);
                fresh.push_back(update[k]);
            }
            momenta.push_back(momentum);
        }
        if (!old.empty()) {
            at::_foreach_mul_(old, m_params.momentum);
            at::_foreach_add_(old, fresh, 1 - m_params.dampening);
        }
        update = m_params.nesterov ? at::_foreach_add(update, momenta, m_params.momentum) : momenta;
    }
    at::_foreach_add_(params, update, -learningRate);
}

std::vector<StateEntry> Sgd::state(std::size_t index) const {
    if (!m_momenta.at(index).defined()) return {};
    return {{"momentum_buffer", m_momenta[index]}};
}

} // namespace fathom::optim
