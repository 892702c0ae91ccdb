// SPDX-License-Identifier: Apache-2.0
// What follows each part of a post-norm transformer, in one pass: y = LayerNorm(x + dropout(branch)).
#pragma once

#include "engine/kernels/parallel.h"
#include "engine/kernels/token_rows.h"

namespace fathom::kernels {

struct ResidualNorm {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    float eps = 1e-5F;
    float dropout = 0;      ///< chance to drop an element of the branch, [0, 1)
    std::uint64_t seed = 0; ///< of the dropout
    Isa isa = bestIsa();
};

/// `branch` may be null (layer norm alone). Keeps what the backward needs: `normalised` [rows, columns] and
/// `rstd` [rows].
void residualNormForward(const ResidualNorm& shape, const float* x, const float* branch, const float* weight,
                         const float* bias, float* normalised, float* rstd, float* y,
                         const ParallelFor& parallelFor);

struct ResidualNormGradients {
    float* x = nullptr;      ///< [rows, columns]
    float* branch = nullptr; ///< [rows, columns]; null without dropout, where it is that of x
    float* weight = nullptr; ///< [columns]
    float* bias = nullptr;   ///< [columns]
};

/// The same result for any number of threads.
void residualNormBackward(const ResidualNorm& shape, const float* gradY, const float* normalised,
                          const float* rstd, const float* weight, const ResidualNormGradients& gradients,
                          const ParallelFor& parallelFor);

} // namespace fathom::kernels
