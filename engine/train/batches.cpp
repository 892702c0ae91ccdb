// SPDX-License-Identifier: Apache-2.0
#include "engine/train/batches.h"

#include <algorithm>
#include <numeric>

namespace fathom::train {

std::uint64_t mixSeed(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
    std::uint64_t state = seed;
    for (const std::uint64_t part : {stream, position}) {
        state += 0x9e3779b97f4a7c15ULL + part;
        state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
        state = (state ^ (state >> 27)) * 0x94d049bb133111ebULL;
        state ^= state >> 31;
    }
    return state;
}

std::int64_t batchCount(std::int64_t items, const model::LoaderOptions& options) {
    return options.dropLast ? items / options.batchSize : (items + options.batchSize - 1) / options.batchSize;
}

std::vector<BatchIndices> epochBatches(std::int64_t items, const model::LoaderOptions& options,
                                       std::uint64_t seed, std::int64_t epoch) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(items));
    std::iota(order.begin(), order.end(), 0);
    if (options.shuffle) {
        // Fisher-Yates by hand: std::shuffle may differ between standard libraries.
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[mixSeed(seed, static_cast<std::uint64_t>(epoch), i) % i]);
    }
    std::vector<BatchIndices> batches;
    const std::int64_t count = batchCount(items, options);
    batches.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        const auto from = order.begin() + i * options.batchSize;
        const std::int64_t length = std::min<std::int64_t>(options.batchSize, items - i * options.batchSize);
        batches.emplace_back(from, from + length);
    }
    return batches;
}

std::unique_ptr<BatchStream> openStream(std::shared_ptr<const model::Dataset> dataset,
                                        std::vector<BatchIndices> batches) {
    const std::size_t count = batches.size();
    const int workers = dataset->loader().workers;
    auto load = [dataset = std::move(dataset), batches = std::move(batches)](std::size_t index) {
        return dataset->load(batches[index]);
    };
    return std::make_unique<BatchStream>(count, std::move(load), data::PrefetchOptions{.workers = workers});
}

} // namespace fathom::train
