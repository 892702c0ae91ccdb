// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

/// `train` and `test`: one run on the embedded engine, with a progress bar on a terminal.
void addTrainCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
