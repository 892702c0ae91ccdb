// SPDX-License-Identifier: Apache-2.0
// What two data manifests (one JSON object a line, as NeMo writes them) hold, and how they differ.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::analysis {

struct ManifestCount {
    std::int64_t entries = 0;
    double seconds = 0; ///< sum of `duration`, where entries have one
};

/// An entry that is in both manifests with other contents, or in one only.
struct ManifestChange {
    enum class Kind { Added, Removed, Changed };
    Kind kind = Kind::Changed;
    std::string entry{};  ///< its audio file (with its offset, where it has one), else the whole line
    std::string before{}; ///< of what changed: `text: "on"`; of an added entry nothing
    std::string after{};
};

struct ManifestDiff {
    ManifestCount before{};
    ManifestCount after{};
    ManifestCount added{};
    ManifestCount removed{};
    ManifestCount changed{};               ///< counted as they are after
    std::vector<ManifestChange> changes{}; ///< the first of them, see ManifestDiffOptions
    [[nodiscard]] bool isEmpty() const {
        return added.entries == 0 && removed.entries == 0 && changed.entries == 0;
    }
};

struct ManifestDiffOptions {
    std::size_t mostChanges = 1000; ///< listed; all are counted
    std::stop_token stop{};
};

/// Entries are the same recording when audio_filepath and offset are; several of one name are
/// told apart by their order. Errors: BadInput with file and line, or Interrupted.
[[nodiscard]] Result<ManifestDiff> diffManifests(const std::filesystem::path& before,
                                                 const std::filesystem::path& after,
                                                 const ManifestDiffOptions& options = {});

} // namespace fathom::analysis
