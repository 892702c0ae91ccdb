// SPDX-License-Identifier: Apache-2.0
// zlib behind two functions, with a limit on what a small file may grow to.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fathom::archive {

[[nodiscard]] bool isGzip(std::span<const std::byte> bytes);
/// All members of a gzip stream. Errors (BadInput, `label` as file): damaged, cut short, or growing beyond
/// all reason (over 1 GiB and 200 times its size).
[[nodiscard]] Result<std::vector<std::byte>> gunzip(std::span<const std::byte> bytes,
                                                    const std::string& label);
/// One raw deflate stream whose expanded size is known.
[[nodiscard]] Result<std::vector<std::byte>>
inflateRaw(std::span<const std::byte> bytes, std::uint64_t expandedBytes, const std::string& label);

} // namespace fathom::archive
