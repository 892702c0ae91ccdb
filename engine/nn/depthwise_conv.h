// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution over time with autograd, on our own kernel where that is faster.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

namespace fathom::nn {

struct DepthwiseConvOptions {
    std::int64_t stride = 1;
    std::int64_t padding = 0; ///< zeros on both sides
    std::int64_t dilation = 1;
};

/// torch::conv1d(x, weight, {}, stride, padding, dilation, groups = C) with a gradient for x and weight. x
/// [B, C, T], weight [C, 1, K]; returns [B, C, T'] of x's dtype and device. `lengths` [B] int64: positions of
/// x at or past the length of their sample count as zero, which gives MaskedConv1d without a masked copy of
/// x. float32 on the CPU runs on kernels::depthwiseForward with LibTorch's threads; everything else falls
/// back to torch::conv1d. Not differentiable twice on the fast path (throws). Throws c10::Error on shapes
/// that do not fit.
[[nodiscard]] torch::Tensor depthwiseConv1d(const torch::Tensor& x, const torch::Tensor& weight,
                                            const DepthwiseConvOptions& options = {},
                                            const std::optional<torch::Tensor>& lengths = std::nullopt);

} // namespace fathom::nn
