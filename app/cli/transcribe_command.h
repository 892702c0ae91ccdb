// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

/// `transcribe`: texts of recordings by a restored speech model.
void addTranscribeCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
