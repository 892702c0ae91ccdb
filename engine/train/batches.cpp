// SPDX-License-Identifier: Apache-2.0
#include "engine/train/batches.h"

#include "engine/nn/device.h"

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

namespace {

using Order = std::vector<std::int64_t>;

// Streams of randomness within an epoch's order.
constexpr std::uint64_t kBucketStream = 1, kNoiseStream = 2, kBatchStream = 3, kDropStream = 4;

/// Numbers of one epoch and purpose.
class Draws {
public:
    Draws(std::uint64_t seed, std::int64_t epoch, std::uint64_t stream = 0)
        : m_seed(stream == 0 ? seed : mixSeed(seed, stream, 0)), m_epoch(static_cast<std::uint64_t>(epoch)) {}
    /// The `n`-th number.
    [[nodiscard]] std::uint64_t operator()(std::uint64_t n) const { return mixSeed(m_seed, m_epoch, n); }
    /// The `n`-th number as one in [0, 1).
    [[nodiscard]] double unit(std::uint64_t n) const {
        return static_cast<double>((*this)(n) >> 11) * 0x1p-53;
    }

private:
    std::uint64_t m_seed;
    std::uint64_t m_epoch;
};

/// Fisher-Yates by hand: std::shuffle may differ between standard libraries.
template <class T> void shuffle(std::vector<T>& list, const Draws& draws) {
    for (std::size_t i = list.size(); i > 1; --i)
        std::swap(list[i - 1], list[draws(i) % i]);
}

/// A stream of items through a buffer: each leaves it at random when the next comes in.
void shuffleThrough(std::int64_t buffer, Order& order, const Draws& draws) {
    const auto size = static_cast<std::size_t>(buffer);
    Order held;
    std::size_t out = 0;
    const auto release = [&](std::uint64_t draw) {
        const std::size_t pick = draw % held.size();
        order[out++] = held[pick];
        held[pick] = held.back();
        held.pop_back();
    };
    for (std::size_t in = 0; in < order.size(); ++in) {
        held.push_back(order[in]);
        if (held.size() > size) release(draws(in + 1));
    }
    for (std::uint64_t n = order.size(); !held.empty(); ++n)
        release(draws(n + 1));
}

Order itemsOf(const model::Bucket& bucket, const model::LoaderOptions& options, const Draws& draws) {
    Order order(static_cast<std::size_t>(bucket.items));
    std::iota(order.begin(), order.end(), bucket.first);
    if (!options.shuffle) return order;
    if (options.shuffleBuffer > 0)
        shuffleThrough(options.shuffleBuffer, order, draws);
    else
        shuffle(order, draws);
    return order;
}

std::int64_t countOf(std::int64_t items, std::int64_t batchSize, bool dropLast) {
    return dropLast ? items / batchSize : (items + batchSize - 1) / batchSize;
}

void cut(const Order& order, std::int64_t batchSize, bool dropLast, std::vector<BatchIndices>& batches) {
    const auto items = static_cast<std::int64_t>(order.size());
    for (std::int64_t i = 0; i < countOf(items, batchSize, dropLast); ++i) {
        const auto from = order.begin() + i * batchSize;
        batches.emplace_back(from, from + std::min(batchSize, items - i * batchSize));
    }
}

bool haveOwnBatches(const model::LoaderOptions& options) {
    return !options.buckets.empty() && options.buckets.front().batchSize > 0;
}

/// Bucket after bucket, in the order of the epoch.
std::vector<BatchIndices> bucketBatches(const model::LoaderOptions& options, std::uint64_t seed,
                                        std::int64_t epoch) {
    std::vector<std::size_t> visits(options.buckets.size());
    std::iota(visits.begin(), visits.end(), 0);
    // The order that all ranks share does not depend on the run's seed: NeMo's is seeded with 0.
    if (options.bucketOrder == model::BucketOrder::SyncedRandomized)
        shuffle(visits, Draws(0, epoch, kBucketStream));
    if (options.bucketOrder == model::BucketOrder::FullyRandomized)
        shuffle(visits, Draws(seed, epoch, kBucketStream));
    std::vector<BatchIndices> batches;
    Order chained;
    for (const std::size_t visit : visits) {
        const model::Bucket& bucket = options.buckets[visit];
        const Order items = itemsOf(bucket, options, Draws(mixSeed(seed, visit, 0), epoch));
        if (haveOwnBatches(options))
            cut(items, bucket.batchSize, /*dropLast=*/false, batches); // as NeMo's BucketingDataset
        else
            chained.insert(chained.end(), items.begin(), items.end());
    }
    if (!haveOwnBatches(options)) cut(chained, options.batchSize, options.dropLast, batches);
    return batches;
}

/// Sorted by duration with noise, cut, and the batches shuffled. Source: NeMo's asr_batching.py.
std::vector<BatchIndices> semiSortedBatches(const model::SemiSorting& sorting,
                                            const model::LoaderOptions& options, std::uint64_t seed,
                                            std::int64_t epoch) {
    const std::vector<float>& durations = sorting.durations;
    Order order(durations.size());
    std::iota(order.begin(), order.end(), 0);
    const auto [least, most] = std::ranges::minmax(durations);
    const double bound = static_cast<double>(most - least) * sorting.randomization / 2;
    const Draws draws(seed, epoch, kNoiseStream);
    std::vector<double> keys(durations.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        keys[i] = static_cast<double>(durations[i]) + (2 * draws.unit(i) - 1) * bound;
    std::ranges::stable_sort(order, {}, [&](std::int64_t i) { return keys[static_cast<std::size_t>(i)]; });
    if (options.dropLast) { // items anywhere, not the longest
        const Draws dropped(seed, epoch, kDropStream);
        for (std::size_t n = order.size() % static_cast<std::size_t>(options.batchSize); n > 0; --n)
            order.erase(order.begin() + static_cast<std::ptrdiff_t>(dropped(n) % order.size()));
    }
    std::vector<BatchIndices> batches;
    cut(order, options.batchSize, options.dropLast, batches);
    if (options.shuffle) shuffle(batches, Draws(sorting.seed, epoch, kBatchStream));
    return batches;
}

/// Copies the batch where a GPU can fetch it from while the processor goes on.
void pin(model::Batch& batch) {
    for (torch::Tensor& tensor : batch.tensors)
        tensor = tensor.pin_memory();
}

} // namespace

std::int64_t batchCount(std::int64_t items, const model::LoaderOptions& options) {
    if (options.buckets.empty()) return countOf(items, options.batchSize, options.dropLast);
    std::int64_t batches = 0, chained = 0;
    for (const model::Bucket& bucket : options.buckets) {
        if (bucket.batchSize > 0) batches += countOf(bucket.items, bucket.batchSize, /*dropLast=*/false);
        chained += bucket.items;
    }
    return haveOwnBatches(options) ? batches : countOf(chained, options.batchSize, options.dropLast);
}

std::vector<BatchIndices> epochBatches(std::int64_t items, const model::LoaderOptions& options,
                                       std::uint64_t seed, std::int64_t epoch) {
    if (!options.buckets.empty()) return bucketBatches(options, seed, epoch);
    if (options.semiSorting && !options.semiSorting->durations.empty())
        return semiSortedBatches(*options.semiSorting, options, seed, epoch);
    std::vector<BatchIndices> batches;
    cut(itemsOf({.first = 0, .items = items}, options, Draws(seed, epoch)), options.batchSize,
        options.dropLast, batches);
    return batches;
}

std::unique_ptr<BatchStream> openStream(std::shared_ptr<const model::Dataset> dataset,
                                        std::vector<BatchIndices> batches, Log* log, std::uint64_t seed) {
    const std::size_t count = batches.size();
    const model::LoaderOptions& loader = dataset->loader();
    const bool pinned = loader.pinMemory && nn::cudaIsAvailable();
    data::PrefetchOptions prefetch{.workers = loader.workers};
    prefetch.ahead =
        static_cast<std::size_t>(std::max(1, loader.workers) * std::max(1, loader.prefetchFactor));
    if (log)
        prefetch.stalled = [dataset, log] {
            if (const std::string text = dataset->underWay(); !text.empty()) log->warning(text);
        };
    auto load = [dataset, batches = std::move(batches), pinned, seed](std::size_t index,
                                                                      const std::stop_token& stop) {
        Result<model::Batch> batch = dataset->loadFor({.seed = seed, .stop = stop}, batches[index]);
        if (batch && pinned) pin(*batch);
        return batch;
    };
    return std::make_unique<BatchStream>(count, BatchStream::Load(std::move(load)), prefetch);
}

} // namespace fathom::train
