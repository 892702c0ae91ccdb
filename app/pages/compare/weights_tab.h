// SPDX-License-Identifier: GPL-3.0-or-later
// The weights that the runs left, against the baseline's. Read on request: archives may be large.
#pragma once

#include "app/pages/compare/compared_runs.h"
#include "app/pages/compare/weights_model.h"

#include <QWidget>

#include <atomic>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTimer;

namespace fathom::widgets {
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class JobRunner;
class PinnedTable;

class WeightsTab : public QWidget {
    Q_OBJECT
public:
    explicit WeightsTab(JobRunner& jobs, QWidget* parent = nullptr);
    ~WeightsTab() override;

    /// Stops what is being compared when other runs come.
    void setComparison(const ComparisonPtr& comparison);
    void compare();
    void cancel();
    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    [[nodiscard]] WeightsModel& model() const { return *m_model; }
    /// "3 tensors differ, 120 are the same …"
    [[nodiscard]] QString summary() const;

private:
    struct Progress {
        std::atomic<std::size_t> done{0};
        std::atomic<std::size_t> all{0};
    };
    void build();
    [[nodiscard]] std::vector<std::filesystem::path> archives() const;
    void show(Result<analysis::WeightsComparison> weights);
    void showReady();
    JobRunner& m_jobs;
    ComparisonPtr m_comparison;
    bool m_isBusy = false;
    std::shared_ptr<Progress> m_progress;
    WeightsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    PinnedTable* m_table;
    QComboBox* m_kind;
    QComboBox* m_measure;
    QLineEdit* m_search;
    QPushButton* m_compare;
    QPushButton* m_cancel;
    QProgressBar* m_bar;
    QLabel* m_summary;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_message;
    QTimer* m_timer;
};

} // namespace fathom::app
