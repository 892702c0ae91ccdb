// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/tensor_summary.h"

#include <algorithm>
#include <cmath>

namespace fathom::app {

std::optional<TensorSummary> summarize(const archive::Tensor& tensor, std::stop_token stop) {
    const auto statistics = archive::statistics(tensor);
    if (!statistics || stop.stop_requested()) return std::nullopt;
    TensorSummary summary;
    summary.statistics = *statistics;
    const auto finite = static_cast<double>(statistics->count - statistics->nans - statistics->infinities);
    const double meanSquare =
        statistics->mean * statistics->mean + statistics->standardDeviation * statistics->standardDeviation;
    summary.norm = std::sqrt(finite * meanSquare);
    const double width =
        (statistics->maximum - statistics->minimum) / static_cast<double>(TensorSummary::kBins);
    const std::size_t itemSize = archive::itemSize(tensor.dtype);
    tensor.visitContiguous([&](std::span<const std::byte> bytes) {
        for (; bytes.size() >= itemSize && !stop.stop_requested(); bytes = bytes.subspan(itemSize)) {
            const double value = archive::elementValue(tensor.dtype, bytes);
            if (!std::isfinite(value)) continue;
            const double bin = width > 0 ? (value - statistics->minimum) / width : 0;
            ++summary.histogram[std::min(TensorSummary::kBins - 1,
                                         static_cast<std::size_t>(std::max(0.0, bin)))];
        }
    });
    if (stop.stop_requested()) return std::nullopt;
    return summary;
}

} // namespace fathom::app
