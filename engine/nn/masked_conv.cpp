// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/masked_conv.h"

#include "engine/nn/depthwise_conv.h"

#include <algorithm>

namespace fathom::nn {

std::int64_t ConvParams::outputLength(std::int64_t frames) const {
    return std::max<std::int64_t>(0, frames + paddingLeft + paddingRight - dilation * (kernel - 1) - 1 +
                                         stride) /
           stride;
}

MaskedConv1d::MaskedConv1d(const ConvParams& params, InitMode mode, Random& random) : m_params(params) {
    const std::int64_t rows = params.heads > 0 ? params.heads : params.out;
    const std::int64_t columns = params.heads > 0 ? 1 : params.in / params.groups;
    torch::Tensor values = torch::empty({rows, columns, params.kernel});
    initWeight(values, mode, random);
    torch::nn::Module* owner = this;
    std::shared_ptr<torch::nn::Module> conv;
    if (params.masked) {
        conv = std::make_shared<torch::nn::Module>("Conv1d");
        owner = conv.get();
    }
    weight = owner->register_parameter("weight", values);
    if (params.bias) {
        torch::Tensor offsets = torch::empty({rows});
        initBias(offsets, values, random);
        bias = owner->register_parameter("bias", offsets);
    }
    if (conv) register_module("conv", conv);
}

Lengths MaskedConv1d::outputLengths(const Lengths& lengths) const {
    if (!m_params.masked) return lengths;
    std::vector<std::int64_t> after = lengths.values();
    for (std::int64_t& length : after)
        length = m_params.outputLength(length);
    return after == lengths.values() ? lengths : Lengths(std::move(after));
}

torch::Tensor MaskedConv1d::forward(const torch::Tensor& input, Lengths& lengths) const {
    const ConvParams& p = m_params;
    const bool mask = p.masked && !lengths.cover(input.size(2));
    const Lengths before = lengths;
    lengths = outputLengths(lengths);
    if (p.isDepthwise() && p.paddingLeft == p.paddingRight && !p.bias) {
        const std::optional<torch::Tensor> valid = mask ? std::optional(before.tensor()) : std::nullopt;
        return depthwiseConv1d(input, weight, {p.stride, p.paddingLeft, p.dilation}, valid);
    }
    torch::Tensor x = mask ? input * before.mask(input.size(2), input) : input;
    std::int64_t padding = p.paddingLeft;
    if (p.paddingLeft != p.paddingRight) {
        x = torch::constant_pad_nd(x, {p.paddingLeft, p.paddingRight});
        padding = 0;
    }
    if (p.heads > 0) {
        const std::int64_t batch = x.size(0);
        const torch::Tensor y = torch::conv1d(x.reshape({-1, p.heads, x.size(2)}), weight, bias, p.stride,
                                              padding, p.dilation, p.heads);
        return y.view({batch, p.out, y.size(2)});
    }
    return torch::conv1d(x, weight, bias, p.stride, padding, p.dilation, p.groups);
}

} // namespace fathom::nn
