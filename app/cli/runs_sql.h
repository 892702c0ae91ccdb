// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli runs sql.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addRunsSql(CLI::App& runs, CommandContext& context);

} // namespace fathom::cli
