// SPDX-License-Identifier: GPL-3.0-or-later
// Going on with a run that is over, from the last checkpoint in its folder.
#pragma once

#include "engine/run/request.h"
#include "engine/store/types.h"

namespace fathom::app {

/// False for runs that go on, that completed, or that have no folder.
[[nodiscard]] bool canResume(const store::Run& run);
/// What exp_manager calls resume_if_exists, in the run's own folder.
[[nodiscard]] run::RunRequest resumeRequest(const store::Run& run, const std::filesystem::path& workspace);

} // namespace fathom::app
