// SPDX-License-Identifier: Apache-2.0
// SHA-256 of each member of the archives that Fathom wrote, so that a later change can be told.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace fathom::store {

/// The nearest folder with a run store, from the file's own upwards; nothing where there is none.
[[nodiscard]] std::optional<std::filesystem::path> workspaceOf(const std::filesystem::path& file);

/// Replaces the archive's manifest in the store of `workspace`, which must exist. A member without a digest
/// keeps the one that the store has for it if its size is the same, and is left out otherwise. Waits for the
/// disk; not for the GUI thread.
[[nodiscard]] Status writeManifest(const std::filesystem::path& workspace,
                                   const std::filesystem::path& archive,
                                   const std::vector<ArchiveMember>& members);

/// What was recorded of the archive; empty where nothing was.
[[nodiscard]] Result<std::vector<ArchiveMember>> readManifest(const std::filesystem::path& workspace,
                                                              const std::filesystem::path& archive);

} // namespace fathom::store
