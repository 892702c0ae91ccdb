// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/tensor_slice.h"

#include "engine/archive/element_reader.h"
#include "engine/archive/parallel_chunks.h"
#include "engine/archive/statistics.h"
#include "widgets/number_format.h"

#include <QStringList>

#include <array>
#include <charconv>
#include <cmath>
#include <complex>

namespace fathom::app {

namespace {

using archive::DType;
using Bytes = std::span<const std::byte>;

bool isComplex(DType dtype) {
    return dtype == DType::Complex64 || dtype == DType::Complex128;
}

std::complex<double> complexValue(DType dtype, Bytes bytes) {
    const DType part = dtype == DType::Complex64 ? DType::Float32 : DType::Float64;
    return {archive::elementValue(part, bytes),
            archive::elementValue(part, bytes.subspan(archive::itemSize(part)))};
}

std::uint64_t bits64(Bytes bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8 && i < bytes.size(); ++i)
        value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    return value;
}

template <class T> QString shortest(T value) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return QString::fromLatin1(text.data(), end - text.data());
}

QString shortestOf(DType dtype, double value) {
    if (!std::isfinite(value)) return widgets::formatNumber(value);
    return dtype == DType::Float64 || dtype == DType::Complex128 ? shortest(value)
                                                                 : shortest(static_cast<float>(value));
}

/// Whether `a` stands for the cell rather than `b`: NaN before infinities, those before greater magnitudes.
bool outranks(double a, double b) {
    if (std::isnan(b)) return false;
    return std::isnan(a) || std::abs(a) > std::abs(b);
}

} // namespace

TensorSlice::TensorSlice(archive::Tensor tensor, std::vector<qint64> leading, qint64 wrap)
    : m_tensor(std::move(tensor)), m_leading(std::move(leading)) {
    const std::size_t rank = m_tensor.shape.size();
    if (rank == 0) {
        m_rows = m_columns = 1;
        return;
    }
    m_columns = m_tensor.shape[rank - 1];
    m_columnStride = m_tensor.stride[rank - 1];
    m_rows = 1;
    if (rank == 1) {
        if (wrap > 0 && m_columns > wrap) {
            m_wrap = wrap;
            m_rows = (m_columns + wrap - 1) / wrap;
            m_columns = wrap;
            m_rowStride = wrap * m_columnStride;
        }
    } else {
        m_rows = m_tensor.shape[rank - 2];
        m_rowStride = m_tensor.stride[rank - 2];
        for (std::size_t axis = 0; axis + 2 < rank; ++axis)
            m_offset += m_leading[axis] * m_tensor.stride[axis];
    }
    if (m_tensor.elementCount() == 0) m_rows = m_columns = 0;
}

bool TensorSlice::has(qint64 row, qint64 column) const {
    if (row < 0 || column < 0 || row >= m_rows || column >= m_columns) return false;
    return m_wrap == 0 || row * m_wrap + column < m_tensor.shape.front();
}

Bytes TensorSlice::bytes(qint64 row, qint64 column) const {
    if (!has(row, column)) return {};
    const std::size_t size = archive::itemSize(m_tensor.dtype);
    const qint64 element = m_offset + row * m_rowStride + column * m_columnStride;
    return m_tensor.bytes.subspan(static_cast<std::size_t>(element) * size, size);
}

QString TensorSlice::indexText(qint64 row, qint64 column) const {
    QStringList parts;
    for (std::size_t axis = 0; axis + 2 < m_tensor.shape.size(); ++axis)
        parts.append(QString::number(m_leading[axis]));
    if (m_tensor.shape.size() >= 2) parts.append(QString::number(row));
    if (!m_tensor.shape.empty()) parts.append(QString::number(m_wrap > 0 ? row * m_wrap + column : column));
    return QLatin1Char('[') + parts.join(QStringLiteral(", ")) + QLatin1Char(']');
}

double plottedValue(DType dtype, Bytes bytes) {
    return isComplex(dtype) ? std::abs(complexValue(dtype, bytes)) : archive::elementValue(dtype, bytes);
}

