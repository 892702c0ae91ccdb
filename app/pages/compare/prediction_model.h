// SPDX-License-Identifier: GPL-3.0-or-later
// Clips down, runs across: what each run made of each clip.
#pragma once

#include "app/models/word_alignment.h"
#include "app/pages/compare/compared_runs.h"

#include <QAbstractTableModel>

namespace fathom::app {

/// A predicted word as it stands against the reference and against the baseline's prediction.
struct PredictedWord {
    QString text{};
    WordMatch match = WordMatch::Same; ///< against the reference; a deleted one is the reference's word
    bool isOwn = false;                ///< the baseline predicted something else there
};

using PredictedWords = std::vector<PredictedWord>;

/// Reference | difference | baseline | other runs. GUI thread only.
class PredictionModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { ReferenceColumn, DifferenceColumn, FirstRunColumn };
    enum Role {
        SortRole = Qt::UserRole + 1, ///< reference: text; difference: its size; a run: its error
        WordsRole,                   ///< PredictedWords of a run's cell
        DiffersRole,                 ///< bool: not all runs predict the same
        SearchRole,                  ///< lower-case text of the row
    };
    using QAbstractTableModel::QAbstractTableModel;

    void setComparison(ComparisonPtr comparison);
    [[nodiscard]] const ComparisonPtr& comparison() const { return m_comparison; }
    [[nodiscard]] const analysis::ComparedPrediction& at(int row) const {
        return m_rows[static_cast<std::size_t>(row)];
    }
    [[nodiscard]] PredictedWords words(int row, int column) const;
    /// "WER 25 %", "BLEU 31", "wrong"; empty where the run has no such clip.
    [[nodiscard]] QString errorText(int row, int column) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] std::size_t runOf(int column) const;
    /// Signed against the baseline where two runs are compared, else the greatest between any two.
    [[nodiscard]] double difference(int row) const;
    ComparisonPtr m_comparison;
    std::vector<analysis::ComparedPrediction> m_rows;
};

} // namespace fathom::app

Q_DECLARE_METATYPE(fathom::app::PredictedWords)
