// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/clip.h"

namespace fathom::optim {
namespace {

std::vector<torch::Tensor> gradientsOf(const std::vector<torch::Tensor>& parameters) {
    std::vector<torch::Tensor> gradients;
    for (const torch::Tensor& parameter : parameters)
        if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    return gradients;
}

torch::Tensor normOf(const std::vector<torch::Tensor>& gradients) {
    if (gradients.empty()) return torch::zeros({});
    return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, 2)), 2);
}

} // namespace

torch::Tensor gradNorm(const std::vector<torch::Tensor>& parameters) {
    const torch::NoGradGuard guard;
    return normOf(gradientsOf(parameters));
}

torch::Tensor clipGradNorm(const std::vector<torch::Tensor>& parameters, double maxNorm) {
    const torch::NoGradGuard guard;
    const std::vector<torch::Tensor> gradients = gradientsOf(parameters);
    torch::Tensor norm = normOf(gradients);
    if (!gradients.empty()) at::_foreach_mul_(gradients, (maxNorm / (norm + 1e-6)).clamp_max(1.0));
    return norm;
}

void clipGradValue(const std::vector<torch::Tensor>& parameters, double maxValue) {
    const torch::NoGradGuard guard;
    const std::vector<torch::Tensor> gradients = gradientsOf(parameters);
    if (gradients.empty()) return;
    at::_foreach_clamp_min_(gradients, -maxValue);
    at::_foreach_clamp_max_(gradients, maxValue);
}

} // namespace fathom::optim
