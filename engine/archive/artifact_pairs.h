// SPDX-License-Identifier: Apache-2.0
// Which artifact of one archive is which of another, though NeMo draws a new random prefix for their names
// whenever it saves.
#pragma once

#include "engine/archive/config_leaves.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::archive {

struct ArchiveFile {
    std::string name{}; ///< without "./"
    std::span<const std::byte> bytes{};
};

using ArchiveFiles = std::vector<ArchiveFile>;

struct ArchiveSide {
    const ArchiveFiles& files;
    const Leaves& config;
};

/// Null where only one archive has it; views the files.
struct ArtifactPair {
    const ArchiveFile* before = nullptr;
    const ArchiveFile* after = nullptr;
};

/// By equal names, then by the config key whose "nemo:" value names them, then by the name behind the prefix
/// (in file order, equal contents first). Files of `before` in their order, then what only `after` has.
[[nodiscard]] std::vector<ArtifactPair> pairArtifacts(const ArchiveSide& before, const ArchiveSide& after);

[[nodiscard]] bool haveEqualContents(const ArchiveFile& a, const ArchiveFile& b);
/// "x" of the config value "nemo:x"; empty for all others.
[[nodiscard]] std::string_view artifactNamed(const Value& value);
/// The name without NeMo's "<32 hex digits>_".
[[nodiscard]] std::string_view withoutPrefix(std::string_view name);

} // namespace fathom::archive
