// SPDX-License-Identifier: Apache-2.0
// Numbers about a tensor's values, as a table of weights shows them.
//
//   const auto numbers = archive::statistics(tensor);
//   const auto bars = archive::histogram(tensor, 48, numbers->minimum, numbers->maximum);
#pragma once

#include "engine/archive/parallel_chunks.h"
#include "engine/archive/tensor.h"

#include <optional>

namespace fathom::archive {

/// Over the finite values, computed in float64; `count` is all of them.
struct TensorStatistics {
    std::int64_t count = 0;
    std::int64_t zeros = 0;
    std::int64_t nans = 0;
    std::int64_t infinities = 0;
    double minimum = 0;
    double maximum = 0;
    double mean = 0;
    double standardDeviation = 0; ///< of the population
    double norm = 0;              ///< Euclidean

    [[nodiscard]] std::int64_t finite() const { return count - nans - infinities; }
    /// The share of zeros, 0 … 1.
    [[nodiscard]] double sparsity() const {
        return count > 0 ? static_cast<double>(zeros) / static_cast<double>(count) : 0.0;
    }
};

/// Reads every element once; the numbers do not depend on how many threads share the work. Nothing for
/// complex tensors and when stopped. Any thread.
[[nodiscard]] std::optional<TensorStatistics> statistics(const Tensor& tensor,
                                                         const ScanOptions& options = {});

struct Histogram {
    double low = 0;
    double high = 0;
    std::vector<std::int64_t> counts{}; ///< equal bins; a value on an edge falls into the upper one, `high`
                                        ///< into the last, as in numpy.histogram
    std::int64_t below = 0;             ///< finite values less than `low`
    std::int64_t above = 0;
};

/// Reads every element once. Where low = high, all values equal to it fall into the first bin. Nothing for
/// complex tensors, fewer than one bin, a range that is not finite or runs backwards, and when stopped. Any
/// thread.
[[nodiscard]] std::optional<Histogram> histogram(const Tensor& tensor, int bins, double low, double high,
                                                 const ScanOptions& options = {});

/// Value of one element as float64; `bytes` holds at least one. Not for complex dtypes.
[[nodiscard]] double elementValue(DType dtype, std::span<const std::byte> bytes);

} // namespace fathom::archive
