// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom-cli runs diff A B…`: what differs between runs, against the first.
#pragma once

#include "engine/base/result.h"

#include <string>
#include <vector>

namespace fathom::cli {

struct RunsDiffOptions {
    std::string workspace = ".";
    std::vector<std::string> runs{}; ///< as findRun() takes them; the first is the baseline
    bool all = false;                ///< keys that are the same too
    bool json = false;
};

/// Prints one table for each kind (metrics, config, code, data, environment) with the layer of each value; or
/// `{"runs": […], "baseline": …, "config": [{"key": …, "values": [{"value": …, "layer": …, "origin": …}, …]},
/// …], …}`, null for a run that lacks the key. Errors are Usage for fewer than two runs.
[[nodiscard]] Status diffRuns(const RunsDiffOptions& options);

} // namespace fathom::cli
