// SPDX-License-Identifier: Apache-2.0
// A scan of gigabytes cut into chunks that several threads take in turn.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace fathom::archive {

struct ScanOptions {
    std::stop_token stop{};
    unsigned threads = 0; ///< 0: one for each core
};

/// Calls work(i) once for each i below `count`, from the caller's and further threads at once; returns when
/// all are done. A chunk is worth a millisecond or so; `work` must not throw. False when it was stopped
/// before the end.
[[nodiscard]] inline bool forEachChunk(std::size_t count, const ScanOptions& options,
                                       const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    const auto run = [&] {
        for (std::size_t i = next++; i < count && !options.stop.stop_requested(); i = next++)
            work(i);
    };
    const std::size_t cores = std::thread::hardware_concurrency();
    const std::size_t wanted = options.threads == 0 ? cores : std::min<std::size_t>(options.threads, cores);
    {
        std::vector<std::jthread> helpers;
        for (std::size_t i = 1; i < std::min(wanted, count); ++i)
            helpers.emplace_back(run);
        run();
    }
    return !options.stop.stop_requested();
}

} // namespace fathom::archive
