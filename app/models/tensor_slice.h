// SPDX-License-Identifier: GPL-3.0-or-later
// Two axes of a tensor with the others held still: what the heat map and the table of values show.
#pragma once

#include "engine/archive/tensor.h"
#include "widgets/heat_cells.h"

#include <QString>

#include <stop_token>
#include <vector>

namespace fathom::app {

/// The last two axes as rows and columns; of a vector one row, or rows of `wrap` elements. Keeps the tensor's
/// bytes alive. Any thread.
class TensorSlice {
public:
    TensorSlice() = default;
    /// `leading` are the indices of the axes before the last two, each within its extent. `wrap` breaks a
    /// vector into rows; 0 leaves it one row.
    TensorSlice(archive::Tensor tensor, std::vector<qint64> leading, qint64 wrap = 0);

    [[nodiscard]] const archive::Tensor& tensor() const { return m_tensor; }
    [[nodiscard]] qint64 rows() const { return m_rows; }
    [[nodiscard]] qint64 columns() const { return m_columns; }
    /// False behind the end of the last row of a wrapped vector.
    [[nodiscard]] bool has(qint64 row, qint64 column) const;
    /// One element's bytes; empty where has() is false.
    [[nodiscard]] std::span<const std::byte> bytes(qint64 row, qint64 column) const;
    /// Elements of one row from `column` on, as plottedValue gives them; all of them there.
    void values(qint64 row, qint64 column, std::span<double> out) const;
    /// "[0, 17, 3]", as Python indexes it.
    [[nodiscard]] QString indexText(qint64 row, qint64 column) const;

private:
    archive::Tensor m_tensor{};
    std::vector<qint64> m_leading{};
    qint64 m_rows = 0;
    qint64 m_columns = 0;
    qint64 m_wrap = 0;
    qint64 m_offset = 0; ///< of the slice's first element, in elements
    qint64 m_rowStride = 0;
    qint64 m_columnStride = 0;
};

/// The element as a number to colour: its value, of complex ones the magnitude.
[[nodiscard]] double plottedValue(archive::DType dtype, std::span<const std::byte> bytes);
/// Every digit that tells the value from its neighbours of that dtype: "0.1", "-9223372036854775807", "1-2j".
[[nodiscard]] QString exactText(archive::DType dtype, std::span<const std::byte> bytes);
/// The same of a number that plottedValue gave; integers of more than 53 bits are rounded.
[[nodiscard]] QString exactText(archive::DType dtype, double value);
/// Four significant digits.
[[nodiscard]] QString shortText(archive::DType dtype, std::span<const std::byte> bytes);

/// The element of greatest magnitude of each cell. Reads the whole region; for a background thread. Empty
/// when stopped.
[[nodiscard]] widgets::HeatCells heatCells(const TensorSlice& slice, const widgets::HeatRegion& region,
                                           std::stop_token stop);

} // namespace fathom::app
