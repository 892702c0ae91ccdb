// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli schedule: the learning rate of each step of a config's scheduler.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addScheduleCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
