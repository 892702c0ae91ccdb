// SPDX-License-Identifier: GPL-3.0-or-later
// What a board of plots knows of its runs, and what it asks of and hears from the thread that reads them.
// Immutable snapshots.
#pragma once

#include "app/plots/series_points.h"
#include "engine/store/types.h"
#include "widgets/curve_data.h"
#include "widgets/curve_group.h"
#include "widgets/smoothing.h"

#include <QMetaType>
#include <QString>
#include <QStringList>

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::app {

struct RunFacts {
    store::RunId id{};
    QString title{}; ///< "quartznet_prompts/7"
    store::RunState state = store::RunState::Created;
    double startedAt = 0; ///< seconds since the Unix epoch
    std::optional<store::RunId> resumedFrom{};
    /// Values of the config keys that were asked for; absent where the run has none.
    std::map<QString, QString> config{};
    friend bool operator==(const RunFacts&, const RunFacts&) = default;
};

struct BoardFacts {
    std::vector<RunFacts> runs{}; ///< in the order asked for, without those that are gone
    QStringList metrics{};        ///< of any of the runs, sorted
    QStringList configKeys{};     ///< of any run of the workspace, sorted
};

using BoardFactsPtr = std::shared_ptr<const BoardFacts>;

struct CurveId {
    store::RunId run{};
    std::string metric{};
    friend auto operator<=>(const CurveId&, const CurveId&) = default;
};

/// What one plot shows.
struct PlotQuery {
    std::vector<CurveId> curves{}; ///< those that there are not are passed over
    XAxis axis = XAxis::Step;
    std::string xMetric{}; ///< of XAxis::Metric
    widgets::Smoothing smoothing{};
    bool joinResumed = true; ///< a run goes on from the one that it was resumed from
    /// Indices of the curves that are averaged, one group after the other; empty: none.
    std::vector<std::vector<std::size_t>> groups{};
    widgets::Spread spread = widgets::Spread::None;
    bool marks = false; ///< the events of the runs too
    friend bool operator==(const PlotQuery&, const PlotQuery&) = default;
};

using PlotQueryPtr = std::shared_ptr<const PlotQuery>;

/// Points of a curve, in the order of x.
struct CurveContent {
    widgets::SharedX x{};
    std::vector<double> y{};
    std::vector<double> smoothed{}; ///< empty without smoothing
    widgets::SharedX voidX{};       ///< of what was superseded; may be null
    std::vector<double> voidY{};
};

using CurveContentPtr = std::shared_ptr<const CurveContent>;

struct CurveNews {
    std::size_t curve = 0; ///< index in PlotQuery::curves
    bool append = false;   ///< these points come behind those of before; else they replace them
    bool coarse = false;   ///< extremes of stretches, of a long series; its points follow
    CurveContentPtr content{};
};

struct GroupNews {
    std::size_t group = 0;
    std::shared_ptr<const widgets::CurveGroup> curve{};
};

/// Something that happened to the run, placed on the plot's x.
struct MarkNews {
    double x = 0;
    QString text{};
    bool minor = false;
};

struct PlotNews {
    quint64 plot = 0;
    PlotQueryPtr query{}; ///< that it answers
    std::vector<CurveNews> curves{};
    std::vector<GroupNews> groups{};
    std::optional<std::vector<MarkNews>> marks{}; ///< all of them, when they changed
    bool complete = false;                        ///< nothing more is known now
};

using PlotNewsPtr = std::shared_ptr<const PlotNews>;

} // namespace fathom::app

Q_DECLARE_METATYPE(fathom::app::BoardFactsPtr)
Q_DECLARE_METATYPE(fathom::app::PlotNewsPtr)
