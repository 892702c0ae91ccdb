// SPDX-License-Identifier: Apache-2.0
// Bounds-checked little-endian reading over bytes that nobody vouches for.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace fathom::archive {

static_assert(std::endian::native == std::endian::little,
              "the formats read here are little-endian, and so must the machine be");

/// `bytes[offset, offset + count)`, or nothing when that is not inside.
[[nodiscard]] inline std::optional<std::span<const std::byte>>
slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t count) {
    if (offset > bytes.size() || count > bytes.size() - offset) return std::nullopt;
    return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
}

/// The integer or float at `offset`, or nothing past the end.
template <class T>
[[nodiscard]] std::optional<T> readAs(std::span<const std::byte> bytes, std::uint64_t offset) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto part = slice(bytes, offset, sizeof(T));
    if (!part) return std::nullopt;
    T value;
    std::memcpy(&value, part->data(), sizeof value);
    return value;
}

[[nodiscard]] inline std::string_view asText(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline std::span<const std::byte> asBytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace fathom::archive
