// SPDX-License-Identifier: Apache-2.0
// Cross-entropy with label smoothing on rows of logits, and its gradient in their place.
#pragma once

#include "engine/kernels/parallel.h"
#include "engine/kernels/token_rows.h"

namespace fathom::kernels {

struct CrossEntropy {
    std::int64_t rows = 0;
    std::int64_t classes = 0;
    /// NeMo's: the loss of a row is −((1 − s) · log p[label] + s · mean of log p). It hands in
    /// classes · label_smoothing / (classes − 1).
    float smoothing = 0;
    Isa isa = bestIsa();
};

/// losses[row] for logits [rows, classes] and labels [rows]. With a gradScale other than 0 the logits become
/// gradScale times their gradient.
void crossEntropy(const CrossEntropy& shape, float* logits, const std::int64_t* labels, float gradScale,
                  float* losses, const ParallelFor& parallelFor);

} // namespace fathom::kernels
