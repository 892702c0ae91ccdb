// SPDX-License-Identifier: Apache-2.0
// Convolution over time that sees zeros where an item of the batch has ended.
#pragma once

#include "engine/nn/init.h"
#include "engine/nn/lengths.h"
#include "engine/nn/random.h"

#include <cstdint>
#include <torch/torch.h>

namespace fathom::nn {

struct ConvParams {
    std::int64_t in = 1;
    std::int64_t out = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t paddingLeft = 0;
    std::int64_t paddingRight = 0;
    std::int64_t groups = 1;
    std::int64_t heads =
        -1; ///< depthwise only: that many kernels, shared by channels that are equal modulo heads
    bool bias = false;
    bool masked =
        true; ///< false: a plain Conv1d, whose weight is named without `conv.` and which keeps the lengths

    [[nodiscard]] bool isDepthwise() const { return groups == in && in == out && kernel > 1 && heads == -1; }
    [[nodiscard]] bool isPointwise() const { return kernel == 1 && groups == 1 && stride == 1; }
    [[nodiscard]] std::int64_t outputLength(std::int64_t frames) const;
};

/// NeMo's MaskedConv1d; its parameter is `conv.weight` [out, in / groups, kernel] (`weight` when not masked).
class MaskedConv1d : public torch::nn::Module {
public:
    MaskedConv1d(const ConvParams& params, InitMode mode, Random& random);
    [[nodiscard]] const ConvParams& params() const { return m_params; }

    /// x [B, in, T] -> [B, out, T']; `lengths` becomes those of the result.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, Lengths& lengths) const;
    /// The lengths after this layer; the very object when they do not change, so that masks are shared.
    [[nodiscard]] Lengths outputLengths(const Lengths& lengths) const;

    torch::Tensor weight{};
    torch::Tensor bias{}; ///< undefined without

private:
    ConvParams m_params;
};

} // namespace fathom::nn
