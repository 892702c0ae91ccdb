// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/min_max_pyramid.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr std::size_t kBlock = 16;

/// An eighth more at a time: doubling would leave half of a long series' memory empty.
template <typename T> void grow(std::vector<T>& values, std::size_t size) {
    if (size > values.capacity()) values.reserve(std::max(size, values.size() + values.size() / 8 + kBlock));
}

} // namespace

namespace detail {

template <typename T> void BlockLevels<T>::extend(const std::vector<T>& values, std::size_t from) {
    std::size_t below = values.size();
    for (std::size_t level = 0; below > 1; ++level) {
        if (level == m_levels.size()) m_levels.emplace_back();
        auto& blocks = m_levels[level];
        // A new level starts with all that the one below already holds.
        const std::size_t begin = std::min(from / kBlock, blocks.size());
        const std::size_t count = (below + kBlock - 1) / kBlock;
        grow(blocks, count);
        blocks.resize(count);
        for (std::size_t b = begin; b < count; ++b) {
            Extremes extremes;
            const std::size_t end = std::min(below, (b + 1) * kBlock);
            for (std::size_t i = b * kBlock; i < end; ++i) {
                if (level == 0) {
                    if (!std::isfinite(values[i])) continue;
                    extremes.minimum = std::min(extremes.minimum, values[i]);
                    extremes.maximum = std::max(extremes.maximum, values[i]);
                } else {
                    extremes.minimum = std::min(extremes.minimum, m_levels[level - 1][i].minimum);
                    extremes.maximum = std::max(extremes.maximum, m_levels[level - 1][i].maximum);
                }
            }
            blocks[b] = extremes;
        }
        below = count;
        from /= kBlock;
    }
}

template <typename T>
auto BlockLevels<T>::range(const std::vector<T>& values, std::size_t first, std::size_t last,
                           bool infinities) const -> Extremes {
    Extremes result;
    const auto value = [&](T v) { // comparisons with NaN are false
        if (infinities && std::isinf(v)) return;
        result.minimum = v < result.minimum ? v : result.minimum;
        result.maximum = v > result.maximum ? v : result.maximum;
    };
    const auto block = [&](const Extremes& e) {
        result.minimum = e.minimum < result.minimum ? e.minimum : result.minimum;
        result.maximum = e.maximum > result.maximum ? e.maximum : result.maximum;
    };
    while (first < last && first % kBlock != 0)
        value(values[first++]);
    while (first < last && last % kBlock != 0)
        value(values[--last]);
    first /= kBlock;
    last /= kBlock;
    for (std::size_t level = 0; first < last; ++level) {
        const auto& blocks = m_levels[level];
        const bool top = level + 1 == m_levels.size();
        while (first < last && (top || first % kBlock != 0))
            block(blocks[first++]);
        while (first < last && last % kBlock != 0)
            block(blocks[--last]);
        first /= kBlock;
        last /= kBlock;
    }
    return result;
}

template <typename T> std::size_t BlockLevels<T>::bytes() const {
    std::size_t sum = 0;
    for (const auto& level : m_levels)
        sum += level.capacity() * sizeof(Extremes);
    return sum;
}

template <typename T>
template <typename Descend, typename Leaf>
void BlockLevels<T>::visit(std::size_t size, std::size_t first, std::size_t last, const Descend& descend,
                           const Leaf& leaf) const {
    last = std::min(last, size);
    if (first >= last) return;
    if (m_levels.empty()) return leaf(first, last);
    const std::size_t level = m_levels.size() - 1;
    for (std::size_t b = 0; b < m_levels[level].size(); ++b)
        visitBlock(level, b, first, last, descend, leaf);
}

template <typename T>
template <typename Descend, typename Leaf>
void BlockLevels<T>::visitBlock(std::size_t level, std::size_t block, std::size_t first, std::size_t last,
                                const Descend& descend, const Leaf& leaf) const {
    std::size_t width = kBlock;
    for (std::size_t i = 0; i < level; ++i)
        width *= kBlock;
    const std::size_t begin = std::max(first, block * width);
    const std::size_t end = std::min(last, (block + 1) * width);
    if (begin >= end || !descend(m_levels[level][block], begin, end)) return;
    if (level == 0) return leaf(begin, end);
    const std::size_t children = std::min(m_levels[level - 1].size(), (block + 1) * kBlock);
    for (std::size_t child = block * kBlock; child < children; ++child)
        visitBlock(level - 1, child, first, last, descend, leaf);
}

} // namespace detail

void MinMaxPyramid::clear() {
    *this = MinMaxPyramid();
}

