// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors down, runs across: how far each run's weights are from the baseline's.
#pragma once

#include "engine/analysis/weights.h"

#include <QAbstractTableModel>
#include <QStringList>

namespace fathom::app {

/// Tensor | type and shape | one column for each run but the baseline. GUI thread only.
class WeightsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, ShapeColumn, FirstRunColumn };
    enum class Measure { RelativeChange, Norm, Cosine, Largest, NormAfter };
    enum Role { SortRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;
    /// `runs` are positions in the comparison that are columns, `titles` their names.
    void setWeights(analysis::WeightsComparison weights, std::vector<std::size_t> runs,
                    const QStringList& titles);
    void setMeasure(Measure measure);
    [[nodiscard]] Measure measure() const { return m_measure; }
    [[nodiscard]] const analysis::WeightsComparison& weights() const { return m_weights; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] const analysis::TensorCell* cellAt(const QModelIndex& index) const;
    [[nodiscard]] double number(const analysis::TensorCell& cell) const;
    [[nodiscard]] QString text(const analysis::TensorCell* cell) const;
    analysis::WeightsComparison m_weights;
    std::vector<std::size_t> m_runs;
    QStringList m_titles;
    Measure m_measure = Measure::RelativeChange;
};

} // namespace fathom::app
