// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of a study by what they are worth for the metric.
#pragma once

#include "engine/analysis/importance.h"

#include <QAbstractTableModel>

namespace fathom::app {

/// Key | importance in the forest | Pearson | Spearman | values. Cells with an interval carry an IntervalBar.
/// GUI thread only.
class ImportanceModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { KeyColumn, ForestColumn, PearsonColumn, SpearmanColumn, LevelsColumn, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;
    void setImportance(analysis::Importance importance);
    [[nodiscard]] const analysis::Importance& importance() const { return m_importance; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QVariant bar(const analysis::KeyImportance& key, int column) const;
    [[nodiscard]] QString toolTip(const analysis::KeyImportance& key, int column) const;
    analysis::Importance m_importance;
    double m_greatest = 1; ///< end of the forest's scale
    double m_least = 0;
};

} // namespace fathom::app
