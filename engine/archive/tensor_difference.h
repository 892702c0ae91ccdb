// SPDX-License-Identifier: Apache-2.0
// How far the values of two tensors are apart.
#pragma once

#include "engine/archive/parallel_chunks.h"
#include "engine/archive/tensor.h"

#include <optional>
#include <utility>

namespace fathom::archive {

/// Over float64 values; an element that is NaN on one side, or infinite where the other is not the same,
/// makes norm and largest infinite and the cosine NaN; NaN on both sides counts as equal.
struct TensorDifference {
    double norm = 0;       ///< Euclidean, of after - before
    double cosine = 0;     ///< of the angle between them; 1 where both are zero, 0 where one is
    double largest = 0;    ///< largest |after - before|
    double normBefore = 0; ///< Euclidean, of finite elements and of those that differ
    double normAfter = 0;
};

/// What is to be compared: shapes are equal, dtypes may differ.
using TensorPair = std::pair<const Tensor*, const Tensor*>;

struct PairComparison {
    bool isIdentical = false;                     ///< same dtype, same bytes
    std::optional<TensorDifference> difference{}; ///< where not identical; nothing for complex dtypes
};

/// One for each pair, the work of all shared out among threads; nothing when stopped. Reads identical pairs
/// once, others twice.
[[nodiscard]] std::optional<std::vector<PairComparison>> compareTensors(const std::vector<TensorPair>& pairs,
                                                                        const ScanOptions& options = {});

} // namespace fathom::archive
