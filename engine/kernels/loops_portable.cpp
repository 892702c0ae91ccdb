// SPDX-License-Identifier: Apache-2.0
#define FATHOM_VECTOR_WIDTH 4
#define FATHOM_VECTOR_BLOCK 8
#include "engine/kernels/correlate_loops.h"
#include "engine/kernels/norm_rows_loops.h"

#include "engine/kernels/token_rows_loops.h" // uses what the others define

namespace fathom::kernels {

const Correlate kCorrelatePortable{kWidth, &apply, &accumulate};
const NormRows kNormRowsPortable{&sum, &squares, &normalise, &activate, &products, &gradient};
const TokenRows kTokenRowsPortable{&attend, &attendBackward, &attendOne, &residualNorm, &residualNormBackward,
                                   &drop,   &crossEntropy};

} // namespace fathom::kernels
