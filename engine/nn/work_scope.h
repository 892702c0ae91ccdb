// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>
#include <omp.h>

namespace fathom::nn {

/// Gives back at the end what a training, a check or an inference leaves behind on its thread.
/// Every thread that computes has OpenMP threads of its own. Once all together are more than the cores,
/// OpenMP lets each of them sleep after every operation, and waking them costs more than most operations of a
/// small model: a model that was merely looked at would halve the speed of a training. Tensors' memory is
/// kept while there is work (see Module in engine/train/module.cpp).
class WorkScope {
public:
    WorkScope() = default;
    WorkScope(const WorkScope&) = delete;
    WorkScope& operator=(const WorkScope&) = delete;
    ~WorkScope() {
        omp_pause_resource_all(omp_pause_soft);
#if defined(__GLIBC__)
        malloc_trim(0);
#endif
    }
};

} // namespace fathom::nn
