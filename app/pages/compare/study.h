// SPDX-License-Identifier: GPL-3.0-or-later
// Config against metric over many runs: what importance, parallel coordinates and scatter plots are made of.
#pragma once

#include "engine/analysis/importance.h"
#include "engine/base/result.h"
#include "engine/store/types.h"
#include "widgets/scatter_plot_axis.h"

#include <QStringList>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::app {

/// Which number of a metric counts.
enum class MetricPart { Last, Least, Greatest };

struct StudyRequest {
    std::vector<store::RunId> runs{}; ///< empty: every run of the workspace
    std::string metric{};
    MetricPart part = MetricPart::Least;
};

/// Immutable once read.
struct Study {
    std::vector<store::RunId> runs{}; ///< those that have the metric, newest first
    std::size_t older = 0;            ///< runs that have it too, beyond the newest 5,000
    QStringList titles{};
    std::vector<analysis::StudyColumn> columns{}; ///< keys that differ among them
    std::vector<double> metric{};
    QString metricName{};      ///< "val_wer · least"
    QStringList metricNames{}; ///< all that these runs have, by name
};

using StudyPtr = std::shared_ptr<const Study>;

/// True when nothing that is shown of it differs.
[[nodiscard]] bool isSame(const Study& a, const Study& b);

/// Waits for the disk. A metric that no run has gives a study without runs.
[[nodiscard]] Result<StudyPtr> readStudy(const std::filesystem::path& workspace, const StudyRequest& request,
                                         const std::stop_token& stop);

/// The metric to begin with: an error rate, else a validation loss, else the first.
[[nodiscard]] QString favouriteMetric(const QStringList& names);

/// A key as an axis: numbers where all values are, logarithmic where they span a factor of thirty; else
/// categories.
[[nodiscard]] widgets::ScatterAxis axisOf(const analysis::StudyColumn& column);

/// The key's own name, as much of it as tells it apart: "optim.lr" of "model.optim.lr".
[[nodiscard]] QString shortKey(const std::string& key);

} // namespace fathom::app
