// SPDX-License-Identifier: Apache-2.0
// Deflate as ZIP records have it, with a limit on what a small record may grow to.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fathom::archive {

/// One raw deflate stream whose expanded size is known. Errors (BadInput, `label` as file): damaged, cut
/// short, another size than that, or beyond largestExpansion.
[[nodiscard]] Result<std::vector<std::byte>>
inflateRaw(std::span<const std::byte> bytes, std::uint64_t expandedBytes, const std::string& label);

} // namespace fathom::archive
