// SPDX-License-Identifier: Apache-2.0
// Dropout without a mask: which elements are kept follows from their numbers and a seed.
#pragma once

#include "engine/kernels/parallel.h"
#include "engine/kernels/token_rows.h"

namespace fathom::kernels {

struct Dropout {
    std::int64_t count = 0;
    float probability = 0; ///< of an element to become zero; below 1
    std::uint64_t seed = 0;
    Isa isa = bestIsa();
};

/// y = 0 with the chance `probability`, else x / (1 − probability); y may be x. The same on a gradient of y
/// gives that of x.
void dropout(const Dropout& shape, const float* x, float* y, const ParallelFor& parallelFor);

} // namespace fathom::kernels
