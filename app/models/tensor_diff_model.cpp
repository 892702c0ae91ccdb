// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/tensor_diff_model.h"

#include "widgets/number_format.h"

namespace fathom::app {

namespace {

using archive::ChangeKind;

QString kindName(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::Added:
        return TensorDiffModel::tr("added");
    case ChangeKind::Removed:
        return TensorDiffModel::tr("removed");
    case ChangeKind::Changed:
        return TensorDiffModel::tr("changed");
    }
    return {};
}

std::optional<double> numberOf(const archive::Change& change, int column) {
    if (!change.difference) return std::nullopt;
    switch (column) {
    case TensorDiffModel::NormColumn:
        return change.difference->norm;
    case TensorDiffModel::LargestColumn:
        return change.difference->largest;
    case TensorDiffModel::CosineColumn:
        return change.difference->cosine;
    default:
        return std::nullopt;
    }
}

} // namespace

void TensorDiffModel::setChanges(std::vector<archive::Change> changes) {
    beginResetModel();
    m_changes = std::move(changes);
    endResetModel();
}

int TensorDiffModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_changes.size());
}

int TensorDiffModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TensorDiffModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const archive::Change& change = m_changes[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (column >= NormColumn) {
        const auto number = numberOf(change, column);
        if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        if (!number) return {};
        // A cosine lives from its distance to one.
        if (role == Qt::DisplayRole) return widgets::formatNumber(*number, column == CosineColumn ? 7 : 4);
        if (role == Qt::ToolTipRole) return widgets::formatExact(*number);
        return role == SortRole ? QVariant(*number) : QVariant();
    }
    if (role != Qt::DisplayRole && role != SortRole && role != Qt::ToolTipRole) return {};
    switch (column) {
    case NameColumn:
        return QString::fromStdString(change.name);
    case WhatColumn:
        return kindName(change.kind);
    case BeforeColumn:
        return QString::fromStdString(change.before);
    case AfterColumn:
        return QString::fromStdString(change.after);
    default:
        return {};
    }
}

QVariant TensorDiffModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section >= NormColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (section == NormColumn) return tr("Euclidean norm of after − before");
        if (section == LargestColumn) return tr("Greatest |after − before| of one element");
        if (section == CosineColumn) return tr("Cosine of the angle between both, as vectors");
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case NameColumn:
        return tr("Tensor");
    case WhatColumn:
        return tr("What");
    case BeforeColumn:
        return tr("Before");
    case AfterColumn:
        return tr("After");
    case NormColumn:
        return tr("‖Δ‖");
    case LargestColumn:
        return tr("max |Δ|");
    case CosineColumn:
        return tr("Cosine");
    default:
        return {};
    }
}

} // namespace fathom::app
