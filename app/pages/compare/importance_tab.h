// SPDX-License-Identifier: GPL-3.0-or-later
// Which keys the metric goes with: bars with intervals, and the chosen key against the metric.
#pragma once

#include "app/pages/compare/study_source.h"

#include <QWidget>

class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;

namespace fathom::widgets {
class EmptyState;
class ScatterPlot;
} // namespace fathom::widgets

namespace fathom::app {

class ImportanceModel;

class ImportanceTab : public QWidget {
    Q_OBJECT
public:
    explicit ImportanceTab(StudySource& source, QWidget* parent = nullptr);

    [[nodiscard]] ImportanceModel& model() const { return *m_model; }
    [[nodiscard]] QTableView& table() const { return *m_table; }
    [[nodiscard]] widgets::ScatterPlot& plot() const { return *m_plot; }

Q_SIGNALS:
    void showRunRequested(qint64 run);

private:
    void build();
    void showStudy();
    void showKey();
    StudySource& m_source;
    StudyPtr m_shown;
    ImportanceModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    widgets::ScatterPlot* m_plot;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_message;
};

} // namespace fathom::app
