// SPDX-License-Identifier: Apache-2.0
// Batch normalisation of channels that lie in rows, with what follows it in a residual network: y =
// dropout(relu(norm(x) + r)).
//
// The rows hold valid frames only. The padding that the statistics of a padded batch would count is given as
// a number: its frames are zeros before the normalisation.
#pragma once

#include "engine/kernels/cpu.h"
#include "engine/kernels/parallel.h"

#include <cstdint>

namespace fathom::kernels {

struct ChannelNorm {
    std::int64_t channels = 1;
    std::int64_t frames = 0; ///< columns of every row
    std::int64_t count = 0;  ///< frames that the statistics are over, padding included; at least `frames`
    bool relu = true;
    float dropout = 0; ///< probability in [0, 1) that an element becomes 0, the others ÷ (1 − it); with relu
    std::uint64_t seed = 0; ///< of dropout: the same seed drops the same elements, whatever threads there are
    Isa isa = bestIsa();
};

/// mean[c] and var[c] (biased) of the rows of x [channels, frames] and count − frames zeros.
void channelStatistics(const ChannelNorm& norm, const float* x, float* mean, float* var,
                       const ParallelFor& parallelFor);

/// y[c, t] = dropout(relu((x[c, t] − mean[c]) · rstd[c] · weight[c] + bias[c] + residual[c, t])), without
/// relu and dropout where those are off; `residual` may be null. In place is allowed. All [channels, frames]
/// contiguous.
void channelNormForward(const ChannelNorm& norm, const float* x, const float* mean, const float* rstd,
                        const float* weight, const float* bias, const float* residual, float* y,
                        const ParallelFor& parallelFor);

/// What the gradient needs of the forward pass.
struct ChannelNormInputs {
    const float* gradY = nullptr;
    const float* x = nullptr;
    const float* y = nullptr; ///< the result, which knows what relu and dropout let pass; null without relu
    const float* mean = nullptr;
    const float* rstd = nullptr;
    const float* weight = nullptr;
    bool batchStatistics = true; ///< mean and rstd depended on x
};

/// Where gradients go; residual may be null.
struct ChannelNormGradients {
    float* x = nullptr;
    float* weight = nullptr;
    float* bias = nullptr;
    float* residual = nullptr;
};

/// Gradients of the two functions above together. Padding gets no gradient from outside. The order of every
/// sum depends on the shape only.
void channelNormBackward(const ChannelNorm& norm, const ChannelNormInputs& inputs,
                         const ChannelNormGradients& gradients, const ParallelFor& parallelFor);

} // namespace fathom::kernels
