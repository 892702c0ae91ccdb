// SPDX-License-Identifier: Apache-2.0
// Attention on packed token rows without putting them side by side.
#pragma once

#include "engine/nn/random.h"
#include "engine/nn/token_rows.h"

#include <torch/torch.h>

namespace fathom::nn {

struct PackedAttentionParams {
    std::int64_t heads = 1;
    bool firstOnly = false; ///< queries of each sequence's first position only
    double dropout = 0;     ///< of the weights
};

/// Whether there is a kernel for it: packed float32 rows on the CPU, of sequences that are not long.
[[nodiscard]] bool canAttendPacked(const TokenRows& rows, const torch::Tensor& x);

/// Scaled dot-product attention within each sequence: keys and values [N, H], queries [N, H] or, first only,
/// [B, H], as is the result. Differentiable, once. `random` null: evaluation, no dropout. Requires
/// canAttendPacked.
[[nodiscard]] torch::Tensor attendPacked(const PackedAttentionParams& params, const TokenRows& rows,
                                         const torch::Tensor& query, const torch::Tensor& key,
                                         const torch::Tensor& value, Random* random);

} // namespace fathom::nn
