// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_readout.h"

#include "widgets/number_format.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

std::vector<QString> distinctNumbers(std::span<const double> values) {
    constexpr int kLeast = 4;
    constexpr int kMost = 17; // a double has no more
    std::vector<double> sorted(values.begin(), values.end());
    std::erase_if(sorted, [](double v) { return !std::isfinite(v); });
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    int digits = kLeast;
    const auto same = [&] { // rounding keeps the order, so neighbours are enough
        for (std::size_t i = 1; i < sorted.size(); ++i)
            if (formatNumber(sorted[i - 1], digits) == formatNumber(sorted[i], digits)) return true;
        return false;
    };
    while (digits < kMost && same())
        ++digits;
    std::vector<QString> texts;
    texts.reserve(values.size());
    for (const double value : values)
        texts.push_back(formatNumber(value, digits));
    return texts;
}

} // namespace fathom::widgets
