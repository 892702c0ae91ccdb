// SPDX-License-Identifier: Apache-2.0
#define FATHOM_VECTOR_WIDTH 16
#define FATHOM_VECTOR_BLOCK 12
#include "engine/kernels/correlate_loops.h"
#include "engine/kernels/norm_rows_loops.h"

#include "engine/kernels/attention_loops.h"  // uses what the others define
#include "engine/kernels/token_rows_loops.h" // and this what all of them do

namespace fathom::kernels {

const Correlate kCorrelateAvx512{kWidth, &apply, &accumulate};
const NormRows kNormRowsAvx512{&sum, &squares, &normalise, &activate, &products, &gradient};
const AttentionLoops kAttentionAvx512{&forwardHead, &backwardHead};
const TokenRows kTokenRowsAvx512{&attend,       &attendBackward,       &attendOne,
                                 &residualNorm, &residualNormBackward, &crossEntropy};

} // namespace fathom::kernels
