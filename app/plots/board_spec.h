// SPDX-License-Identifier: GPL-3.0-or-later
// What a board of plots is, apart from its runs: which plots, of which metrics, drawn how. Plain values that
// are kept as JSON.
#pragma once

#include "app/plots/series_points.h"
#include "engine/base/result.h"
#include "widgets/curve_group.h"
#include "widgets/plot_scale.h"
#include "widgets/smoothing.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

class QJsonObject;

namespace fathom::app {

/// How curves are drawn, for the whole board.
struct BoardView {
    XAxis axis = XAxis::Step;
    QString xMetric{}; ///< of XAxis::Metric
    widgets::Smoothing smoothing{};
    widgets::PlotScale xScale = widgets::PlotScale::Linear;
    widgets::PlotScale yScale = widgets::PlotScale::Linear;
    bool clipOutliers = false;
    friend bool operator==(const BoardView&, const BoardView&) = default;
};

/// What one plot does its own way.
struct PlotOverrides {
    std::optional<XAxis> axis{};
    std::optional<QString> xMetric{};
    std::optional<widgets::Smoothing> smoothing{};
    std::optional<widgets::PlotScale> xScale{};
    std::optional<widgets::PlotScale> yScale{};
    std::optional<bool> clipOutliers{};

    [[nodiscard]] BoardView over(BoardView board) const;
    friend bool operator==(const PlotOverrides&, const PlotOverrides&) = default;
};

/// Something that a user wrote on a plot.
struct PlotNote {
    double x = 0;
    std::optional<double> y{};
    QString text{};
    XAxis axis = XAxis::Step; ///< that x is on: elsewhere it is not shown
    QString xMetric{};        ///< of XAxis::Metric
    friend bool operator==(const PlotNote&, const PlotNote&) = default;
};

struct PlotSpec {
    QString title{};
    QStringList metrics{}; ///< by name; when empty, those that `pattern` finds
    QString pattern{};     ///< regular expression, matched anywhere in the name
    QString emptyText{};   ///< said while there are no points
    PlotOverrides own{};
    std::vector<PlotNote> notes{};
    bool hidden = false; ///< only in BoardSpec::rest: the user removed it

    /// Those of `available` that belong here, in their order.
    [[nodiscard]] QStringList select(const QStringList& available) const;
    friend bool operator==(const PlotSpec&, const PlotSpec&) = default;
};

/// Keys of the config by whose values runs are told apart; empty: not at all.
struct Grouping {
    QString colorKey{};
    QString dashKey{};
    QString facetKey{};   ///< a plot for each value
    bool average = false; ///< the runs of one colour and dash become their mean
    widgets::Spread spread = widgets::Spread::Range;
    friend bool operator==(const Grouping&, const Grouping&) = default;
};

struct BoardSpec {
    QString name{};
    BoardView view{};
    Grouping grouping{};
    bool joinResumed = true;
    bool showRest = false; ///< a plot for each metric that no plot of the board shows
    int columns = 0;       ///< 0: as many as have room
    std::vector<PlotSpec> plots{};
    std::map<QString, PlotSpec> rest{}; ///< what was changed about plots of the rest, by their metric
    friend bool operator==(const BoardSpec&, const BoardSpec&) = default;
};

/// Loss, learning rate, validation and throughput: what a training is watched by.
[[nodiscard]] BoardSpec trainingBoard();
/// A plot for each metric.
[[nodiscard]] BoardSpec everyMetricBoard();

[[nodiscard]] QByteArray toJson(const BoardSpec& board);
/// Unknown keys are passed over and missing ones keep their defaults. Errors (BadInput) say which line.
[[nodiscard]] Result<BoardSpec> boardFromJson(const QByteArray& json);

/// "none", "ema", "moving average", …: as files spell them.
[[nodiscard]] QString name(widgets::SmoothingMethod method);

} // namespace fathom::app
