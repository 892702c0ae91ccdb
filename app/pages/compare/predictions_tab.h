// SPDX-License-Identifier: GPL-3.0-or-later
// Predictions of the runs side by side, sorted by what differs most.
#pragma once

#include "app/pages/compare/prediction_model.h"

#include <QWidget>

#include <filesystem>

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QStackedWidget;
class QTextBrowser;
class QToolButton;

namespace fathom::widgets {
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class ClipPane;
class JobRunner;
class PinnedTable;

class PredictionsTab : public QWidget {
    Q_OBJECT
public:
    /// Recordings are looked for where the runs were started, in the workspace and in the folders of the
    /// runs.
    PredictionsTab(JobRunner& jobs, std::filesystem::path workspace, QWidget* parent = nullptr);

    void setComparison(const ComparisonPtr& comparison);
    void setOnlyDifferences(bool only);
    void focusSearch();
    [[nodiscard]] PredictionModel& model() const { return *m_model; }
    [[nodiscard]] QSortFilterProxyModel& sorted() const { return *m_sorted; }
    [[nodiscard]] PinnedTable& table() const { return *m_table; }
    [[nodiscard]] ClipPane& sound() const { return *m_sound; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void showClip();
    void showSound(const std::string& source);
    [[nodiscard]] std::vector<std::filesystem::path> folders() const;
    void updateSummary();

    const std::filesystem::path m_workspace;
    PredictionModel* m_model;
    QSortFilterProxyModel* m_sorted;
    PinnedTable* m_table;
    QTextBrowser* m_clip;
    ClipPane* m_sound;
    QLineEdit* m_search;
    QToolButton* m_onlyDifferences;
    QLabel* m_summary;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_message;
};

} // namespace fathom::app
