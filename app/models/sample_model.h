// SPDX-License-Identifier: GPL-3.0-or-later
// The samples of a validation as a table: sorted, filtered, and set beside those of another validation. Words
// are aligned when a row is first asked for, and sorting and filtering work on numbers and folded texts, so
// that 100,000 rows stay fluid.
#pragma once

#include "app/models/sample_analysis.h"
#include "app/models/word_alignment.h"

#include <QAbstractTableModel>
#include <QCache>

#include <memory>
#include <vector>

namespace fathom::app {

struct SampleFilter {
    QString text{}; ///< in reference, prediction or source; case does not matter
    bool onlyErrors = false;
    std::shared_ptr<const std::vector<int>> among{}; ///< only these samples, ascending; null for all
};

class SampleModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Error, CharacterError, Change, Pair, Before, Clip, ColumnCount };
    /// AlignmentRole: WordAlignment of Pair and Before. SampleRole: which sample of the set.
    enum Role { AlignmentRole = Qt::UserRole + 1, SampleRole };
    enum class Order {
        Anew, ///< sort again
        Keep  ///< where the clips are the same: rows keep their place while values change
    };

    explicit SampleModel(QObject* parent = nullptr);

    /// Null shows nothing. The analysis and what it was compared with are forgotten.
    void set(SampleSetPtr set, Order order = Order::Anew);
    /// Of the set. Rows that are sorted by what it says are sorted now.
    void setAnalysis(SampleAnalysisPtr analysis);
    /// Another validation of the same items; null for none. Needs the analysis.
    void setBefore(SampleSetPtr before, SampleChangesPtr changes);
    void setFilter(const SampleFilter& filter);

    [[nodiscard]] const SampleSetPtr& set() const { return m_set; }
    [[nodiscard]] const SampleAnalysisPtr& analysis() const { return m_analysis; }
    [[nodiscard]] const SampleChangesPtr& changes() const { return m_changes; }
    /// Those that a kind of samples has, and those of a comparison while there is one.
    [[nodiscard]] bool hasColumn(int column) const;
    [[nodiscard]] int sampleAt(int row) const;
    /// −1 when the filter hides it.
    [[nodiscard]] int rowOf(int sample) const;
    /// How many there are without the filter.
    [[nodiscard]] int sampleCount() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    [[nodiscard]] QVariant display(int sample, int column) const;
    [[nodiscard]] QString errorText(int sample) const;
    [[nodiscard]] QString changeText(int sample) const;
    [[nodiscard]] QString errorDetails(int sample) const;
    [[nodiscard]] QVariant alignment(int sample, int column) const;
    [[nodiscard]] const store::Sample* before(int sample) const;
    [[nodiscard]] std::vector<int> filtered() const;
    [[nodiscard]] std::vector<int> sorted(std::vector<int> rows) const;
    [[nodiscard]] std::vector<double> sortKeys() const;
    /// Takes the place of the rows, with the selection where it was.
    void reorder(std::vector<int> rows);
    void valuesChanged();

    SampleSetPtr m_set;
    SampleAnalysisPtr m_analysis;
    SampleSetPtr m_before;
    SampleChangesPtr m_changes;
    SampleFilter m_filter;
    int m_sortColumn = -1; ///< −1: the order of the validation
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
    bool m_keepsOrder = false; ///< until the user sorts or filters
    std::vector<int> m_rows;   ///< samples, in the order shown
    mutable QCache<qint64, WordAlignment> m_alignments;
};

} // namespace fathom::app
