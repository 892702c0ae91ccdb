// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/listed_tensor_model.h"

#include "app/models/tensor_model.h"

namespace fathom::app {

void ListedTensorModel::setTensors(std::vector<archive::ListedTensor> tensors) {
    beginResetModel();
    m_tensors = std::move(tensors);
    endResetModel();
}

int ListedTensorModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_tensors.size());
}

int ListedTensorModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ListedTensorModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const archive::ListedTensor& tensor = m_tensors[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return index.column() == PiecesColumn ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                                              : QVariant();
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
    case NameColumn:
        return QString::fromStdString(tensor.name);
    case DTypeColumn:
        return QString::fromStdString(tensor.dtype);
    case ShapeColumn:
        return shapeText(tensor.shape);
    case PiecesColumn:
        return static_cast<qint64>(tensor.pieces);
    default:
        return {};
    }
}

QVariant ListedTensorModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case NameColumn:
        return tr("Tensor");
    case DTypeColumn:
        return tr("dtype");
    case ShapeColumn:
        return tr("Shape");
    case PiecesColumn:
        return tr("Pieces");
    default:
        return {};
    }
}

} // namespace fathom::app
