// SPDX-License-Identifier: Apache-2.0
// Joins archives and the run store: what Fathom wrote is remembered by its checksums, member by member.
#pragma once

#include "engine/archive/inspect.h"
#include "engine/archive/nemo_save.h"
#include "engine/store/manifest.h"

namespace fathom::run {

/// Reads every member. For a background thread.
[[nodiscard]] std::vector<store::ArchiveMember> manifestOf(const archive::Nemo& nemo);

/// What a save wrote; digests that it did not take are those of the manifest before.
[[nodiscard]] Status recordManifest(const std::filesystem::path& workspace,
                                    const std::filesystem::path& archive, const archive::SaveReport& report);

struct ManifestCheck {
    bool isKnown = false; ///< the store has a manifest of this archive
    std::vector<archive::Finding> findings{};
};

/// Compares the archive with its manifest: members that changed, went or came since Fathom wrote it (Error).
/// Reads every member that the manifest has. In NeMo's own archives the hex prefix of an artifact is random
/// and says nothing.
[[nodiscard]] Result<ManifestCheck> checkManifest(const std::filesystem::path& workspace,
                                                  const archive::Nemo& nemo);

} // namespace fathom::run
