// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli runs import | merge.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addRunsImport(CLI::App& runs, CommandContext& context);

} // namespace fathom::cli
