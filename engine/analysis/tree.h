// SPDX-License-Identifier: Apache-2.0
// One tree of a forest. Internal to engine/analysis.
#pragma once

#include "engine/analysis/forest.h"
#include "engine/analysis/random.h"

#include <cstddef>

namespace fathom::analysis {

class Tree {
public:
    /// Grown on `rows` (a bootstrap sample, which is reordered).
    Tree(const std::vector<ForestColumn>& columns, std::span<const double> y, std::vector<std::size_t> rows,
         unsigned leastLeaf, Random& random);

    /// Prediction for a row whose level in a column is `level(column)`; `visit(column)` is called for each
    /// column that was asked for.
    template <class Level, class Visit> double predict(const Level& level, const Visit& visit) const {
        std::size_t node = 0;
        while (m_nodes[node].column >= 0) {
            const auto column = static_cast<std::size_t>(m_nodes[node].column);
            visit(column);
            const bool left = (m_nodes[node].leftLevels >> level(column) & 1) != 0;
            node = m_nodes[node].children + (left ? 0 : 1);
        }
        return m_nodes[node].mean;
    }

private:
    struct Node {
        int column = -1;              ///< -1: a leaf
        std::uint64_t leftLevels = 0; ///< bits of the levels that go to the first child
        std::size_t children = 0;     ///< two in a row
        double mean = 0;
    };
    struct Split {
        double gain = 0;
        int column = -1;
        std::uint64_t leftLevels = 0;
    };
    struct Growing {
        const std::vector<ForestColumn>& columns;
        std::span<const double> y;
        unsigned leastLeaf;
        Random& random;
        std::vector<std::size_t> order; ///< of columns, to draw from
    };
    void grow(Growing& growing, std::size_t node, std::span<std::size_t> rows);
    static void tryColumn(const Growing& growing, std::size_t column, std::span<const std::size_t> rows,
                          Split& best);
    std::vector<Node> m_nodes;
};

} // namespace fathom::analysis
