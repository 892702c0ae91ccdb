// SPDX-License-Identifier: Apache-2.0
// Where a run runs and on which data, for comparing runs later. docs/schema.md lists the names.
#pragma once

#include "engine/config/config.h"
#include "engine/store/types.h"

namespace fathom::run {

/// Git, host and program. Asks git, at most two seconds.
[[nodiscard]] store::Environment hostEnvironment();

/// For each data section of the model ("train_ds", …) with local files: their checksum, entries and, where
/// the manifest gives them, hours. Reads the manifests; a file that cannot be read is left out, the run will
/// tell.
[[nodiscard]] store::Environment dataEnvironment(const config::Config& config);

} // namespace fathom::run
