// SPDX-License-Identifier: Apache-2.0
// One differentiable step of a packed block: depthwise and pointwise convolution, batch norm, residual,
// relu, dropout.
#pragma once

#include "engine/kernels/depthwise_conv1d.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

struct PackedUnitShape {
    std::int64_t kernel = 0; ///< of the depthwise convolution; 0: there is none
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    std::int64_t dilation = 1;
    std::vector<kernels::Segment> inputs{};
    std::vector<kernels::Segment> outputs{};
    std::int64_t inputFrames = 0; ///< of all clips
    std::int64_t outputFrames = 0;
    std::int64_t count = 0; ///< output frames that batch statistics are over, padding included
    double eps = 1e-5;
    bool batchStatistics = true; ///< false: mean and var are given (evaluation)
    bool relu = true;
    double dropout = 0; ///< probability in [0, 1); with relu
    std::uint64_t seed = 0;
};

struct PackedUnitTensors {
    torch::Tensor x{};         ///< [Cin, inputFrames]
    torch::Tensor depthwise{}; ///< [Cin, 1, kernel]; undefined without
    torch::Tensor pointwise{}; ///< [Cout, Cin, 1]
    torch::Tensor weight{};    ///< [Cout], of the normalisation
    torch::Tensor bias{};      ///< [Cout]
    torch::Tensor residual{};  ///< [Cout, outputFrames] added before relu; undefined: none
    torch::Tensor mean{};      ///< [Cout]: written with batch statistics, else read
    torch::Tensor var{};       ///< [Cout], biased; likewise
};

/// dropout(relu(norm(pointwise(depthwise(x))) + residual)), [Cout, outputFrames]; float32, contiguous, CPU.
/// Gradients for x, depthwise, pointwise, weight, bias and residual; once.
[[nodiscard]] torch::Tensor packedUnit(const PackedUnitShape& shape, const PackedUnitTensors& tensors);

} // namespace fathom::nn
