// SPDX-License-Identifier: GPL-3.0-or-later
// What a heat map asks for and is given.
#pragma once

#include <QtGlobal>

#include <utility>
#include <vector>

namespace fathom::widgets {

/// Rows and columns of the matrix, and the grid of cells to divide them into.
struct HeatRegion {
    qint64 row = 0;
    qint64 column = 0;
    qint64 rows = 0;
    qint64 columns = 0;
    int gridRows = 0; ///< ≤ rows
    int gridColumns = 0;

    /// Rows [first, second) of grid row `i`.
    [[nodiscard]] std::pair<qint64, qint64> rowsOf(int i) const {
        return {row + rows * i / gridRows, row + rows * (i + 1) / gridRows};
    }
    [[nodiscard]] std::pair<qint64, qint64> columnsOf(int i) const {
        return {column + columns * i / gridColumns, column + columns * (i + 1) / gridColumns};
    }
    friend bool operator==(const HeatRegion& a, const HeatRegion& b) = default;
};

/// The element a cell stands for: NaN before infinities, those before the greatest magnitude.
struct HeatCell {
    double value = 0;
    qint64 row = 0;
    qint64 column = 0;
};

struct HeatCells {
    HeatRegion region{};
    std::vector<HeatCell> cells{}; ///< gridRows × gridColumns, row by row
};

/// What is under the pointer.
struct HeatPoint {
    HeatCell cell{};
    qint64 rows = 1; ///< of the block that the cell stands for
    qint64 columns = 1;
};

} // namespace fathom::widgets
