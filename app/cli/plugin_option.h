// SPDX-License-Identifier: GPL-3.0-or-later
// --plugin, which every command has that composes a config or builds a model.
#pragma once

#include "app/cli/command.h"
#include "engine/plugin/plugins.h"

#include <string>
#include <vector>

namespace fathom::cli {

/// Adds --plugin FILE, which may be repeated. `files` must outlive the command.
void addPluginOption(CLI::App& command, std::vector<std::string>& files);

/// Loads them in order.
[[nodiscard]] Result<plugin::Selection> loadPlugins(const std::vector<std::string>& files);

} // namespace fathom::cli
