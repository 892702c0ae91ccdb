// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/weights_model.h"

#include "widgets/number_format.h"

#include <cmath>
#include <limits>

namespace fathom::app {

namespace {

using widgets::formatNumber;

QString details(const analysis::TensorCell& cell) {
    if (!cell.difference) return {};
    const archive::TensorDifference& d = *cell.difference;
    return WeightsModel::tr("relative change %1\n‖Δ‖ %2,  max |Δ| %3\ncosine %4\nnorm %5 → %6")
        .arg(formatNumber(cell.relativeChange()), formatNumber(d.norm), formatNumber(d.largest),
             formatNumber(d.cosine, 7), formatNumber(d.normBefore), formatNumber(d.normAfter));
}

} // namespace

void WeightsModel::setWeights(analysis::WeightsComparison weights, std::vector<std::size_t> runs,
                              const QStringList& titles) {
    beginResetModel();
    m_weights = std::move(weights);
    m_runs = std::move(runs);
    m_titles = titles;
    endResetModel();
}

void WeightsModel::setMeasure(Measure measure) {
    if (measure == m_measure) return;
    m_measure = measure;
    if (rowCount() > 0 && columnCount() > FirstRunColumn)
        Q_EMIT dataChanged(index(0, FirstRunColumn), index(rowCount() - 1, columnCount() - 1));
}

int WeightsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_weights.tensors.size());
}

int WeightsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : FirstRunColumn + static_cast<int>(m_runs.size());
}

const analysis::TensorCell* WeightsModel::cellAt(const QModelIndex& index) const {
    const std::size_t run = m_runs[static_cast<std::size_t>(index.column() - FirstRunColumn)];
    const auto& cell = m_weights.tensors[static_cast<std::size_t>(index.row())].runs[run];
    return cell ? &*cell : nullptr;
}

double WeightsModel::number(const analysis::TensorCell& cell) const {
    if (!cell.difference) return std::numeric_limits<double>::quiet_NaN();
    switch (m_measure) {
    case Measure::RelativeChange:
        return cell.relativeChange();
    case Measure::Norm:
        return cell.difference->norm;
    case Measure::Cosine:
        return cell.difference->cosine;
    case Measure::Largest:
        return cell.difference->largest;
    case Measure::NormAfter:
        return cell.difference->normAfter;
    }
    return 0;
}

QString WeightsModel::text(const analysis::TensorCell* cell) const {
    if (cell == nullptr) return tr("the same");
    if (cell->kind == archive::ChangeKind::Added) return tr("added");
    if (cell->kind == archive::ChangeKind::Removed) return tr("removed");
    if (!cell->difference) return tr("now %1").arg(QString::fromStdString(cell->after));
    const double value = number(*cell);
    if (m_measure == Measure::RelativeChange)
        return std::isnan(value) ? QStringLiteral("–") : tr("%1 %").arg(formatNumber(100 * value, 4));
    return formatNumber(value, m_measure == Measure::Cosine ? 7 : 4);
}

QVariant WeightsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const analysis::ComparedTensor& tensor = m_weights.tensors[static_cast<std::size_t>(index.row())];
    if (index.column() == NameColumn) {
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == SortRole)
            return QString::fromStdString(tensor.name);
        return {};
    }
    if (index.column() == ShapeColumn) {
        if (role != Qt::DisplayRole && role != SortRole) return {};
        for (const auto& cell : tensor.runs)
            if (cell) return QString::fromStdString(cell->before.empty() ? cell->after : cell->before);
        return {};
    }
    const analysis::TensorCell* cell = cellAt(index);
    switch (role) {
    case Qt::DisplayRole:
        return text(cell);
    case Qt::ToolTipRole:
        return cell == nullptr ? QString() : details(*cell);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    case SortRole: {
        const double value = cell == nullptr ? (m_measure == Measure::Cosine ? 1.0 : 0.0) : number(*cell);
        return std::isnan(value) ? -1e300 : value;
    }
    default:
        return {};
    }
}

QVariant WeightsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section >= FirstRunColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (section == NameColumn) return tr("Tensor");
    return section == ShapeColumn ? tr("Type and shape") : m_titles.value(section - FirstRunColumn);
}

} // namespace fathom::app
