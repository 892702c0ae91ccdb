// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/kernels/parallel.h"

#include <ATen/Parallel.h>

namespace fathom::nn {

/// LibTorch's threads, as kernels::ParallelFor.
inline void onTorchThreads(std::int64_t begin, std::int64_t end, std::int64_t grain,
                           const kernels::RangeBody& body) {
    at::parallel_for(begin, end, grain, body);
}

} // namespace fathom::nn
