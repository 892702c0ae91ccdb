// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom-cli nemo set|add|replace|rm|rename|convert`: changes archives.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

/// Adds the subcommands to `nemo`.
void addNemoEditCommands(CLI::App& nemo, CommandContext& context);

} // namespace fathom::cli
