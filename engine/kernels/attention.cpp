// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/attention.h"

#include <algorithm>
#include <cmath>

namespace fathom::kernels {

namespace {

using Index = std::int64_t;

constexpr Index kGrain = 4; // heads of sequences that are worth a thread

const AttentionLoops& loopsOf(Isa isa) {
#if defined(__x86_64__)
    if (isa == Isa::Avx512) return kAttentionAvx512;
    if (isa == Isa::Avx2) return kAttentionAvx2;
#else
    (void)isa;
#endif
    return kAttentionPortable;
}

/// Calls body(head, span, column of the head, first weight of the head) for each head of each sequence.
template <class Body>
void forEachHead(const PackedAttention& attention, const ParallelFor& parallelFor, const Body& body) {
    Index most = 0;
    for (const AttentionSpan& span : attention.sequences)
        most = std::max<Index>(most, attentionScratch(span.queries, span.keys, attention.headSize));
    const auto count = static_cast<Index>(attention.sequences.size()) * attention.heads;
    const double rate = double{attention.dropout};
    parallelFor(0, count, kGrain, [&](Index begin, Index end) {
        std::vector<float> scratch(static_cast<std::size_t>(most));
        for (Index item = begin; item < end; ++item) {
            const AttentionSpan& span = attention.sequences[static_cast<std::size_t>(item / attention.heads)];
            const Index number = item % attention.heads;
            const Index weight = span.firstWeight + number * span.queries * span.keys;
            const AttentionHead head{
                .queries = span.queries,
                .keys = span.keys,
                .size = attention.headSize,
                .stride = attention.heads * attention.headSize,
                .scale = static_cast<float>(1 / std::sqrt(static_cast<double>(attention.headSize))),
                .threshold = static_cast<std::uint32_t>(std::llround(std::ldexp(rate, 32))),
                .kept = static_cast<float>(1 / (1 - rate)),
                .seed = {static_cast<std::uint32_t>(attention.seed),
                         static_cast<std::uint32_t>(attention.seed >> 32U)},
                .firstWeight = static_cast<std::uint32_t>(weight),
                .scratch = scratch.data()};
            body(head, span, number * attention.headSize, weight);
        }
    });
}

} // namespace

Index PackedAttention::weights() const {
    Index count = 0;
    for (const AttentionSpan& span : sequences)
        count += heads * span.queries * span.keys;
    return count;
}

void attentionForward(const PackedAttention& attention, const float* query, const float* key,
                      const float* value, float* weights, float* out, const ParallelFor& parallelFor) {
    const AttentionLoops& loops = loopsOf(attention.isa);
    forEachHead(attention, parallelFor,
                [&](const AttentionHead& head, const AttentionSpan& span, Index column, Index weight) {
                    const Index q = span.firstQuery * head.stride + column;
                    const Index k = span.firstKey * head.stride + column;
                    loops.forward(head, query + q, key + k, value + k, weights ? weights + weight : nullptr,
                                  out + q);
                });
}

void attentionBackward(const PackedAttention& attention, const AttentionInputs& in,
                       const AttentionGradients& gradients, const ParallelFor& parallelFor) {
    const AttentionLoops& loops = loopsOf(attention.isa);
    forEachHead(attention, parallelFor,
                [&](const AttentionHead& head, const AttentionSpan& span, Index column, Index weight) {
                    const Index q = span.firstQuery * head.stride + column;
                    const Index k = span.firstKey * head.stride + column;
                    loops.backward(
                        head, {in.query + q, in.key + k, in.value + k, in.weights + weight, in.gradOut + q},
                        {gradients.query + q, gradients.key + k, gradients.value + k});
                });
}

} // namespace fathom::kernels
