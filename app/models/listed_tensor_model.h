// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors of weights that are listed but cannot be read here: name, dtype, shape and in how many pieces.
#pragma once

#include "engine/archive/weight_parts.h"

#include <QAbstractTableModel>

#include <vector>

namespace fathom::app {

/// GUI thread only.
class ListedTensorModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, DTypeColumn, ShapeColumn, PiecesColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void setTensors(std::vector<archive::ListedTensor> tensors);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<archive::ListedTensor> m_tensors;
};

} // namespace fathom::app
