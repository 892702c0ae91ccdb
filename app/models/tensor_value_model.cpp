// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/tensor_value_model.h"

#include <algorithm>

namespace fathom::app {

namespace {

constexpr qsizetype kKeptBlocks = 256;
constexpr qint64 kSide = ValueBlock::kSide;
constexpr qint64 kMostRows = 20'000'000; // a header of Qt keeps some bytes for each

} // namespace

ValueBlock readBlock(const TensorSlice& slice, qint64 row, qint64 column) {
    ValueBlock block{row, column, {}};
    const std::size_t size = archive::itemSize(slice.tensor().dtype);
    block.bytes.resize(static_cast<std::size_t>(kSide * kSide) * size);
    for (qint64 r = 0; r < kSide; ++r) {
        for (qint64 c = 0; c < kSide; ++c) {
            const auto bytes = slice.bytes(row + r, column + c);
            std::ranges::copy(
                bytes, block.bytes.begin() +
                           static_cast<std::ptrdiff_t>(static_cast<std::size_t>(r * kSide + c) * size));
        }
    }
    return block;
}

void TensorValueModel::setSlice(TensorSlice slice) {
    beginResetModel();
    m_slice = std::move(slice);
    m_blocks.clear();
    m_wanted.clear();
    endResetModel();
}

void TensorValueModel::setBlock(ValueBlock block) {
    const Key key{block.row, block.column};
    if (!m_wanted.remove(key)) return;
    if (m_blocks.size() >= kKeptBlocks) m_blocks.clear(); // what is in sight is asked for again
    const int top = static_cast<int>(block.row);
    const int left = static_cast<int>(block.column);
    m_blocks.insert(key, std::move(block));
    const int bottom = std::min(rowCount() - 1, top + static_cast<int>(kSide) - 1);
    const int right = std::min(columnCount() - 1, left + static_cast<int>(kSide) - 1);
    Q_EMIT dataChanged(index(top, left), index(bottom, right));
}

std::span<const std::byte> TensorValueModel::known(int row, int column) const {
    const Key key{row / kSide * kSide, column / kSide * kSide};
    const auto block = m_blocks.constFind(key);
    if (block == m_blocks.constEnd()) {
        if (!m_wanted.contains(key)) {
            m_wanted.insert(key);
            Q_EMIT blockWanted(key.first, key.second);
        }
        return {};
    }
    const std::size_t size = archive::itemSize(m_slice.tensor().dtype);
    const auto at = static_cast<std::size_t>((row % kSide) * kSide + column % kSide) * size;
    return std::span(block->bytes).subspan(at, size);
}

int TensorValueModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::min(m_slice.rows(), kMostRows));
}

int TensorValueModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::min(m_slice.columns(), kMostRows));
}

QVariant TensorValueModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !m_slice.has(index.row(), index.column())) return {};
    const archive::DType dtype = m_slice.tensor().dtype;
    switch (role) {
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::DisplayRole: {
        const auto bytes = known(index.row(), index.column());
        return bytes.empty() ? QStringLiteral("…") : shortText(dtype, bytes);
    }
    case ExactRole: {
        const auto bytes = known(index.row(), index.column());
        return bytes.empty() ? QString() : exactText(dtype, bytes);
    }
    case Qt::ToolTipRole: {
        const auto bytes = known(index.row(), index.column());
        if (bytes.empty()) return {};
        return QStringLiteral("%1 = %2").arg(m_slice.indexText(index.row(), index.column()),
                                             exactText(dtype, bytes));
    }
    default:
        return {};
    }
}

QVariant TensorValueModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (orientation == Qt::Horizontal) return section;
    const bool isWrapped = m_slice.tensor().shape.size() == 1 && m_slice.rows() > 1;
    return isWrapped ? static_cast<qint64>(section) * m_slice.columns() : static_cast<qint64>(section);
}

} // namespace fathom::app
