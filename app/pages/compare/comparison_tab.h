// SPDX-License-Identifier: GPL-3.0-or-later
// Keys against runs with search, a switch between differences and all, and the chosen cell in full below.
#pragma once

#include "app/pages/compare/comparison_model.h"

#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QStackedWidget;
class QToolButton;

namespace fathom::widgets {
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class AppContext;
class DifferencePane;
class PinnedTable;

class ComparisonTab : public QWidget {
    Q_OBJECT
public:
    /// Shows these sections. `name` says what it is a table of.
    ComparisonTab(AppContext& context, const ComparisonModel::Kinds& kinds, const QString& name,
                  QWidget* parent = nullptr);

    /// Keeps the chosen key.
    void setComparison(const ComparisonPtr& comparison);
    void setOnlyDifferences(bool only);
    [[nodiscard]] bool onlyDifferences() const { return m_model->onlyDifferences(); }
    void focusSearch();
    void copyAll();
    [[nodiscard]] ComparisonModel& model() const { return *m_model; }
    [[nodiscard]] PinnedTable& table() const { return *m_table; }
    [[nodiscard]] DifferencePane& pane() const { return *m_pane; }

Q_SIGNALS:
    void baselineRequested(qint64 run);
    void removeRequested(qint64 run);
    void showRunRequested(qint64 run);

private:
    void build(const QString& name);
    void showCurrent();
    void showMenu(int column, const QPoint& position);
    void copyCell();
    void updateSummary();
    [[nodiscard]] int firstConfigRow() const;

    AppContext& m_context;
    ComparisonModel* m_model;
    PinnedTable* m_table;
    DifferencePane* m_pane;
    QLineEdit* m_search;
    QToolButton* m_all;
    QLabel* m_summary;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_message;
};

} // namespace fathom::app
