// SPDX-License-Identifier: GPL-3.0-or-later
// Command lines as people write and paste them: split as a POSIX shell does, read as Hydra does.
//
//   CommandLine line = parseCommandLine("python train.py --config-name=quartznet model.optim.lr=0.02");
//   line.script      // "train.py": Hydra looks for --config-path beside it
//   formatCommandLine(line)
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fathom::app {

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
    std::string script{};    ///< a leading program's script, "examples/asr/train.py"
    bool hasProgram = false; ///< it began with a program: a whole command, not a list of overrides
};

/// Understands `--config-path=P`, `--config-path P`, `-cp P`, `-cn N`; forgets a prompt, a leading program
/// (`python train.py`, `torchrun --nproc_per_node=2 train.py`, `fathom-cli train`), environment assignments
/// before it, and unknown options.
[[nodiscard]] CommandLine parseCommandLine(std::string_view text);
/// `--config-path=P --config-name=N OVERRIDE…`, quoted for a shell; parseCommandLine reads it back.
[[nodiscard]] std::string formatCommandLine(const CommandLine& line);

} // namespace fathom::app
