// SPDX-License-Identifier: GPL-3.0-or-later
// Opening a compressed archive takes its time: it can be interrupted and says how far it is.
#pragma once

#include "app/cli/command.h"
#include "engine/archive/nemo.h"

namespace fathom::cli {

/// Stops with the program; draws one line on standard error where that is a terminal.
[[nodiscard]] archive::OpenOptions openOptions(const CommandContext& context);

} // namespace fathom::cli
