// SPDX-License-Identifier: Apache-2.0
// Convolutional blocks without padding, for training and evaluation on the CPU.
//
// A batch of recorded clips padded to the longest is more than half padding. Here the valid frames of all
// clips lie side by side in one row for each channel, so that nothing is computed for padding, pointwise
// convolutions are one matrix product for the whole batch, and normalisation reads rows. The numbers are
// those of the padded computation, in which every convolution masks its input: padding reaches the result
// only as zeros that batch statistics count.
#pragma once

#include "engine/kernels/depthwise_conv1d.h"
#include "engine/nn/jasper_block.h"
#include "engine/nn/lengths.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Frames of a batch of clips, float32 on the CPU.
struct PackedFrames {
    torch::Tensor values{}; ///< [C, valid frames of all clips]
    torch::Tensor
        padding{}; ///< [C], no gradient: what the padded computation has beyond each clip; undefined: zeros
    Lengths lengths{};             ///< frames of each clip
    std::int64_t paddedFrames = 0; ///< T of the padded tensor this stands for
};

/// Whether a block computes the same without padding: masked convolutions, batch norm, relu, no channel
/// groups, and the last convolution of each unit pointwise.
[[nodiscard]] bool canPack(const JasperBlock& block);
[[nodiscard]] bool canPack(const torch::Tensor& features);

/// [B, C, T] to valid frames, and back; unpack fills in `padding`. Differentiable.
[[nodiscard]] PackedFrames pack(const torch::Tensor& padded, const Lengths& lengths);
[[nodiscard]] torch::Tensor unpack(const PackedFrames& frames);

/// For each position of a padded [B, T] the column of `values` it shows; one past the last for padding. [B ·
/// T] int64.
[[nodiscard]] torch::Tensor paddedColumns(const PackedFrames& frames);
/// `values` and one more column, `padding`: [C, frames + 1].
[[nodiscard]] torch::Tensor withPadding(const PackedFrames& frames);

/// The block on packed frames; requires canPack(block). `random` null: evaluation, no dropout.
[[nodiscard]] PackedFrames forwardPacked(const JasperBlock& block, const PackedFrames& input, Random* random);

} // namespace fathom::nn
