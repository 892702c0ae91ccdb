// SPDX-License-Identifier: GPL-3.0-or-later
// Where the bytes of a member come from: the archive, or an edit that is not saved yet.
#pragma once

#include "engine/base/result.h"

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

} // namespace fathom::app
