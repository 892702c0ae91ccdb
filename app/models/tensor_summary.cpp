// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/tensor_summary.h"

#include <algorithm>

namespace fathom::app {

std::optional<TensorSummary> summarize(const archive::Tensor& tensor, std::stop_token stop) {
    const archive::ScanOptions options{.stop = std::move(stop)};
    const auto statistics = archive::statistics(tensor, options);
    if (!statistics) return std::nullopt;
    const auto histogram = archive::histogram(tensor, static_cast<int>(TensorSummary::kBins),
                                              statistics->minimum, statistics->maximum, options);
    if (!histogram) return std::nullopt;
    TensorSummary summary{.statistics = *statistics, .norm = statistics->norm};
    std::copy(histogram->counts.begin(), histogram->counts.end(), summary.histogram.begin());
    return summary;
}

} // namespace fathom::app
