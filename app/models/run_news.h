// SPDX-License-Identifier: GPL-3.0-or-later
// What the reader thread hands to the GUI thread: immutable snapshots.
#pragma once

#include "engine/store/types.h"

#include <QMetaType>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::app {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// The metric that the status bar and lists of runs show; NaN where there is none yet. The table of runs
/// reads its own columns.
struct RunMetrics {
    double valWer = kNoValue;
};

struct RunRow {
    store::Run run{}; ///< without configJson and configYaml
    RunMetrics metrics{};
};

/// Rows that are new or changed.
struct RunListNews {
    bool complete = false; ///< these are all the runs there are, newest first
    std::vector<RunRow> rows{};
};

/// What came in for the watched run. Its points are read by what draws them.
struct RunNews {
    store::RunId run{};
    bool fromStart = false; ///< forget what was shown: this is all there is so far
    std::optional<store::Run> info{};
    bool hasPoints = false;               ///< more than at the last news
    std::optional<double> learningRate{}; ///< the last one, read with hasPoints
    std::vector<store::Event> events{};
    std::optional<std::vector<store::Artifact>> artifacts{}; ///< only when they changed
};

using RunListNewsPtr = std::shared_ptr<const RunListNews>;
using RunNewsPtr = std::shared_ptr<const RunNews>;

} // namespace fathom::app

Q_DECLARE_METATYPE(fathom::app::RunListNewsPtr)
Q_DECLARE_METATYPE(fathom::app::RunNewsPtr)
