// SPDX-License-Identifier: Apache-2.0
// Hydra 1.3's composition over files on disk or in memory.
#pragma once

#include "engine/config/config.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fathom::config {

struct ComposeRequest {
    std::filesystem::path configPath{};                    ///< folder, relative to the current directory
    std::string configName{};                              ///< without or with ".yaml"
    std::vector<std::string> overrides{};                  ///< Hydra's override grammar, in order
    std::size_t editedFrom = static_cast<std::size_t>(-1); ///< overrides from this index on are Layer::Edited
    std::map<std::string, std::string>
        files{}; ///< unsaved or in-memory files by path below configPath; they hide those on disk
    std::filesystem::path
        configDir{}; ///< a second folder, searched last (Hydra's --config-dir), empty for none
    std::filesystem::path schemaFile{}; ///< dataclasses to register as schema_<Name> (JSON), empty for none
    std::string autoschema{}; ///< the dataclass that the primary config is matched against, empty for none
};

/// Composes the layers. Pure but for reading the files. Errors are Usage with file, line, column and key,
/// `className` being Hydra's or OmegaConf's name for them.
[[nodiscard]] Result<Config> compose(const ComposeRequest& request);

/// The same without the sweeps, which stay unapplied, and without groups whose option is still ???: what
/// Hydra composes before a multirun.
[[nodiscard]] Result<Config> composeForSweep(const ComposeRequest& request);

/// Names of the options of a config group ("db" or "model/encoder"), sorted; empty when there is no such
/// group.
[[nodiscard]] std::vector<std::string> groupOptions(const ComposeRequest& request, const std::string& group);

/// What `--multirun` would start: the override list of each job, the last sweep varying fastest. Without
/// sweeps there is one job. The config is composed once, as Hydra does, so that a wrong key fails before any
/// job starts.
[[nodiscard]] Result<std::vector<std::vector<std::string>>> expandSweeps(const ComposeRequest& request);

} // namespace fathom::config
