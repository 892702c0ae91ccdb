// SPDX-License-Identifier: GPL-3.0-or-later
// What every subcommand of fathom-cli gets, and how it reports.
//
// A command lives in `<name>_command.cpp`, registers itself with one function `add<Name>Command(app,
// context)` and, in its callback, stores what it returns in context.exitCode.
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"

#include <CLI/CLI.hpp>
#include <stop_token>
#include <string>

namespace fathom::cli {

struct CommandContext {
    Log& log;               ///< standard error
    std::stop_source& stop; ///< requested by the first Ctrl+C or SIGTERM
    int exitCode = 0;
};

/// Writes the error to standard error (or, with json, `{"error": {…}}` to standard output) and sets the exit
/// code.
void report(CommandContext& context, const Error& error, bool json = false);

/// Writes to standard output; a closed pipe ends quietly.
void print(std::string_view text);

} // namespace fathom::cli
