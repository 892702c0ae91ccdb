// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/min_max_pyramid.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {
constexpr std::size_t kBlock = 16;
}

void MinMaxPyramid::clear() {
    m_values.clear();
    m_levels.clear();
}

void MinMaxPyramid::append(double value) {
    const std::size_t index = m_values.size();
    m_values.push_back(value);
    std::size_t block = index / kBlock;
    for (std::size_t level = 0;; ++level) {
        if (level == m_levels.size()) {
            if (block == 0 && level > 0) break; // one block above everything says nothing new
            m_levels.emplace_back();
            // The level is new: fill in what the one below already holds.
            if (level > 0) {
                const auto& below = m_levels[level - 1];
                m_levels[level].resize((below.size() + kBlock - 1) / kBlock);
                for (std::size_t i = 0; i < below.size(); ++i)
                    m_levels[level][i / kBlock].include(below[i]);
            }
        }
        auto& blocks = m_levels[level];
        if (blocks.size() <= block) blocks.resize(block + 1);
        if (std::isfinite(value)) blocks[block].include(value);
        block /= kBlock;
    }
}

void MinMaxPyramid::assign(const std::vector<double>& values) {
    clear();
    m_values.reserve(values.size());
    for (const double value : values)
        append(value);
}

MinMax MinMaxPyramid::range(std::size_t first, std::size_t last) const {
    MinMax result;
    last = std::min(last, m_values.size());
    const auto includeRaw = [&](std::size_t i) {
        if (std::isfinite(m_values[i])) result.include(m_values[i]);
    };
    while (first < last && first % kBlock != 0)
        includeRaw(first++);
    while (first < last && last % kBlock != 0)
        includeRaw(--last);
    first /= kBlock;
    last /= kBlock;
    for (std::size_t level = 0; first < last; ++level) {
        const auto& blocks = m_levels[level];
        const bool top = level + 1 == m_levels.size();
        while (first < last && (top || first % kBlock != 0))
            result.include(blocks[first++]);
        while (first < last && last % kBlock != 0)
            result.include(blocks[--last]);
        first /= kBlock;
        last /= kBlock;
    }
    return result;
}

} // namespace fathom::widgets
