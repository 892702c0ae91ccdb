// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution and batch norm of packed clips in one differentiable step.
#pragma once

#include "engine/kernels/depthwise_conv1d.h"
#include "engine/nn/norm.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Clips of a batch side by side in rows of channels.
struct DepthwiseNormShape {
    std::int64_t padding = 0;                ///< zeros before each clip, as the convolution pads
    std::vector<kernels::Segment> inputs{};  ///< the clips in a row of x
    std::vector<kernels::Segment> outputs{}; ///< and of y; may be longer, see extendedBy
    std::int64_t inputFrames = 0;            ///< length of a row of x
    std::int64_t outputFrames = 0;           ///< of y
    std::int64_t count = 0;                  ///< frames that batch statistics are over, padding included
};

/// norm(conv(x) + bias), [C, outputFrames], for x [C, inputFrames] and weight [C, 1, K]; float32, contiguous,
/// CPU. Batch statistics (norm in training mode, whose running ones are updated) are those of the padded
/// batch: an output of a clip may reach beyond its end to where the convolution still sees the clip, and the
/// frames that are left to `count` hold the bias alone. Gradients for x, weight, bias and the norm's
/// parameters.
[[nodiscard]] torch::Tensor depthwiseNorm(const DepthwiseNormShape& shape, const torch::Tensor& x,
                                          const torch::Tensor& weight, const torch::Tensor& bias,
                                          BatchNorm& norm);

} // namespace fathom::nn
