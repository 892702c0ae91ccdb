// SPDX-License-Identifier: GPL-3.0-or-later
// All that the side panel shows of one run, read in one go.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>

namespace fathom::app {

struct RunDetails {
    store::Run run{};
    std::vector<store::SeriesSummary> metrics{};
    std::vector<store::ConfigLeaf> leaves{};
    store::Environment environment{};
    std::vector<store::Artifact> artifacts{};
};

/// Background thread.
[[nodiscard]] Result<RunDetails> readDetails(const std::filesystem::path& workspace, store::RunId run);

} // namespace fathom::app
