// SPDX-License-Identifier: Apache-2.0
// Recordings inside tar files, found by name and read wherever they lie: NeMo's tarred data sets, which there
// are streams.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::data {

/// Where a recording lies.
struct TarMember {
    std::size_t tar = 0; ///< index into the set's files
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::string name{}; ///< as stored
};

/// Immutable; any thread may read.
class TarSet {
public:
    /// Indexes every tar once, without reading recordings. Errors (BadInput) name the tar: missing,
    /// compressed, damaged.
    [[nodiscard]] static Result<TarSet> open(const std::vector<std::filesystem::path>& files);

    /// Files in the order of the tars and, in each, of its members; folders and links are left out.
    [[nodiscard]] const std::vector<TarMember>& members() const { return m_members; }
    /// The content of one. Errors (BadInput) name tar and member.
    [[nodiscard]] Result<std::string> read(const TarMember& member) const;
    /// "shard_3.tar/1-audio.wav", for messages.
    [[nodiscard]] std::string label(const TarMember& member) const;

private:
    std::vector<std::filesystem::path> m_files;
    std::vector<TarMember> m_members;
};

/// What joins a member and a manifest's line: the file's name without folders and without its last extension.
[[nodiscard]] std::string fileIdOf(std::string_view path);

} // namespace fathom::data
