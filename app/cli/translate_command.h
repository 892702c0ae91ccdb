// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

/// `fathom-cli translate FILE TXT|-`: translations of the lines of a text.
void addTranslateCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
