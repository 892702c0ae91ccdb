// SPDX-License-Identifier: Apache-2.0
#define FATHOM_VECTOR_WIDTH 16
#define FATHOM_VECTOR_BLOCK 12
#include "engine/kernels/correlate_loops.h"
#include "engine/kernels/norm_rows_loops.h"

#include "engine/kernels/token_rows_loops.h" // uses what the others define

namespace fathom::kernels {

const Correlate kCorrelateAvx512{kWidth, &apply, &accumulate};
const NormRows kNormRowsAvx512{&sum, &squares, &normalise, &activate, &products, &gradient};
const TokenRows kTokenRowsAvx512{&attend, &attendBackward, &attendOne, &residualNorm, &residualNormBackward,
                                 &drop,   &crossEntropy};

} // namespace fathom::kernels
