// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli config: compose a config and print it, explain a key, or expand a sweep.
#pragma once

#include "app/cli/command.h"
#include "engine/config/compose.h"

namespace fathom::cli {

/// The options that every command with a config has.
struct ConfigArguments {
    std::string path{};
    std::string name{};
    std::vector<std::string> overrides{};
    std::string directory{};
    std::string schemaFile{};
    std::string autoschema{};
    std::vector<std::string> plugins{};

    [[nodiscard]] config::ComposeRequest request() const;
};

/// Adds --config-path, --config-name, --plugin and the overrides; they live in `arguments`, which must
/// outlive the app.
void addConfigArguments(CLI::App& command, ConfigArguments& arguments);

void addConfigCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
