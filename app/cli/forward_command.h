// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

/// `forward`: one pass of a restored model over .npy arrays.
void addForwardCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
