// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/dropout.h"

namespace fathom::kernels {

void dropout(const Dropout& shape, const float* x, float* y, const ParallelFor& parallelFor) {
    const TokenRows& loops = tokenRows(shape.isa);
    const RowDropout whole = rowDropout(shape.probability, shape.seed, 0);
    constexpr std::int64_t kGrain = 16384; // elements that are worth a thread
    parallelFor(0, shape.count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        loops.drop(x + begin, y + begin, end - begin, whole, static_cast<std::uint32_t>(begin));
    });
}

} // namespace fathom::kernels
