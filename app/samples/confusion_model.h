// SPDX-License-Identifier: GPL-3.0-or-later
// The confusion matrix of a classifier: a row for each class that is expected, a column for each that was
// predicted.
#pragma once

#include "app/models/sample_analysis.h"

#include <QAbstractTableModel>

namespace fathom::app {

class ConfusionModel : public QAbstractTableModel {
    Q_OBJECT
public:
    /// Share of its row, 0…1, as double.
    enum Role { ShareRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;

    void set(SampleAnalysisPtr analysis);
    /// Samples of a cell; empty where there are none.
    [[nodiscard]] std::vector<int> samplesAt(const QModelIndex& index) const;
    /// "cat taken for dog: 3 of 12 (25 %)"
    [[nodiscard]] QString sentence(const QModelIndex& index) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] const ClassFigures& classes() const { return m_analysis->classes; }
    [[nodiscard]] double share(const QModelIndex& index) const;
    [[nodiscard]] std::int64_t count(const QModelIndex& index) const;
    SampleAnalysisPtr m_analysis;
};

} // namespace fathom::app
