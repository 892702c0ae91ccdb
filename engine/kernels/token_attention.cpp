// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/token_attention.h"

#include "engine/kernels/buffer.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fathom::kernels {

namespace {

using Index = std::int64_t;

constexpr Index kGrain = 1; // heads of sentences that are worth a thread

Index paddedKeys(Index keys) {
    return (keys + Buffer::kAlign - 1) / Buffer::kAlign * Buffer::kAlign;
}

/// Where each sentence's probabilities begin, and the largest scratch that a head needs.
struct Plan {
    std::vector<Index> first{};
    Index probabilities = 0;
    Index scratch = 0;
};

Plan planOf(const TokenAttention& shape) {
    Plan plan;
    for (std::size_t i = 0; i < shape.queries.size(); ++i) {
        const Index padded = paddedKeys(shape.keys[i].count);
        const Index queries = shape.queries[i].count;
        plan.first.push_back(plan.probabilities);
        plan.probabilities += shape.heads * queries * padded;
        plan.scratch = std::max(plan.scratch, (shape.headSize + 2 * queries) * padded);
    }
    return plan;
}

/// One head of one sentence with what belongs to it.
struct HeadAt {
    HeadShape shape{};
    Index queryRow = 0;
    Index keyRow = 0;
    Index column = 0;
    Index firstProbability = 0;
};

HeadAt headAt(const TokenAttention& shape, const Plan& plan, Index item) {
    const auto sentence = static_cast<std::size_t>(item / shape.heads);
    const Index head = item % shape.heads;
    HeadAt at;
    at.shape.queries = shape.queries[sentence].count;
    at.shape.keys = shape.keys[sentence].count;
    at.shape.padded = paddedKeys(at.shape.keys);
    at.shape.size = shape.headSize;
    at.shape.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(shape.headSize)));
    at.shape.causal = shape.causal;
    at.queryRow = shape.queries[sentence].begin;
    at.keyRow = shape.keys[sentence].begin;
    at.column = head * shape.headSize;
    at.firstProbability = plan.first[sentence] + head * at.shape.queries * at.shape.padded;
    at.shape.dropout = rowDropout(shape.dropout, shape.seed, at.firstProbability);
    return at;
}

template <class View> View part(const View& whole, Index row, Index column) {
    return {whole.data + row * whole.rowStride + column, whole.rowStride};
}

} // namespace

const TokenRows& tokenRows(Isa isa) {
#if defined(__x86_64__)
    if (isa == Isa::Avx512) return kTokenRowsAvx512;
    if (isa == Isa::Avx2) return kTokenRowsAvx2;
#else
    (void)isa;
#endif
    return kTokenRowsPortable;
}

Index TokenAttention::probabilityCount() const {
    return planOf(*this).probabilities;
}

void tokenAttentionForward(const TokenAttention& shape, const TokenAttentionInputs& inputs,
                           float* probabilities, MutableMatrixView out, const ParallelFor& parallelFor) {
    const Plan plan = planOf(shape);
    const TokenRows& loops = tokenRows(shape.isa);
    const Index items = static_cast<Index>(shape.queries.size()) * shape.heads;
    parallelFor(0, items, kGrain, [&](Index begin, Index end) {
        const Buffer scratch(plan.scratch);
        for (Index item = begin; item < end; ++item) {
            const HeadAt at = headAt(shape, plan, item);
            loops.attend(at.shape, part(inputs.q, at.queryRow, at.column),
                         part(inputs.k, at.keyRow, at.column), part(inputs.v, at.keyRow, at.column),
                         probabilities + at.firstProbability, part(out, at.queryRow, at.column),
                         scratch.data());
        }
    });
}

void tokenAttentionBackward(const TokenAttention& shape, const TokenAttentionInputs& inputs,
                            const float* probabilities, MatrixView gradOut,
                            const TokenAttentionGradients& gradients, const ParallelFor& parallelFor) {
    const Plan plan = planOf(shape);
    const TokenRows& loops = tokenRows(shape.isa);
    const Index items = static_cast<Index>(shape.queries.size()) * shape.heads;
    parallelFor(0, items, kGrain, [&](Index begin, Index end) {
        const Buffer scratch(plan.scratch);
        for (Index item = begin; item < end; ++item) {
            const HeadAt at = headAt(shape, plan, item);
            loops.attendBackward(at.shape, part(inputs.q, at.queryRow, at.column),
                                 part(inputs.k, at.keyRow, at.column), part(inputs.v, at.keyRow, at.column),
                                 probabilities + at.firstProbability, part(gradOut, at.queryRow, at.column),
                                 part(gradients.q, at.queryRow, at.column),
                                 part(gradients.k, at.keyRow, at.column),
                                 part(gradients.v, at.keyRow, at.column), scratch.data());
        }
    });
}

void attentionStep(const StepAttention& shape, const TokenAttentionInputs& inputs, MutableMatrixView out,
                   const ParallelFor& parallelFor) {
    const TokenRows& loops = tokenRows(shape.isa);
    const auto queries = static_cast<Index>(shape.counts.size());
    const Index longest = queries == 0 ? 0 : *std::ranges::max_element(shape.counts);
    const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(shape.headSize)));
    constexpr Index kQueries = 4; // that are worth a thread
    parallelFor(0, queries, kQueries, [&](Index begin, Index end) {
        const Buffer scratch(longest);
        for (Index i = begin; i < end; ++i) {
            const auto at = static_cast<std::size_t>(i);
            for (Index column = 0; column < shape.heads * shape.headSize; column += shape.headSize)
                loops.attendOne(inputs.q.data + i * inputs.q.rowStride + column, part(inputs.k, 0, column),
                                part(inputs.v, 0, column), shape.rows.data() + shape.offsets[at],
                                shape.counts[at], shape.headSize, scale,
                                out.data + i * out.rowStride + column, scratch.data());
        }
    });
}

} // namespace fathom::kernels