QString exactText(DType dtype, Bytes bytes) {
    switch (dtype) {
    case DType::Bool:
        return archive::elementValue(dtype, bytes) != 0 ? QStringLiteral("True") : QStringLiteral("False");
    case DType::Int64:
        return QString::number(static_cast<qint64>(bits64(bytes)));
    case DType::UInt64:
        return QString::number(bits64(bytes));
    case DType::Complex64:
    case DType::Complex128: {
        const std::complex<double> value = complexValue(dtype, bytes);
        const QString imaginary = shortestOf(dtype, value.imag());
        const bool isSigned = imaginary.startsWith(QLatin1Char('-')) || imaginary.startsWith(QChar(u'−'));
        return shortestOf(dtype, value.real()) + (isSigned ? QString() : QStringLiteral("+")) + imaginary +
               QLatin1Char('j');
    }
    default:
        return shortestOf(dtype, archive::elementValue(dtype, bytes));
    }
}

QString exactText(DType dtype, double value) {
    const bool isInteger = dtype == DType::Int64 || dtype == DType::UInt64 || dtype == DType::Bool;
    return isInteger ? QString::number(value, 'f', 0) : shortestOf(dtype, value);
}

QString shortText(DType dtype, Bytes bytes) {
    if (isComplex(dtype)) {
        const std::complex<double> value = complexValue(dtype, bytes);
        return widgets::formatNumber(value.real()) +
               (value.imag() < 0 ? QStringLiteral("−") : QStringLiteral("+")) +
               widgets::formatNumber(std::abs(value.imag())) + QLatin1Char('j');
    }
    const bool isInteger = dtype == DType::Int64 || dtype == DType::UInt64 || dtype == DType::Bool;
    if (isInteger) return exactText(dtype, bytes);
    return widgets::formatNumber(archive::elementValue(dtype, bytes));
}

void TensorSlice::values(qint64 row, qint64 column, std::span<double> out) const {
    const DType dtype = m_tensor.dtype;
    if (m_columnStride == 1 && !isComplex(dtype)) {
        const std::size_t size = archive::itemSize(dtype);
        const auto first = static_cast<std::size_t>(m_offset + row * m_rowStride + column);
        archive::toFloat64(dtype, m_tensor.bytes.subspan(first * size, out.size() * size), out);
        return;
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = plottedValue(dtype, bytes(row, column + static_cast<qint64>(i)));
}

namespace {

/// One row of the grid; memory is read in its order, row by row through all of its cells.
void fillGridRow(const TensorSlice& slice, const widgets::HeatRegion& region, int gridRow,
                 std::span<widgets::HeatCell> cells, const std::stop_token& stop) {
    const auto [rowFirst, rowEnd] = region.rowsOf(gridRow);
    std::vector<double> values(static_cast<std::size_t>(region.columns));
    for (qint64 row = rowFirst; row < rowEnd && !stop.stop_requested(); ++row) {
        slice.values(row, region.column, values);
        for (int gridColumn = 0; gridColumn < region.gridColumns; ++gridColumn) {
            const auto [columnFirst, columnEnd] = region.columnsOf(gridColumn);
            widgets::HeatCell& cell = cells[static_cast<std::size_t>(gridColumn)];
            if (row == rowFirst)
                cell = {values[static_cast<std::size_t>(columnFirst - region.column)], row, columnFirst};
            for (qint64 column = columnFirst; column < columnEnd; ++column) {
                const double value = values[static_cast<std::size_t>(column - region.column)];
                if (outranks(value, cell.value)) cell = {value, row, column};
            }
        }
    }
}

} // namespace

widgets::HeatCells heatCells(const TensorSlice& slice, const widgets::HeatRegion& region,
                             std::stop_token stop) {
    widgets::HeatCells result{region, {}};
    const auto across = static_cast<std::size_t>(region.gridColumns);
    result.cells.resize(static_cast<std::size_t>(region.gridRows) * across);
    const bool isWhole = archive::forEachChunk(
        static_cast<std::size_t>(region.gridRows), {.stop = stop}, [&](std::size_t gridRow) {
            fillGridRow(slice, region, static_cast<int>(gridRow),
                        std::span(result.cells).subspan(gridRow * across, across), stop);
        });
    if (!isWhole || stop.stop_requested()) return {};
    return result;
}

} // namespace fathom::app
