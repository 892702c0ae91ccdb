// SPDX-License-Identifier: Apache-2.0
// Compressed archives are expanded once, into a cache that other openings and programs share.
#pragma once

#include "engine/archive/expander.h"
#include "engine/base/file.h"

#include <functional>
#include <stop_token>

namespace fathom::archive {

struct OpenOptions {
    std::stop_token stop{};
    /// Compressed bytes done and all of them, while a compressed archive is expanded; called from the thread
    /// that opens.
    std::function<void(std::uint64_t bytesDone, std::uint64_t bytesTotal)> progress{};
};

/// The expanded contents of a compressed file, from $XDG_CACHE_HOME/fathom/archives (~/.cache without it)
/// where they are kept under the file's identity until the machine starts anew, or expanded into there now.
/// Where that folder cannot be had, into a temporary file without a name: path() of the result then leads
/// nowhere. Several processes may do it at once. Errors: BadInput for what Expander refuses and what grows
/// beyond largestExpansion, Failed for a disk that is full, Interrupted.
[[nodiscard]] Result<std::shared_ptr<const MappedFile>>
expandedFile(const std::shared_ptr<const MappedFile>& packed, const OpenOptions& options = {});

/// Removes expanded files, those not used for longest first, until the rest has at most `limit` bytes, and
/// what killed processes left. Openings that have one mapped keep it: Linux frees it when they close.
void evictExpanded(const std::filesystem::path& folder, std::uint64_t limit);

inline constexpr std::uint64_t kExpandedLimit = std::uint64_t{20} << 30;

} // namespace fathom::archive
