// SPDX-License-Identifier: Apache-2.0
// Attention on packed token rows without putting them side by side.
#pragma once

#include "engine/kernels/token_attention.h"
#include "engine/nn/random.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Which rows belong together, and how they are attended to.
struct PackedAttention {
    std::vector<kernels::TokenSpan> queries{}; ///< of each sequence
    std::vector<kernels::TokenSpan> keys{};    ///< as many
    std::int64_t heads = 1;
    bool causal = false;
    double dropout = 0; ///< of the probabilities
};

/// Scaled dot-product attention of the queries [N, H] on keys and values [M, H] within each sequence; float32
/// on the CPU. Where `values` is undefined they lie behind the keys in the columns of `keys` [M, 2 H], and
/// where `keys` is undefined too all lie in `queries` [N, 3 H]: nothing is copied apart. Differentiable,
/// once. `random` null: evaluation, no dropout. Returns [N, H].
[[nodiscard]] torch::Tensor attendPacked(PackedAttention attention, const torch::Tensor& queries,
                                         const torch::Tensor& keys, const torch::Tensor& values,
                                         Random* random);

} // namespace fathom::nn
