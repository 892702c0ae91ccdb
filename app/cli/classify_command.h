// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

/// `classify`: classes of texts by a restored text classification model.
void addClassifyCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
