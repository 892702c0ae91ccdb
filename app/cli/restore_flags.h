// SPDX-License-Identifier: GPL-3.0-or-later
// What every command that restores a model takes.
#pragma once

#include "app/cli/command.h"
#include "engine/run/torch_module.h"

#include <string>
#include <vector>

namespace fathom::cli {

struct RestoreFlags {
    bool loose = false;
    std::string overrideConfig{};
    std::string mapLocation{};
    std::vector<std::string> plugins{};
};

/// Adds --no-strict, --override-config, --map-location and --plugin. `flags` must outlive the command.
void addRestoreFlags(CLI::App& command, RestoreFlags& flags);

/// Loads the plugins, restores the model, and warns of what --no-strict let pass.
[[nodiscard]] Result<std::unique_ptr<run::RestoredModel>>
restoreForCommand(run::TorchModule& module, const std::string& file, const RestoreFlags& flags, Log& log);

} // namespace fathom::cli
