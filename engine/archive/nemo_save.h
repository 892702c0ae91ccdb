// SPDX-License-Identifier: Apache-2.0
// Writes an edited archive: into its place where the change fits, else as a new file that replaces the old
// one. Whatever happens meanwhile, the path holds the old archive or the new one.
#pragma once

#include "engine/archive/nemo_editor.h"
#include "engine/base/file.h"

#include <functional>
#include <stop_token>

namespace fathom::archive {

struct SaveOptions {
    std::stop_token stop{};
    /// Bytes written and to be written; called from the saving thread.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
    bool allowInPlace = true;
    bool digests = false; ///< SHA-256 of every member, for a manifest
};

struct MemberDigest {
    std::string name{}; ///< without "./"
    std::uint64_t bytes = 0;
    std::string sha256{}; ///< empty: not asked for, or not read because the member was not touched
};

/// How saving to a path would go, without doing it.
struct SavePlan {
    bool isInPlace = false;
    std::uint64_t bytesToWrite = 0;
    /// What else the user should know: "it was a gzip tar and becomes a plain one".
    std::vector<std::string> notes{};
};

struct SaveReport {
    bool wasInPlace = false;
    std::uint64_t bytesWritten = 0;
    std::vector<MemberDigest> members{};
};

[[nodiscard]] Result<SavePlan> planSave(const NemoDraft& draft, const std::filesystem::path& target,
                                        const SaveOptions& options = {});

/// Saves to `target`, which may be the opened archive itself. Errors: the opened archive changed on disk
/// since (nothing is written), lint errors, no space, stopped. For a background thread. Open the target again
/// afterwards.
[[nodiscard]] Result<SaveReport> saveNemo(const NemoDraft& draft, const std::filesystem::path& target,
                                          const SaveOptions& options = {});

} // namespace fathom::archive
