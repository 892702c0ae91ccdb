// SPDX-License-Identifier: Apache-2.0
// What the module border hands out for an opened archive.
#pragma once

#include "engine/run/torch_module.h"

#include <filesystem>
#include <memory>

namespace fathom::model {

/// Opens the archive and restores its model, in eval mode. Never throws.
[[nodiscard]] Result<std::unique_ptr<run::RestoredModel>> restoreForUse(const std::filesystem::path& file,
                                                                        const run::RestoreOptions& options);

} // namespace fathom::model
