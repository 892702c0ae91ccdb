// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a config, and what a click could do about it.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"

#include <QString>

#include <string>
#include <vector>

namespace fathom::app {

/// A remedy that needs no thought: the override at `argument` becomes `replacement`, or goes.
struct ConfigFix {
    QString text{}; ///< "Use model.optim.lr"
    int argument = -1;
    std::string replacement{}; ///< empty: the override is dropped

    friend bool operator==(const ConfigFix& a, const ConfigFix& b) = default;
};

struct ConfigProblem {
    Error error{};
    bool isBlocking = false; ///< the config could not be composed; otherwise it composed, with a gap in it
    int argument = -1;       ///< the override that is to blame, -1 for none
    std::vector<ConfigFix> fixes{}; ///< the likeliest first
};

/// What could be done about an override that does not compose with the others; `config` is what they compose
/// to without it. The last fix drops it.
[[nodiscard]] std::vector<ConfigFix> fixesFor(const std::string& item, int argument,
                                              const config::Config& config);

/// A path relative to the current directory where that is shorter to read, otherwise absolute.
[[nodiscard]] QString displayPath(const QString& path);
/// What, why, where and the remedy on one line.
[[nodiscard]] QString sentence(const Error& error);

} // namespace fathom::app
