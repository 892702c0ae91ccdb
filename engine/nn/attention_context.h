// SPDX-License-Identifier: Apache-2.0
// Positions and masks of attention.
#pragma once

#include "engine/nn/lengths.h"

#include <torch/torch.h>

namespace fathom::nn {

/// Frames that attention sees on either side; -1: all of them.
struct AttentionWindow {
    std::int64_t left = -1;
    std::int64_t right = -1;
};

/// Sines and cosines of the positions first, first + step, … (Vaswani et al. 2017, base 10,000): [count,
/// width] float32.
[[nodiscard]] torch::Tensor sinusoids(std::int64_t first, std::int64_t step, std::int64_t count,
                                      std::int64_t width);

/// [B, frames] bool on the device of `like`, true beyond each clip; undefined when there is nothing beyond.
[[nodiscard]] torch::Tensor paddingMask(const Lengths& lengths, std::int64_t frames,
                                        const torch::Tensor& like);

/// [frames, frames] bool on the device of `like`, true where a query (row) must not see a key; undefined when
/// it sees all. Chunked: queries of a chunk of right + 1 frames see the chunk and the whole chunks that fit
/// into `left` before it.
[[nodiscard]] torch::Tensor windowMask(const AttentionWindow& window, bool chunked, std::int64_t frames,
                                       const torch::Tensor& like);

/// Both: [B or 1, frames, frames]; a padded frame neither sees nor is seen. Undefined arguments mask nothing.
[[nodiscard]] torch::Tensor forbiddenPairs(const torch::Tensor& padding, const torch::Tensor& window);

} // namespace fathom::nn
