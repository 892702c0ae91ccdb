// SPDX-License-Identifier: Apache-2.0
// A Conformer without padding, for training and evaluation on the CPU: the frames of all clips lie below each
// other as rows of one matrix, so that projections are one product for the whole batch and nothing is
// computed for padding. Attention and convolution see clip by clip. The numbers are those of the padded
// computation.
#pragma once

#include "engine/nn/attention_context.h"
#include "engine/nn/conformer_layer.h"
#include "engine/nn/packed.h"
#include "engine/nn/subsampling.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Frames of a batch of clips.
struct PackedRows {
    torch::Tensor values{};        ///< [frames of all clips, width]
    Lengths lengths{};             ///< frames of each clip
    std::int64_t paddedFrames = 0; ///< T of the padded tensor this stands for

    /// As an encoder gives it; what is beyond the clips is not known.
    [[nodiscard]] PackedFrames frames() const { return {values.t(), {}, lengths, paddedFrames}; }
};

/// What a layer needs beside the rows.
struct PackedContext {
    torch::Tensor positions{}; ///< [1, P, width] for the longest clip; undefined for absolute ones
    AttentionWindow window{};
    bool chunked = false;
};

/// Whether the packed computation of the layer gives the same: batch norm in its convolution, and no more
/// than one global frame in its attention.
[[nodiscard]] bool canPack(const ConformerLayer& layer);

/// The frames of each clip of features [B, T, featIn]; requires subsampling.isPerClip().
[[nodiscard]] PackedRows subsampleClips(const Subsampling& subsampling, const torch::Tensor& features,
                                        const Lengths& lengths);

/// The layer on packed rows. `random` null: evaluation, no dropout.
[[nodiscard]] torch::Tensor forwardPacked(const ConformerLayer& layer, const PackedRows& rows,
                                          const PackedContext& context, Random* random);

} // namespace fathom::nn
