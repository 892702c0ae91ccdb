// SPDX-License-Identifier: Apache-2.0
// Attention over short sequences that lie one behind the other, without padding: rows of all heads side by
// side, [rows, heads · headSize]. What a library does for this pads the batch, transposes it, and goes over
// the weights once for each of scaling, masking, softmax and dropout; here each head of each sequence stays
// in the first cache from scores to result. Beyond a few hundred keys blocked matrix products are faster.
#pragma once

#include "engine/kernels/attention_loops_table.h"
#include "engine/kernels/cpu.h"
#include "engine/kernels/parallel.h"

#include <cstdint>
#include <vector>

namespace fathom::kernels {

/// A sequence: rows of the queries and of the keys (and values) that belong to it.
struct AttentionSpan {
    std::int64_t firstQuery = 0;
    std::int64_t queries = 0;
    std::int64_t firstKey = 0;
    std::int64_t keys = 0;
    std::int64_t firstWeight = 0; ///< in the weights: heads · queries · keys of them
};

struct PackedAttention {
    std::int64_t heads = 1;
    std::int64_t headSize = 0;
    std::vector<AttentionSpan> sequences{};
    float dropout = 0; ///< probability in [0, 1) with which a weight is left out
    std::uint64_t seed = 0;
    Isa isa = bestIsa();

    [[nodiscard]] std::int64_t weights() const; ///< of all sequences
};

/// out = dropout(softmax(query · keyᵀ / √headSize)) · value; also writes the weights before dropout, which
/// backward needs (null: it will not be asked).
void attentionForward(const PackedAttention& attention, const float* query, const float* key,
                      const float* value, float* weights, float* out, const ParallelFor& parallelFor);

void attentionBackward(const PackedAttention& attention, const AttentionInputs& inputs,
                       const AttentionGradients& gradients, const ParallelFor& parallelFor);

} // namespace fathom::kernels
