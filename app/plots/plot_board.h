// SPDX-License-Identifier: GPL-3.0-or-later
// Plots of any number of runs: a row of settings above a grid that follows the runs' metrics.
//
//   auto* board = new PlotBoard(context, {.page = QStringLiteral("compare")});
//   board->setRuns(marked, baseline);
//
// Reads the store on a thread of its own, live runs as they go. How plots are arranged is kept in the
// workspace (BoardDocument); which board is shown and its filter by saveState().
#pragma once

#include "app/plots/board_document.h"
#include "app/plots/board_facts.h"
#include "app/plots/plot_plan.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <optional>
#include <vector>

class QAction;
class QLabel;
class QMenu;
class QSettings;

namespace fathom::widgets {
class NoticeBar;
class PlotHeader;
class PlotLink;
} // namespace fathom::widgets

namespace fathom::app {

class AppContext;
class BoardBar;
class CurveLoader;
class PlotGrid;
class PlotTile;

struct PlotBoardOptions {
    QString page = QStringLiteral("compare"); ///< that its actions belong to; one board a page
    BoardSpec standard = everyMetricBoard();  ///< what it is at first; its name is the board's
};

class PlotBoard : public QWidget {
    Q_OBJECT
public:
    using Options = PlotBoardOptions;
    explicit PlotBoard(AppContext& context, Options options = {}, QWidget* parent = nullptr);
    ~PlotBoard() override;

    /// Shows these; the baseline's curves are named so and drawn in the colour of text.
    void setRuns(std::vector<store::RunId> runs, std::optional<store::RunId> baseline = {});
    [[nodiscard]] const std::vector<store::RunId>& runs() const { return m_runs; }
    /// Makes the run stand out in all plots; −1: none.
    void highlightRun(qint64 run);
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);
    /// Everything that is asked for is drawn.
    [[nodiscard]] bool isSettled() const;

    [[nodiscard]] BoardDocument& document() { return m_document; }
    [[nodiscard]] PlotGrid& grid() const { return *m_grid; }
    /// What is known of the runs; never null.
    [[nodiscard]] const BoardFactsPtr& facts() const { return m_facts; }
    /// facts() is of the runs that are shown.
    [[nodiscard]] bool hasFacts() const { return !m_factsDue; }
    [[nodiscard]] BoardBar& bar() const { return *m_bar; }
    [[nodiscard]] const RunColors& colors() const { return m_colors; }
    [[nodiscard]] std::optional<store::RunId> baseline() const { return m_baseline; }

    [[nodiscard]] QSize sizeHint() const override { return {960, 560}; }

Q_SIGNALS:
    void runHovered(qint64 run); ///< −1: none
    void runClicked(qint64 run);
    /// Something was drawn that was not before.
    void drawn();

protected:
    void changeEvent(QEvent* event) override;

private:
    friend class BoardActions;
    void takeFacts(const BoardFactsPtr& facts);
    void askFacts();
    void rebuild();
    void planTiles();
    [[nodiscard]] static QString emptyTextOf(const PlotTile& tile, const PlotSpec* spec);
    void adopt(PlotTile& tile);
    void editNote(const PlotTile& tile, std::optional<std::size_t> index, double x, double y);
    void updateEmptyText();
    void updateKey();
    void presentError(const Error& error);

    AppContext& m_context;
    BoardDocument m_document;
    std::vector<store::RunId> m_runs;
    std::optional<store::RunId> m_baseline;
    BoardFactsPtr m_facts;
    bool m_factsDue = false; ///< asked for and not answered
    RunColors m_colors;
    QTimer m_rebuild;
    CurveLoader* m_loader = nullptr;
    widgets::PlotLink* m_link = nullptr;
    BoardBar* m_bar = nullptr;
    widgets::NoticeBar* m_notice = nullptr;
    widgets::PlotHeader* m_key = nullptr; ///< which colour is which run
    PlotGrid* m_grid = nullptr;
    QLabel* m_empty = nullptr;
};

} // namespace fathom::app
