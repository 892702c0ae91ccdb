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
};

/// Composes the layers. Pure but for reading the files. Errors are Usage with file, line, column and key,
/// `className` being Hydra's or OmegaConf's name for them.
[[nodiscard]] Result<Config> compose(const ComposeRequest& request);

} // namespace fathom::config
