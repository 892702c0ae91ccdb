// SPDX-License-Identifier: GPL-3.0-or-later
// The widgets of the Runs page: filter line, table, bar of marked runs, side panel.
#pragma once

#include "app/pages/runs/run_actions.h"
#include "app/pages/runs/run_table_view.h"

#include <QStackedWidget>

class QLabel;
class QMenu;
class QSplitter;
class QToolButton;

namespace fathom::widgets {
class NoticeBar;
}

namespace fathom::app {

class AppContext;
class CompareBar;
class FilterLine;
class RunPanel;

class RunsView : public QStackedWidget {
    Q_OBJECT
public:
    RunsView(RunTableModel& model, const RunActions& actions, AppContext& context, QWidget* parent = nullptr);

    [[nodiscard]] FilterLine& filter() const { return *m_filter; }
    [[nodiscard]] RunTableView& table() const { return *m_table; }
    [[nodiscard]] const Sparklines& sparklines() const { return *m_sparklines; }
    [[nodiscard]] RunPanel& panel() const { return *m_panel; }
    [[nodiscard]] QSplitter& splitter() const { return *m_splitter; }
    [[nodiscard]] CompareBar& marks() const { return *m_marks; }
    /// Filled when it is about to be shown.
    [[nodiscard]] QMenu& groupMenu() const { return *m_groupMenu; }
    /// "12 of 20,000 runs", and the page that fits.
    void updateCaption();
    void offerUndo(const QString& text);
    void tell(const QString& error);
    void hideNotice();

Q_SIGNALS:
    void undoClicked();
    void trashClicked();

private:
    QWidget* buildBar(const RunActions& actions);
    void buildEmpty(AppContext& context);

    RunTableModel& m_model;
    FilterLine* m_filter;
    Sparklines* m_sparklines;
    RunTableView* m_table;
    RunPanel* m_panel;
    CompareBar* m_marks;
    widgets::NoticeBar* m_notice;
    QSplitter* m_splitter;
    QLabel* m_caption;
    QLabel* m_nothing; ///< over the table when no run passes the filter
    QMenu* m_groupMenu;
};

} // namespace fathom::app
