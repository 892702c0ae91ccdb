// SPDX-License-Identifier: Apache-2.0
// The order of a data set's items, and threads that load them ahead of the loop.
//
//   auto plan = epochBatches(dataset->size(), dataset->loader(), seed, epoch);
//   auto stream = openStream(dataset, std::move(plan));
//   while (true) { auto batch = stream->next(stop); if (!batch || !*batch) break; … }
#pragma once

#include "engine/data/loader.h"
#include "engine/model/model.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace fathom::train {

using BatchIndices = std::vector<std::int64_t>;

/// A well mixed number from several (splitmix64): every stream of randomness of a run derives from its seed
/// this way.
[[nodiscard]] std::uint64_t mixSeed(std::uint64_t seed, std::uint64_t stream, std::uint64_t position);

/// Batches of an epoch without dropping or limiting: how many there are.
[[nodiscard]] std::int64_t batchCount(std::int64_t items, const model::LoaderOptions& options);

/// The items of each batch. With shuffling, a function of seed and epoch alone.
[[nodiscard]] std::vector<BatchIndices> epochBatches(std::int64_t items, const model::LoaderOptions& options,
                                                     std::uint64_t seed, std::int64_t epoch);

/// Loads the batches in order on the set's worker threads, ahead of the loop.
using BatchStream = data::Loader<model::Batch>;
[[nodiscard]] std::unique_ptr<BatchStream> openStream(std::shared_ptr<const model::Dataset> dataset,
                                                      std::vector<BatchIndices> batches);

} // namespace fathom::train
