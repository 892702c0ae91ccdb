// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom-cli nemo`: looks into .nemo archives and checkpoints, and changes archives.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addNemoCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
