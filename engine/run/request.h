// SPDX-License-Identifier: Apache-2.0
// What a caller asks of the engine, and what it can say to a run that is under way.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::run {

enum class Mode { Train, Validate, Test };

/// Its subcommand of fathom-cli: "train", "validate", "test".
[[nodiscard]] constexpr std::string_view name(Mode mode) {
    return mode == Mode::Train ? "train" : mode == Mode::Validate ? "validate" : "test";
}
/// "Training", "Validation" or "Testing" failed.
[[nodiscard]] constexpr const char* failureOf(Mode mode) {
    return mode == Mode::Train      ? "Training failed"
           : mode == Mode::Validate ? "Validation failed"
                                    : "Testing failed";
}

/// A run is a config, its overrides and a workspace; nothing else, so that a command line says it all.
struct RunRequest {
    Mode mode = Mode::Train;
    std::filesystem::path configPath{};
    std::string configName{};
    std::vector<std::string> overrides{};
    std::vector<std::filesystem::path> plugins{}; ///< besides those that the config lists
    std::filesystem::path workspace{};            ///< folder of runs.sqlite
};

/// A command line that repeats the run, quoted for a POSIX shell.
[[nodiscard]] std::string commandLine(const RunRequest& request);

} // namespace fathom::run
