// SPDX-License-Identifier: GPL-3.0-or-later
// What the Archive page shows about the values of one tensor.
#pragma once

#include "engine/archive/statistics.h"
#include "engine/archive/tensor.h"

#include <array>
#include <cstdint>
#include <optional>
#include <stop_token>

namespace fathom::app {

struct TensorSummary {
    static constexpr std::size_t kBins = 48;

    archive::TensorStatistics statistics{};
    double norm = 0;                             ///< Euclidean, over the finite values
    std::array<std::int64_t, kBins> histogram{}; ///< equal bins from minimum to maximum
};

/// Reads every element twice; for a background thread. Nothing for complex tensors and when stopped.
[[nodiscard]] std::optional<TensorSummary> summarize(const archive::Tensor& tensor, std::stop_token stop);

} // namespace fathom::app
