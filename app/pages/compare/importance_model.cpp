// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/importance_model.h"

#include "widgets/interval_bar_delegate.h"
#include "widgets/number_format.h"

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

const analysis::Estimate* estimateOf(const analysis::KeyImportance& key, int column) {
    switch (column) {
    case ImportanceModel::ForestColumn:
        return &key.forest;
    case ImportanceModel::PearsonColumn:
        return &key.pearson;
    case ImportanceModel::SpearmanColumn:
        return &key.spearman;
    default:
        return nullptr;
    }
}

QString nameOf(const analysis::KeyImportance& key) {
    QString name = QString::fromStdString(key.key);
    if (!key.together.empty()) name += ImportanceModel::tr("  (and %1 more)").arg(key.together.size());
    return name;
}

} // namespace

void ImportanceModel::setImportance(analysis::Importance importance) {
    beginResetModel();
    m_importance = std::move(importance);
    m_greatest = 0.05;
    m_least = 0;
    for (const analysis::KeyImportance& key : m_importance.keys) {
        m_greatest = std::fmax(m_greatest, std::fmax(key.forest.value, key.forest.high));
        m_least = std::fmin(m_least, std::fmin(key.forest.value, key.forest.low));
    }
    endResetModel();
}

int ImportanceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_importance.keys.size());
}

int ImportanceModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ImportanceModel::bar(const analysis::KeyImportance& key, int column) const {
    const analysis::Estimate* estimate = estimateOf(key, column);
    if (estimate == nullptr) return {};
    const bool isForest = column == ForestColumn;
    const double least = isForest ? m_least : -1;
    return QVariant::fromValue(widgets::IntervalBar{estimate->value, estimate->low, estimate->high, least,
                                                    isForest ? m_greatest : 1});
}

QString ImportanceModel::toolTip(const analysis::KeyImportance& key, int column) const {
    if (column == KeyColumn) {
        QStringList names{QString::fromStdString(key.key)};
        for (const std::string& other : key.together)
            names.append(QString::fromStdString(other));
        if (names.size() == 1) return names.front();
        return tr("These keys part the runs just the same, so that nothing tells them apart:\n%1")
            .arg(names.join(QLatin1Char('\n')));
    }
    const analysis::Estimate* estimate = estimateOf(key, column);
    if (estimate == nullptr) return {};
    if (std::isnan(estimate->value)) return tr("Too few runs, or they are all the same");
    QString text = widgets::formatExact(estimate->value);
    if (!std::isnan(estimate->low))
        text += tr("\n95 % interval: %1 to %2")
                    .arg(widgets::formatNumber(estimate->low), widgets::formatNumber(estimate->high));
    if (key.isCategorical && column != ForestColumn)
        text += tr("\nThe correlation ratio: values of this key have no order");
    return text;
}

QVariant ImportanceModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const analysis::KeyImportance& key = m_importance.keys[static_cast<std::size_t>(index.row())];
    const analysis::Estimate* estimate = estimateOf(key, index.column());
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == KeyColumn) return nameOf(key);
        if (index.column() == LevelsColumn) return widgets::formatCount(static_cast<qint64>(key.levels));
        return std::isnan(estimate->value) ? QStringLiteral("–") : widgets::formatNumber(estimate->value, 3);
    case SortRole:
        if (index.column() == KeyColumn) return QString::fromStdString(key.key);
        if (index.column() == LevelsColumn) return static_cast<qint64>(key.levels);
        if (std::isnan(estimate->value)) return -2.0;
        return index.column() == ForestColumn ? estimate->value : std::fabs(estimate->value);
    case Qt::ToolTipRole:
        return toolTip(key, index.column());
    case widgets::IntervalBarDelegate::BarRole:
        return bar(key, index.column());
    case Qt::TextAlignmentRole:
        if (index.column() == LevelsColumn) return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    default:
        return {};
    }
}

QVariant ImportanceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::ToolTipRole) {
        if (section == ForestColumn)
            return tr(
                "Share of the metric's variance that a random forest loses for runs it has not seen when "
                "this key is shuffled");
        if (section == PearsonColumn) return tr("Linear correlation, with Fisher's interval");
        if (section == SpearmanColumn) return tr("Correlation of the ranks: any rising or falling relation");
        if (section == LevelsColumn) return tr("Different values among the runs");
    }
    if (role == Qt::TextAlignmentRole && section == LevelsColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case KeyColumn:
        return tr("Key");
    case ForestColumn:
        return tr("Importance");
    case PearsonColumn:
        return tr("Correlation");
    case SpearmanColumn:
        return tr("Rank correlation");
    case LevelsColumn:
        return tr("Values");
    default:
        return {};
    }
}

} // namespace fathom::app
