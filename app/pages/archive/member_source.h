// SPDX-License-Identifier: GPL-3.0-or-later
// Where the bytes of a member come from: the archive, or an edit that is not saved yet.
#pragma once

#include "engine/base/file.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace fathom::app {

/// `owner` keeps `bytes` alive: usually a file mapping, so that reading them may wait for the disk.
struct MemberBytes {
    std::span<const std::byte> bytes{};
    std::shared_ptr<const void> owner{};
};

/// For a background thread.
using MemberSource = std::function<Result<MemberBytes>()>;

/// The member as a file of its own, written atomically. For a background thread.
[[nodiscard]] inline Status writeMember(const MemberSource& source, const std::filesystem::path& file) {
    const auto member = source();
    if (!member) return fail(member.error());
    return writeFileAtomically(file,
                               {reinterpret_cast<const char*>(member->bytes.data()), member->bytes.size()});
}

} // namespace fathom::app
