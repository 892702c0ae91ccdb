// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/optimizer.h"

namespace fathom::optim {

void Optimizer::zeroGrad() {
    for (torch::Tensor& parameter : m_parameters)
        parameter.mutable_grad().reset();
}

std::vector<std::size_t> Optimizer::withGradients() const {
    std::vector<std::size_t> indices;
    indices.reserve(m_parameters.size());
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        if (m_parameters[i].grad().defined()) indices.push_back(i);
    return indices;
}

std::vector<torch::Tensor> Optimizer::gradients(const std::vector<std::size_t>& indices,
                                                bool maximize) const {
    std::vector<torch::Tensor> list;
    list.reserve(indices.size());
    for (const std::size_t i : indices)
        list.push_back(m_parameters[i].grad());
    return maximize ? at::_foreach_neg(list) : list;
}

} // namespace fathom::optim
