// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/linear.h"

namespace fathom::nn {

Linear::Linear(std::int64_t in, std::int64_t out, bool hasBias, Random& random)
    : torch::nn::Module("Linear") {
    torch::Tensor values = torch::empty({out, in});
    initWeight(values, InitMode::None, random);
    weight = register_parameter("weight", values);
    if (!hasBias) return;
    torch::Tensor offsets = torch::empty({out});
    initBias(offsets, values, random);
    bias = register_parameter("bias", offsets);
}

Linear::Linear(std::int64_t in, std::int64_t out, InitMode mode, Random& random)
    : torch::nn::Module("Linear") {
    torch::Tensor values = torch::empty({out, in});
    initWeight(values, mode, random);
    weight = register_parameter("weight", values);
    bias = register_parameter("bias", torch::zeros({out}));
}

LayerNorm::LayerNorm(std::int64_t width, double eps) : torch::nn::Module("LayerNorm"), m_eps(eps) {
    weight = register_parameter("weight", torch::ones({width}));
    bias = register_parameter("bias", torch::zeros({width}));
}

torch::Tensor LayerNorm::forward(const torch::Tensor& x) const {
    return torch::layer_norm(x, weight.sizes(), weight, bias, m_eps);
}

} // namespace fathom::nn
