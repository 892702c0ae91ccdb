// SPDX-License-Identifier: Apache-2.0
// What the store is told of a run before it begins.
#pragma once

#include "engine/config/config.h"
#include "engine/run/request.h"
#include "engine/store/types.h"

namespace fathom::run {

/// Name, command, the config with the layer of each leaf, the files it was composed from as they are now, and
/// the environment. Asks git and reads files: not for the GUI thread.
[[nodiscard]] Result<store::NewRun> describe(const config::Config& config, const RunRequest& request);

} // namespace fathom::run
