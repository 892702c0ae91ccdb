// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/residual_norm.h"

#include "engine/kernels/buffer.h"

#include <algorithm>

namespace fathom::kernels {

namespace {

using Index = std::int64_t;

constexpr Index kRows = 64; // of one sum of parameter gradients; also worth a thread

RowDropout dropoutOf(const ResidualNorm& shape, Index row) {
    return rowDropout(shape.dropout, shape.seed, row * shape.columns);
}

} // namespace

void residualNormForward(const ResidualNorm& shape, const float* x, const float* branch, const float* weight,
                         const float* bias, float* normalised, float* rstd, float* y,
                         const ParallelFor& parallelFor) {
    const TokenRows& loops = tokenRows(shape.isa);
    parallelFor(0, shape.rows, kRows, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index at = row * shape.columns;
            rstd[row] = loops.residualNorm(x + at, branch ? branch + at : nullptr, dropoutOf(shape, row),
                                           weight, bias, shape.eps, shape.columns, normalised + at, y + at);
        }
    });
}

void residualNormBackward(const ResidualNorm& shape, const float* gradY, const float* normalised,
                          const float* rstd, const float* weight, const ResidualNormGradients& gradients,
                          const ParallelFor& parallelFor) {
    const TokenRows& loops = tokenRows(shape.isa);
    const Index chunks = (shape.rows + kRows - 1) / kRows;
    const Buffer sums(chunks * 2 * shape.columns); // of each chunk: weight, bias
    parallelFor(0, chunks, 1, [&](Index begin, Index end) {
        for (Index chunk = begin; chunk < end; ++chunk) {
            float* weightSums = sums.data() + chunk * 2 * shape.columns;
            for (Index row = chunk * kRows; row < std::min((chunk + 1) * kRows, shape.rows); ++row) {
                const Index at = row * shape.columns;
                loops.residualNormBackward(gradY + at, normalised + at, rstd[row], weight,
                                           dropoutOf(shape, row), shape.columns, gradients.x + at,
                                           gradients.branch ? gradients.branch + at : nullptr, weightSums,
                                           weightSums + shape.columns);
            }
        }
    });
    std::fill_n(gradients.weight, shape.columns, 0.0F);
    std::fill_n(gradients.bias, shape.columns, 0.0F);
    for (Index chunk = 0; chunk < chunks; ++chunk) {
        const float* weightSums = sums.data() + chunk * 2 * shape.columns;
        for (Index c = 0; c < shape.columns; ++c) {
            gradients.weight[c] += weightSums[c];
            gradients.bias[c] += weightSums[shape.columns + c];
        }
    }
}

} // namespace fathom::kernels
