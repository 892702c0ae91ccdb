// SPDX-License-Identifier: GPL-3.0-or-later
// Command lines as a POSIX shell quotes them. Values as override text are engine/config/override.h's.
#pragma once

#include "engine/config/override.h"

#include <string>
#include <string_view>
#include <vector>

namespace fathom::app {

using config::overrideText;
using config::overrideTextFromInput;
using config::quoteForOverride;

/// The arguments of a command line as a POSIX shell splits it; an open quote ends at the end of the text.
[[nodiscard]] std::vector<std::string> splitCommandLine(std::string_view text);
/// One argument quoted for a POSIX shell where it must be. A leading `~key` stays bare: easier to read, and
/// only a shell with a user of that name would expand it (run::commandLine, which is what Copy gives, quotes
/// it).
[[nodiscard]] std::string quoteForShell(std::string_view argument);

/// `--config-path`, `--config-name` and overrides, however they were written.
struct CommandLine {
    std::string configPath{};
    std::string configName{};
    std::vector<std::string> overrides{};
};

/// Understands `--config-path=P`, `--config-path P`, `-cp P`, `-cn N`; forgets a leading program (`python
/// train.py`, `fathom-cli train`), environment assignments before it, and unknown options.
[[nodiscard]] CommandLine parseCommandLine(std::string_view text);
/// `--config-path=P --config-name=N OVERRIDE…`, quoted for a shell; parseCommandLine reads it back.
[[nodiscard]] std::string formatCommandLine(const CommandLine& line);

} // namespace fathom::app
