// SPDX-License-Identifier: Apache-2.0
// How a kernel asks for threads without knowing whose they are: the caller hands in a loop (at::parallel_for
// in the LibTorch part).
#pragma once

#include <cstdint>
#include <functional>

namespace fathom::kernels {

/// Works on the indices [begin, end). Never throws but for std::bad_alloc; ranges are disjoint.
using RangeBody = std::function<void(std::int64_t begin, std::int64_t end)>;

/// Calls the body on disjoint ranges that cover [begin, end), none shorter than `grain` but the last, and
/// returns when all are done.
using ParallelFor =
    std::function<void(std::int64_t begin, std::int64_t end, std::int64_t grain, const RangeBody& body)>;

/// The whole range on the calling thread.
inline void serialFor(std::int64_t begin, std::int64_t end, std::int64_t /*grain*/, const RangeBody& body) {
    if (begin < end) body(begin, end);
}

} // namespace fathom::kernels
