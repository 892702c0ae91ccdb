// SPDX-License-Identifier: Apache-2.0
// Commands as text, and on their way to runs of other processes.
//
//   auto command = run::parseCommand("lr=0.01");
//   auto id = run::sendCommand(workspace, runId, *command);
//   auto outcome = run::awaitOutcome(workspace, *id, 10s, stop);   // "learning rate set from 0.02 to 0.01"
#pragma once

#include "engine/base/result.h"
#include "engine/run/command.h"
#include "engine/store/types.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace fathom::run {

/// "stop", "pause", "resume", "checkpoint", "validate", "lr", "max_epochs".
[[nodiscard]] std::string_view name(Command::Kind kind);

/// "pause", …, "lr=VALUE", "max_epochs=N". Errors (Usage): another word; a learning rate that is not a finite
/// number above 0; a number of epochs that is neither -1 nor from 1 on.
[[nodiscard]] Result<Command> parseCommand(std::string_view text);

/// nullopt for a kind of a later version.
[[nodiscard]] std::optional<Command> fromRow(const store::CommandRow& row);

/// Leaves the command in the store, where the run's process finds it within 100 ms; returns its id. Refused
/// (Usage) for a run that is over or whose process is gone. Waits for the disk; not for the GUI thread.
[[nodiscard]] Result<std::int64_t> sendCommand(const std::filesystem::path& workspace, store::RunId run,
                                               const Command& command);

/// What became of a command of sendCommand(). The run obeys between two batches and not during a validation,
/// so it may take a while; errors when `timeout` is over, the run died or a stop came first (Interrupted).
/// Not for the GUI thread.
[[nodiscard]] Result<std::string> awaitOutcome(const std::filesystem::path& workspace, std::int64_t command,
                                               std::chrono::milliseconds timeout,
                                               const std::stop_token& stop);

/// True for an outcome that says that the command was not obeyed.
[[nodiscard]] bool isRefusal(std::string_view outcome);

} // namespace fathom::run
