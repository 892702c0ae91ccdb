// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/cross_entropy.h"

namespace fathom::kernels {

void crossEntropy(const CrossEntropy& shape, float* logits, const std::int64_t* labels, float gradScale,
                  float* losses, const ParallelFor& parallelFor) {
    const TokenRows& loops = tokenRows(shape.isa);
    constexpr std::int64_t kRows = 8; // that are worth a thread
    parallelFor(0, shape.rows, kRows, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            losses[row] = loops.crossEntropy(logits + row * shape.classes, shape.classes, labels[row],
                                             shape.smoothing, gradScale);
    });
}

} // namespace fathom::kernels
