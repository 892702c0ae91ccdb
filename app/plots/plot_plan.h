// SPDX-License-Identifier: GPL-3.0-or-later
// From a board and its runs to what is drawn: which plots there are, which curves each has, and how they
// look. Pure.
#pragma once

#include "app/plots/board_facts.h"
#include "app/plots/board_spec.h"
#include "widgets/line_plot.h"

#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace fathom::app {

/// A plot of the board, known by its metrics before its curves are.
struct PlotPanel {
    int spec = -1; ///< index in BoardSpec::plots; −1: a metric that none of them shows
    QString title{};
    QStringList metrics{};
    std::optional<QString> facet{}; ///< only runs whose value of the facet's key this is
    QString facetName{};            ///< "seed 1"
    friend bool operator==(const PlotPanel&, const PlotPanel&) = default;
};

struct CurveLook {
    QString name{};
    int color = 0; ///< index in the theme's cycle; −1: the colour of text
    widgets::CurveDash dash = widgets::CurveDash::Solid;
    qint64 group = -1; ///< the run's id where there are several, to highlight it in all plots
    bool markers = false;
    friend bool operator==(const CurveLook&, const CurveLook&) = default;
};

struct PlotPlan {
    PlotQuery query{};
    std::vector<CurveLook> curves{}; ///< as query.curves
    std::vector<CurveLook> groups{}; ///< as query.groups; drawn in place of the curves when there are any
    BoardView view{};
    friend bool operator==(const PlotPlan&, const PlotPlan&) = default;
};

/// The place of each run in the cycle of colours. Runs keep theirs while they stay on the board.
class RunColors {
public:
    void setRuns(const std::vector<store::RunId>& runs);
    [[nodiscard]] int of(store::RunId run) const;

private:
    std::map<store::RunId, int> m_places;
};

/// The board's plots, then, if it shows the rest, one for each metric left; those whose title or metrics do
/// not contain `filter` (or match it, between slashes) are left out.
[[nodiscard]] std::vector<PlotPanel> panelsOf(const BoardSpec& board, const BoardFacts& facts,
                                              const QString& filter);
[[nodiscard]] PlotPlan planOf(const PlotPanel& panel, const BoardSpec& board, const BoardFacts& facts,
                              const RunColors& colors);

/// Names the baseline's curves so, and makes them stand out.
void markBaseline(PlotPlan& plan, store::RunId baseline);
/// The plot of a panel as the board keeps it; null for one of the rest that nobody changed.
[[nodiscard]] const PlotSpec* specOf(const BoardSpec& board, const PlotPanel& panel);

constexpr int kCurveColors = 8; ///< of the theme's cycle
/// The dash of the n-th value, or of the n-th round of the colours.
[[nodiscard]] widgets::CurveDash curveDash(qsizetype index);

/// "lr 0.01" of "model.optim.lr"
[[nodiscard]] QString namedValue(const QString& key, const QString& value);
/// A run's value of a config key; "(missing)" where it has none.
[[nodiscard]] QString valueOf(const RunFacts& run, const QString& key);
/// The different values of a key, numbers in their order before texts.
[[nodiscard]] QStringList valuesOf(const BoardFacts& facts, const QString& key);
/// A word or two of an event's text, for its mark: "lr 0.01".
[[nodiscard]] QString markLabel(const QString& event);

} // namespace fathom::app
