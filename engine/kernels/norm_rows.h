// SPDX-License-Identifier: Apache-2.0
// The inner loops of a fused normalisation on one row, for each instruction set. Used by channel_norm.cpp
// only.
#pragma once

#include "engine/kernels/cpu.h"

#include <cstddef>
#include <cstdint>

namespace fathom::kernels {

/// Which elements of a row dropout keeps: those whose number, hashed with the seed, reaches the threshold.
struct RowDropout {
    std::uint32_t threshold = 0; ///< probability · 2³²; 0 keeps all
    float scale = 1;             ///< of what is kept: 1 / (1 − probability)
    std::uint32_t seed[2] = {};
    std::uint32_t first = 0; ///< number of the row's first element
};

/// Of a row whose first element has the number `first`.
[[nodiscard]] RowDropout rowDropout(float probability, std::uint64_t seed, std::int64_t first);

/// Sums are taken in float over 1,024 elements and in double over those, always in the same order.
struct NormRows {
    double (*sum)(const float* row, std::ptrdiff_t count);
    /// Σ (row[t] − mean)²
    double (*squares)(const float* row, std::ptrdiff_t count, float mean);
    /// out = row · scale + shift + residual; residual may be null. In place is allowed.
    void (*normalise)(const float* row, float scale, float shift, const float* residual, float* out,
                      std::ptrdiff_t count);
    /// row = dropout(relu(row))
    void (*activate)(float* row, const RowDropout& dropout, std::ptrdiff_t count);
    /// g = y > 0 ? gradY · scale : 0 (y null: gradY); *sum = Σ g, *product = Σ g · (x − mean)
    void (*products)(const float* gradY, const float* y, float scale, const float* x, float mean, float* g,
                     std::ptrdiff_t count, double* sum, double* product);
    /// gradX = scale · (g − offset − (x − mean) · slope); gradX may be g.
    void (*gradient)(const float* g, const float* x, float mean, float scale, float offset, float slope,
                     float* gradX, std::ptrdiff_t count);
};

/// The loops of an instruction set that `supports` has said yes to.
[[nodiscard]] const NormRows& normRows(Isa isa);

extern const NormRows kNormRowsPortable;
#if defined(__x86_64__)
extern const NormRows kNormRowsAvx2;
extern const NormRows kNormRowsAvx512;
#endif

} // namespace fathom::kernels
