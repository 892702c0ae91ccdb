// SPDX-License-Identifier: GPL-3.0-or-later
// Reference/prediction pairs of a validation. The aligned words are computed when a row is first asked for.
#pragma once

#include "app/models/word_alignment.h"
#include "engine/store/types.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace fathom::app {

class SampleModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Score, Pair, Clip, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1, AlignmentRole }; ///< AlignmentRole: WordAlignment

    using QAbstractTableModel::QAbstractTableModel;

    void set(std::vector<store::Sample> samples);
    /// Optimizer step of the validation; -1 without samples.
    [[nodiscard]] qint64 step() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        store::Sample sample{};
        mutable std::optional<WordAlignment> alignment{};
    };
    [[nodiscard]] QVariant display(const Row& row, int column) const;
    std::vector<Row> m_rows;
};

} // namespace fathom::app