void MinMaxPyramid::widen() {
    m_doubles.assign(m_floats.begin(), m_floats.end());
    m_doubleLevels.extend(m_doubles, 0);
    m_floats = {};
    m_floatLevels = {};
    m_single = false;
}

void MinMaxPyramid::append(std::span<const double> values) {
    const std::size_t from = size();
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i])) noteGap(from + i, values[i]);
    // NaN differs from itself, and the float of a large double is infinite.
    const auto exact = [](double v) {
        return std::isnan(v) || static_cast<double>(static_cast<float>(v)) == v;
    };
    if (m_single && !std::all_of(values.begin(), values.end(), exact)) widen();
    if (m_single) {
        grow(m_floats, from + values.size());
        for (const double value : values)
            m_floats.push_back(static_cast<float>(value));
        m_floatLevels.extend(m_floats, from);
    } else {
        grow(m_doubles, from + values.size());
        m_doubles.insert(m_doubles.end(), values.begin(), values.end());
        m_doubleLevels.extend(m_doubles, from);
    }
}

void MinMaxPyramid::noteGap(std::size_t index, double value) {
    const Kind kind = std::isnan(value) ? Kind::NaN : value > 0 ? Kind::Positive : Kind::Negative;
    m_infinities = m_infinities || kind != Kind::NaN;
    if (!m_gaps.empty() && m_gaps.back().kind == kind && m_gaps.back().first + m_gaps.back().count == index) {
        ++m_gaps.back().count;
        return;
    }
    m_gaps.push_back({.first = index, .count = 1, .kind = kind, .before = nonFiniteBefore(index)});
}

NonFinite MinMaxPyramid::nonFiniteBefore(std::size_t index) const {
    const auto after =
        std::partition_point(m_gaps.begin(), m_gaps.end(), [&](const Gap& gap) { return gap.first < index; });
    if (after == m_gaps.begin()) return {};
    const Gap& gap = *std::prev(after);
    NonFinite result = gap.before;
    const std::size_t seen = std::min(gap.count, index - gap.first);
    switch (gap.kind) {
    case Kind::NaN:
        result.nan += seen;
        break;
    case Kind::Positive:
        result.positive += seen;
        break;
    case Kind::Negative:
        result.negative += seen;
        break;
    }
    return result;
}

NonFinite MinMaxPyramid::nonFinite(std::size_t first, std::size_t last) const {
    if (m_gaps.empty() || first >= last) return {};
    const NonFinite begin = nonFiniteBefore(first);
    const NonFinite end = nonFiniteBefore(last);
    return {end.nan - begin.nan, end.positive - begin.positive, end.negative - begin.negative};
}

MinMax MinMaxPyramid::range(std::size_t first, std::size_t last) const {
    last = std::min(last, size());
    return with([&](const auto& values, const auto& levels) {
        const auto extremes = levels.range(values, first, last, m_infinities);
        return MinMax{extremes.minimum, extremes.maximum};
    });
}

double MinMaxPyramid::smallestPositive(std::size_t first, std::size_t last) const {
    double smallest = std::numeric_limits<double>::infinity();
    with([&](const auto& values, const auto& levels) {
        levels.visit(
            values.size(), first, last,
            [&](const auto& block, std::size_t begin, std::size_t end) {
                if (!(block.maximum > 0) || block.minimum >= smallest) return false;
                if (block.minimum <= 0) return true;
                smallest = std::min<double>(smallest, levels.range(values, begin, end, m_infinities).minimum);
                return false;
            },
            [&](std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i)
                    if (values[i] > 0 && values[i] < smallest) smallest = values[i];
            });
        return 0;
    });
    return smallest;
}

Outside MinMaxPyramid::outside(std::size_t first, std::size_t last, double low, double high) const {
    Outside result;
    with([&](const auto& values, const auto& levels) {
        levels.visit(
            values.size(), first, last,
            [&](const auto& block, std::size_t begin, std::size_t end) {
                const bool above = block.minimum > high && block.minimum <= block.maximum;
                const bool below = block.maximum < low && block.minimum <= block.maximum;
                if (!above && !below) return block.minimum < low || block.maximum > high;
                (above ? result.above : result.below) += end - begin - nonFinite(begin, end).count();
                return false; // the whole block is
            },
            [&](std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i) {
                    if (!std::isfinite(values[i])) continue;
                    result.below += values[i] < low ? 1 : 0;
                    result.above += values[i] > high ? 1 : 0;
                }
            });
        return 0;
    });
    return result;
}

std::size_t MinMaxPyramid::bytes() const {
    return m_floats.capacity() * sizeof(float) + m_doubles.capacity() * sizeof(double) +
           m_floatLevels.bytes() + m_doubleLevels.bytes() + m_gaps.capacity() * sizeof(Gap);
}

} // namespace fathom::widgets
