// SPDX-License-Identifier: Apache-2.0
// The members of an uncompressed tar without extracting any: ustar, PAX and GNU long names.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fathom::archive {

enum class MemberType { File, Directory, Link, Other };

struct Member {
    std::string name{}; ///< as stored, "./model_config.yaml"; a folder's without its last "/"
    MemberType type = MemberType::File;
    std::uint64_t bytes = 0;
    std::uint64_t recordOffset = 0; ///< of its first header block, extended headers included
    std::uint64_t offset = 0;       ///< of the payload in the (uncompressed) tar
    std::uint32_t mode = 0;
    double mtime = 0;      ///< seconds since the Unix epoch
    std::string problem{}; ///< why it is unsafe and would not be extracted; empty when it is fine
};

/// All members in file order, duplicates included. `label` names the archive in errors (BadInput). Where
/// Python's tarfile silently ends at a damaged header this is an error. Payloads lie inside `tar`.
[[nodiscard]] Result<std::vector<Member>> indexTar(std::span<const std::byte> tar, const std::string& label);

/// `name` without leading "./" and trailing "/"; "." stays.
[[nodiscard]] std::string_view plainMemberName(std::string_view name);

} // namespace fathom::archive
