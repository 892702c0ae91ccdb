// SPDX-License-Identifier: GPL-3.0-or-later
// What the Compare page knows of its runs: read from the store in the background, immutable from then on.
#pragma once

#include "engine/analysis/predictions.h"
#include "engine/analysis/settings.h"
#include "engine/store/types.h"

#include <QString>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

namespace fathom::app {

/// A file of weights that a run wrote.
struct RunArchive {
    QString kind{}; ///< "nemo" or "ckpt"
    std::filesystem::path path{};
};

struct ComparedRun {
    store::Run run{};
    QString title{};
    std::filesystem::path startedIn{}; ///< the folder that its relative paths are meant from; may be empty
    analysis::Settings config{};
    analysis::Settings metrics{};     ///< "val_wer", "val_wer · best" …; numbers
    analysis::Settings code{};        ///< git's commit, branch and patch, the config and its overrides
    analysis::Settings data{};        ///< manifests and what was recorded of them
    analysis::Settings environment{}; ///< host, devices, versions, speed
    analysis::Settings layers{};      ///< the YAML files as they were; texts
    std::vector<analysis::Prediction> predictions{}; ///< of its last validation
    QString scoreKind{};                             ///< of the predictions: "wer", "class" or "bleu"
    std::vector<RunArchive> archives{};              ///< those that exist, newest first
};

using ComparedRunsPtr = std::shared_ptr<const std::vector<ComparedRun>>;

/// The runs in this order; those that are gone are left out. Waits for the disk.
[[nodiscard]] Result<ComparedRunsPtr> readComparedRuns(const std::filesystem::path& workspace,
                                                       const std::vector<store::RunId>& ids,
                                                       const std::stop_token& stop);

/// One part of a comparison: the rows of one kind.
struct ComparisonSection {
    enum class Kind { Metrics, Config, Code, Data, Environment, Layers };
    Kind kind = Kind::Config;
    std::vector<analysis::ComparedKey> rows{}; ///< all of them, those that are the same too
    std::size_t differing = 0;
};

/// The runs against a baseline. The sections point into the runs.
struct Comparison {
    ComparedRunsPtr runs{};
    std::size_t baseline = 0;
    std::vector<std::size_t> order{}; ///< runs as columns: the baseline first
    std::vector<ComparisonSection> sections{};

    [[nodiscard]] const ComparedRun& run(std::size_t column) const { return (*runs)[order[column]]; }
    [[nodiscard]] const ComparisonSection& section(ComparisonSection::Kind kind) const;
};

using ComparisonPtr = std::shared_ptr<const Comparison>;

/// Pure; any thread. `runs` is not empty.
[[nodiscard]] ComparisonPtr compareRuns(ComparedRunsPtr runs, std::size_t baseline);

[[nodiscard]] QString sectionTitle(ComparisonSection::Kind kind);

/// The manifest of a run, whose relative path is meant from where it was started (empty, the current folder,
/// where that is not known); else below the workspace. Empty where neither is there.
[[nodiscard]] std::filesystem::path findManifest(const std::filesystem::path& startedIn,
                                                 const std::filesystem::path& workspace,
                                                 const std::string& path);

} // namespace fathom::app
