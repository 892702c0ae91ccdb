// SPDX-License-Identifier: Apache-2.0
// Taking a run out of the store.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>

namespace fathom::store {

/// Deletes the run with its series, points, events, samples and artifact rows in one transaction; no file is
/// touched. A run that is still going on is refused (Usage). Waits for the disk; not for the GUI thread.
[[nodiscard]] Status removeRun(const std::filesystem::path& workspace, RunId run);

} // namespace fathom::store
