// SPDX-License-Identifier: Apache-2.0
// Numbers about a tensor's values, as a table of weights shows them.
#pragma once

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
};

/// Reads every element once. Nothing for complex tensors. Any thread.
[[nodiscard]] std::optional<TensorStatistics> statistics(const Tensor& tensor);

/// Value of one element as float64; `bytes` holds at least one. Not for complex dtypes.
[[nodiscard]] double elementValue(DType dtype, std::span<const std::byte> bytes);

} // namespace fathom::archive
