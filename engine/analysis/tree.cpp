// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/tree.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace fathom::analysis {

namespace {

constexpr unsigned kMostLevels = 64;

struct Level {
    unsigned level = 0;
    double sum = 0;
    double count = 0;
};

} // namespace

Tree::Tree(const std::vector<ForestColumn>& columns, std::span<const double> y, std::vector<std::size_t> rows,
           unsigned leastLeaf, Random& random) {
    Growing growing{columns, y, leastLeaf, random, std::vector<std::size_t>(columns.size())};
    std::iota(growing.order.begin(), growing.order.end(), std::size_t{0});
    m_nodes.emplace_back();
    grow(growing, 0, rows);
}

void Tree::grow(Growing& growing, std::size_t node, std::span<std::size_t> rows) {
    double sum = 0;
    for (const std::size_t row : rows)
        sum += growing.y[row];
    m_nodes[node].mean = sum / static_cast<double>(rows.size());
    if (rows.size() < 2 * std::size_t{growing.leastLeaf}) return;
    Split best{.gain = sum * m_nodes[node].mean * (1 + 1e-12) + 1e-300};
    // A third of the columns, as Breiman has it for regression; the next ones when these part nothing.
    const std::size_t wanted = (growing.columns.size() + 2) / 3;
    for (std::size_t tried = 0; tried < growing.order.size(); ++tried) {
        if (tried >= wanted && best.column >= 0) break;
        std::swap(growing.order[tried],
                  growing.order[tried + growing.random.below(growing.order.size() - tried)]);
        tryColumn(growing, growing.order[tried], rows, best);
    }
    if (best.column < 0) return;
    const auto& levels = growing.columns[static_cast<std::size_t>(best.column)].levels;
    const auto middle = std::partition(
        rows.begin(), rows.end(), [&](std::size_t row) { return (best.leftLevels >> levels[row] & 1) != 0; });
    const auto leftCount = static_cast<std::size_t>(middle - rows.begin());
    const std::size_t children = m_nodes.size();
    m_nodes.resize(children + 2);
    m_nodes[node].column = best.column;
    m_nodes[node].leftLevels = best.leftLevels;
    m_nodes[node].children = children;
    grow(growing, children, rows.first(leftCount));
    grow(growing, children + 1, rows.subspan(leftCount));
}

void Tree::tryColumn(const Growing& growing, std::size_t column, std::span<const std::size_t> rows,
                     Split& best) {
    const ForestColumn& data = growing.columns[column];
    std::array<Level, kMostLevels> levels{};
    double sum = 0;
    for (const std::size_t row : rows) {
        Level& level = levels[data.levels[row]];
        level.sum += growing.y[row];
        level.count += 1;
        sum += growing.y[row];
    }
    std::array<Level, kMostLevels> present;
    std::size_t count = 0;
    for (unsigned i = 0; i < data.levelCount; ++i)
        if (levels[i].count > 0) present[count++] = {i, levels[i].sum, levels[i].count};
    // In the order of the means the best of all partitions is one of the cuts (Fisher 1958).
    if (!data.isOrdered)
        std::sort(present.begin(), present.begin() + static_cast<std::ptrdiff_t>(count),
                  [](const Level& a, const Level& b) { return a.sum * b.count < b.sum * a.count; });
    double leftSum = 0;
    double leftCount = 0;
    std::uint64_t leftLevels = 0;
    const auto all = static_cast<double>(rows.size());
    for (std::size_t i = 0; i + 1 < count; ++i) {
        leftSum += present[i].sum;
        leftCount += present[i].count;
        leftLevels |= std::uint64_t{1} << present[i].level;
        const double rightCount = all - leftCount;
        if (leftCount < growing.leastLeaf || rightCount < growing.leastLeaf) continue;
        const double rightSum = sum - leftSum;
        const double gain = leftSum * leftSum / leftCount + rightSum * rightSum / rightCount;
        if (gain > best.gain) best = {gain, static_cast<int>(column), leftLevels};
    }
}

} // namespace fathom::analysis
