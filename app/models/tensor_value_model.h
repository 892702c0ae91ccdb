// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of a tensor's slice as a table of any size. It keeps the blocks that were looked at last; the
// owner brings others when they are asked for, so that the GUI thread never waits for the disk.
#pragma once

#include "app/models/tensor_slice.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>

namespace fathom::app {

/// Block of the grid: `kSide` × `kSide` elements, its bytes row by row.
struct ValueBlock {
    static constexpr qint64 kSide = 64;
    qint64 row = 0; ///< of its first element
    qint64 column = 0;
    std::vector<std::byte> bytes{};
};

/// For a background thread.
[[nodiscard]] ValueBlock readBlock(const TensorSlice& slice, qint64 row, qint64 column);

/// GUI thread only.
class TensorValueModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { ExactRole = Qt::UserRole + 1 }; ///< QString; empty while the block is not there

    using QAbstractTableModel::QAbstractTableModel;
    void setSlice(TensorSlice slice);
    [[nodiscard]] const TensorSlice& slice() const { return m_slice; }
    /// The answer to blockWanted.
    void setBlock(ValueBlock block);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void blockWanted(qint64 row, qint64 column) const;

private:
    using Key = std::pair<qint64, qint64>;
    [[nodiscard]] std::span<const std::byte> known(int row, int column) const;
    TensorSlice m_slice;
    QHash<Key, ValueBlock> m_blocks;
    mutable QSet<Key> m_wanted; ///< asked for while painting
};

} // namespace fathom::app
