// SPDX-License-Identifier: GPL-3.0-or-later
// From what the user decided (a file and overrides) to everything the Configure page shows.
//
// An override that does not compose is left out and reported, so that the tree shows what the others make of
// the config and every mistake is listed at once.
#pragma once

#include "app/models/config_tree.h"
#include "app/models/override_list.h"
#include "app/models/schedule_preview.h"
#include "app/models/sweep_preview.h"

#include <map>
#include <optional>

namespace fathom::app {

/// What the user decides; everything else follows from it.
struct ConfigState {
    QString configPath{}; ///< folder, as in --config-path
    QString configName{}; ///< as in --config-name
    OverrideList overrides{};

    friend bool operator==(const ConfigState& a, const ConfigState& b) = default;
};

/// Text of files by the name that origins give them.
using SourceTexts = std::map<QString, QString>;

struct ComposeOptions {
    SourceTexts frozen{}; ///< texts to use instead of what is on disk, by the name that origins give them
    int sweepJob = 0;     ///< of a sweep: the run whose config is shown
};

struct Composition {
    std::optional<config::Config> config{};
    ConfigTree tree{};
    SchedulePreview schedule{};
    SweepPreview sweep{};
    /// Overrides that do not compose and, without a config, why not even the file does.
    std::vector<ConfigProblem> errors{};
    SourceTexts sources{}; ///< text of every file that set a value, and of the primary file
    QString primaryFile{}; ///< as the origins name it
};

/// Pure but for reading the files; for a background thread.
[[nodiscard]] Composition composeState(const ConfigState& state, const ComposeOptions& options = {});

/// Path of the primary file.
[[nodiscard]] QString primaryFileOf(const ConfigState& state);

} // namespace fathom::app
