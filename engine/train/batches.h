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

/// How many batches an epoch has, the same in all of them. With buckets, `items` is not asked.
[[nodiscard]] std::int64_t batchCount(std::int64_t items, const model::LoaderOptions& options);

/// The items of each batch, a function of seed and epoch alone: buckets, shuffle buffer and semi-sorting as
/// the options say. Cheap (nothing is loaded), so that a run may begin anywhere in an epoch.
[[nodiscard]] std::vector<BatchIndices> epochBatches(std::int64_t items, const model::LoaderOptions& options,
                                                     std::uint64_t seed, std::int64_t epoch);

/// Loads the batches in order on the set's worker threads, ahead of the loop, into page-locked memory where
/// the set asks for it and there is CUDA. `log` (borrowed, may be null) is warned of an item that keeps the
/// loop waiting. `seed` is the epoch's: it decides what is random about an item.
using BatchStream = data::Loader<model::Batch>;
[[nodiscard]] std::unique_ptr<BatchStream> openStream(std::shared_ptr<const model::Dataset> dataset,
                                                      std::vector<BatchIndices> batches, Log* log = nullptr,
                                                      std::uint64_t seed = 0);

} // namespace fathom::train
