// SPDX-License-Identifier: GPL-3.0-or-later
// Threads for kernels whose results must not depend on them.
#pragma once

#include "engine/kernels/parallel.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace fathom::kernels {

/// Pairs of indices, or an eighth of them, each on its own thread, handed out in reverse.
inline void threadedFor(std::int64_t begin, std::int64_t end, std::int64_t /*grain*/, const RangeBody& body) {
    const std::int64_t count = std::max<std::int64_t>(2, (end - begin + 7) / 8);
    std::vector<std::jthread> threads;
    for (std::int64_t last = end; last > begin; last -= std::min(count, last - begin)) {
        const std::int64_t first = std::max(begin, last - count);
        threads.emplace_back([&body, first, last] { body(first, last); });
    }
}

} // namespace fathom::kernels
