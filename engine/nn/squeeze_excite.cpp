// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/squeeze_excite.h"

#include "engine/nn/full_precision.h"

#include <algorithm>

namespace fathom::nn {

SqueezeExcite::SqueezeExcite(const SqueezeExciteParams& params, InitMode mode, Random& random)
    : m_params(params) {
    const std::int64_t inner = params.channels / params.reductionRatio;
    const auto fc = register_module("fc", std::make_shared<torch::nn::Module>("Sequential"));
    const auto linear = [&](const std::string& name, std::int64_t in, std::int64_t out) {
        torch::Tensor weight = torch::empty({out, in});
        initWeight(weight, mode, random);
        return fc->register_module(name, std::make_shared<torch::nn::Module>("Linear"))
            ->register_parameter("weight", weight);
    };
    m_squeeze = linear("0", params.channels, inner);
    fc->register_module("1", std::make_shared<torch::nn::Module>("Activation"));
    m_excite = linear("2", inner, params.channels);
    register_module("gap", std::make_shared<torch::nn::Module>("AdaptiveAvgPool1d"));
}

torch::Tensor SqueezeExcite::forward(const torch::Tensor& input, const Lengths& lengths,
                                     Random* random) const {
    const FullPrecision guard;
    torch::Tensor x = widened(input);
    const torch::Tensor mask = lengths.mask(x.size(2), x);
    x = x * mask;
    torch::Tensor window = x;
    torch::Tensor counted = mask;
    if (random && m_params.contextWindow >= 0 && m_params.contextWindow < x.size(2)) {
        const std::int64_t begin = random->integer(0, x.size(2) - m_params.contextWindow);
        window = x.slice(2, begin, begin + m_params.contextWindow);
        counted = mask.slice(2, begin, begin + m_params.contextWindow);
    }
    const torch::Tensor mean = window.sum(2) / counted.sum(2).clamp_min(1);
    const torch::Tensor hidden =
        activate(torch::linear(mean, m_squeeze.to(x.scalar_type())), m_params.activation);
    const torch::Tensor gate =
        torch::sigmoid(torch::linear(hidden, m_excite.to(x.scalar_type()))).unsqueeze(2);
    return (x * gate).to(input.scalar_type());
}

} // namespace fathom::nn
