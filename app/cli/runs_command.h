// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom-cli runs ls|show|metrics|export|control|rm`: the runs of a workspace.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addRunsCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
