// SPDX-License-Identifier: Apache-2.0
// CRC-32 by carry-less multiplication, several times as fast as zlib's tables. Internal to checksum.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fathom {

/// Bytes that foldCrc32 takes at once; it needs at least four times as many.
inline constexpr std::size_t kCrc32Block = 16;

/// Whether this processor can.
[[nodiscard]] bool canFoldCrc32();

/// Of at least 64 bytes, a multiple of kCrc32Block; `seed` continues an earlier checksum. Requires
/// canFoldCrc32().
[[nodiscard]] std::uint32_t foldCrc32(std::span<const std::byte> bytes, std::uint32_t seed);

} // namespace fathom
