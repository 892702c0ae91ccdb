// SPDX-License-Identifier: Apache-2.0
// Asking something of a run, whichever process owns it: a row in the store that the owner's recorder finds
// (Recorder::onCommand).
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <string>

namespace fathom::store {

/// Leaves the command in one short transaction and returns its id, by which Reader::command() tells what
/// became of it. Refused (Usage) for a run that is over or whose process is gone. Waits for the disk; not for
/// the GUI thread.
[[nodiscard]] Result<std::int64_t> sendCommand(const std::filesystem::path& workspace, RunId run,
                                               const std::string& kind, double value);

} // namespace fathom::store
