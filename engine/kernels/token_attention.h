// SPDX-License-Identifier: Apache-2.0
// Multi-head attention on sentences that lie behind each other without padding.
#pragma once

#include "engine/kernels/parallel.h"
#include "engine/kernels/token_rows.h"

#include <span>

namespace fathom::kernels {

/// The rows [begin, begin + count) of one sentence.
struct TokenSpan {
    std::int64_t begin = 0;
    std::int64_t count = 0;
};

/// Sentence i's queries see sentence i's keys. Heads lie side by side in the columns of q, k, v and out.
struct TokenAttention {
    std::span<const TokenSpan> queries{};
    std::span<const TokenSpan> keys{}; ///< as many as queries, none empty
    std::int64_t heads = 1;
    std::int64_t headSize = 0;
    bool causal = false;    ///< for queries and keys of the same tokens
    float dropout = 0;      ///< chance to drop a probability, [0, 1)
    std::uint64_t seed = 0; ///< of the dropout
    Isa isa = bestIsa();

    /// Floats that keep the probabilities between forward and backward.
    [[nodiscard]] std::int64_t probabilityCount() const;
};

struct TokenAttentionInputs {
    MatrixView q, k, v;
};
struct TokenAttentionGradients {
    MutableMatrixView q, k, v;
};

/// out = dropout(softmax(q kᵀ / √headSize)) v for every head of every sentence.
void tokenAttentionForward(const TokenAttention& shape, const TokenAttentionInputs& inputs,
                           float* probabilities, MutableMatrixView out, const ParallelFor& parallelFor);
/// Gradients of all rows that belong to a sentence; the others stay as they are.
void tokenAttentionBackward(const TokenAttention& shape, const TokenAttentionInputs& inputs,
                            const float* probabilities, MatrixView gradOut,
                            const TokenAttentionGradients& gradients, const ParallelFor& parallelFor);

/// One query a row, each with its own keys: `rows` holds, for query i, the `counts[i]` rows of its keys and
/// values from `offsets[i]` on.
struct StepAttention {
    std::span<const std::int32_t> rows{};
    std::span<const std::int64_t> offsets{};
    std::span<const std::int64_t> counts{};
    std::int64_t heads = 1;
    std::int64_t headSize = 0;
    Isa isa = bestIsa();
};

/// Without gradients and dropout: a step of a generation.
void attentionStep(const StepAttention& shape, const TokenAttentionInputs& inputs, MutableMatrixView out,
                   const ParallelFor& parallelFor);

} // namespace fathom::kernels
