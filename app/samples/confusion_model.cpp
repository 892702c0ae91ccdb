// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/confusion_model.h"

#include "widgets/number_format.h"

namespace fathom::app {

void ConfusionModel::set(SampleAnalysisPtr analysis) {
    beginResetModel();
    m_analysis = std::move(analysis);
    endResetModel();
}

std::vector<int> ConfusionModel::samplesAt(const QModelIndex& index) const {
    const ConfusionCell* const cell = classes().find(index.row(), index.column());
    return cell ? cell->samples : std::vector<int>();
}

std::int64_t ConfusionModel::count(const QModelIndex& index) const {
    const ConfusionCell* const cell = classes().find(index.row(), index.column());
    return cell ? cell->count : 0;
}

double ConfusionModel::share(const QModelIndex& index) const {
    const std::int64_t row = classes().scores[static_cast<std::size_t>(index.row())].support();
    return row == 0 ? 0 : static_cast<double>(count(index)) / static_cast<double>(row);
}

QString ConfusionModel::sentence(const QModelIndex& index) const {
    const auto label = [&](int i) {
        return QString::fromStdString(classes().labels[static_cast<std::size_t>(i)]);
    };
    const std::int64_t support = classes().scores[static_cast<std::size_t>(index.row())].support();
    const QString counts = tr("%1 of %2 (%3 %)")
                               .arg(widgets::formatCount(count(index)), widgets::formatCount(support),
                                    widgets::formatNumber(100 * share(index), 3));
    return index.row() == index.column()
               ? tr("%1 recognised: %2").arg(label(index.row()), counts)
               : tr("%1 taken for %2: %3").arg(label(index.row()), label(index.column()), counts);
}

int ConfusionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_analysis ? 0 : static_cast<int>(classes().labels.size());
}

int ConfusionModel::columnCount(const QModelIndex& parent) const {
    return rowCount(parent);
}

QVariant ConfusionModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    switch (role) {
    case Qt::DisplayRole:
        return count(index) == 0 ? QString() : widgets::formatCount(count(index));
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return sentence(index);
    case ShareRole:
        return share(index);
    default:
        return {};
    }
}

QVariant ConfusionModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (!m_analysis) return {};
    const QString label = QString::fromStdString(classes().labels[static_cast<std::size_t>(section)]);
    if (role == Qt::DisplayRole) return label;
    if (role == Qt::ToolTipRole)
        return orientation == Qt::Vertical ? tr("Is %1").arg(label) : tr("Predicted as %1").arg(label);
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((orientation == Qt::Vertical ? Qt::AlignRight : Qt::AlignHCenter) |
                                Qt::AlignVCenter);
    return {};
}

} // namespace fathom::app
